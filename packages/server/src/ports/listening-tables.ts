import type { ConnectionState } from "@kalends/domain/connection"
import type { AccountId, ConnectionId, UserId } from "@kalends/domain/ids"

/**
 * One connection that is listened to, and the lease under which a node does so. The row is there as long as somebody
 * should listen; a node may do so until `leasedUntil` and no longer, however it goes on.
 */
export type ListeningRow = {
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  /** When it was last asked for: by a new connection, or one that was made anew. */
  readonly askedAt: Temporal.Instant
  /** The node that holds the lease, by the random id of its process; null when it was given back. */
  readonly nodeId: string | null
  readonly leasedUntil: Temporal.Instant
  /** Since when every change is told; null while the stream is not open. */
  readonly listeningSince: Temporal.Instant | null
}

/** Listening within one account. */
export interface ListeningTables {
  /** Makes the row, free to be taken at once; on one that is there, only moves `askedAt`, so that its holder opens anew. */
  ask(connectionId: ConnectionId, at: Temporal.Instant): Promise<void>
  find(connectionId: ConnectionId): Promise<ListeningRow | null>
  /** False, and nothing is written, when the lease is not this node's any more. */
  mark(connectionId: ConnectionId, nodeId: string, listeningSince: Temporal.Instant | null): Promise<boolean>
  /** Ends this node's lease, for any node to take. */
  giveBack(connectionId: ConnectionId, nodeId: string, at: Temporal.Instant): Promise<void>
  /** Deletes the row of this node's lease, unless it was asked for after `askedAt`: nobody is to listen until it is asked for again. */
  drop(connectionId: ConnectionId, nodeId: string, askedAt: Temporal.Instant): Promise<void>
}

/** A lease that was renewed, with what its holder must know of the connection by now. */
export type RenewedListening = Pick<ListeningRow, "accountId" | "connectionId" | "askedAt"> & {
  readonly state: ConnectionState
}

/** A connection as its holder must know it before it opens a stream. */
export type TakenListening = {
  readonly accountId: AccountId
  readonly connectionId: ConnectionId
  readonly userId: UserId
}

/** Listening across accounts; each is one indexed statement. */
export interface SystemListeningTables {
  /** Takes up to `limit` connections whose lease has run out, the longest first: two nodes never take the same. */
  takeListening(input: {
    readonly nodeId: string
    readonly now: Temporal.Instant
    readonly leasedUntil: Temporal.Instant
    readonly limit: number
  }): Promise<readonly TakenListening[]>
  /** Extends the leases of this node that have not run out; the others are lost to it. */
  renewListening(input: {
    readonly nodeId: string
    readonly now: Temporal.Instant
    readonly leasedUntil: Temporal.Instant
  }): Promise<readonly RenewedListening[]>
  /** Gives back all leases of this node; how many they were. */
  releaseListening(input: { readonly nodeId: string; readonly now: Temporal.Instant }): Promise<number>
}

/** True while a node listens, or is taken to: one that was killed is known to be gone when its lease has run out. */
export function isListenedTo(row: ListeningRow | null, now: Temporal.Instant): boolean {
  return row !== null && row.listeningSince !== null && Temporal.Instant.compare(row.leasedUntil, now) > 0
}
