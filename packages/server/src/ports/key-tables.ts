import type { AccountId, ConnectionId, DeviceId, TenantConnectionId, UserId } from "@kalends/domain/ids"
import type { WrappedKey } from "./key-custody.ts"
import type { DataKeyRow, SecretKind } from "./store.ts"

/** Where sealed secrets are kept. A new column with one needs its place here: a test compares this with the schema. */
export const sealedPlaces = [
  "credential",
  "tenant-connection",
  "rollout-step",
  "totp",
  "device",
  "room-booking",
] as const
export type SealedPlace = (typeof sealedPlaces)[number]

/** What one row keeps sealed. */
export type SealedRow = {
  /** Of the row, within its place. */
  readonly rowId: string
  /** What its secrets are bound to; null where that is gone, and nobody can open them any more. */
  readonly connectionId: ConnectionId | TenantConnectionId | UserId | DeviceId | null
  readonly secretKind: SecretKind
  /** Null where there is none. */
  readonly secret: Uint8Array | null
  readonly accessToken: Uint8Array | null
}

/** What becomes of a row's secrets: sealed anew, or gone because their key is. */
export type ResealedRow = Pick<SealedRow, "rowId" | "secret" | "accessToken"> & {
  /** Set where the key is gone: its person has to connect again. */
  readonly lostOf: SealedRow["connectionId"]
}

export type KeyWorkState = "running" | "paused" | "done"

/** The work on an account's keys: one at a time, of which the last is kept. */
export type KeyWorkRow = {
  readonly accountId: AccountId
  readonly state: KeyWorkState
  /** Null where the service itself began it. */
  readonly startedBy: UserId | null
  readonly startedAt: Temporal.Instant
  readonly touchedAt: Temporal.Instant
  readonly endedAt: Temporal.Instant | null
  /** Rows with secrets under an older key when it began. */
  readonly total: number
  readonly done: number
  /** Rows whose secrets could not be opened, and were left as they are. */
  readonly failed: number
  /** Up to where it has come, in the order of places and ids. */
  readonly place: SealedPlace
  readonly afterId: string | null
}

export type SealedPage = {
  readonly place: SealedPlace
  /** Exclusive; null from the beginning. */
  readonly after: string | null
  readonly limit: number
  /** Rows with a secret under a version before this one. */
  readonly olderThan: number
}

/** Part of AccountTables. */
export interface KeyTables {
  /**
   * The newest data key, held until the transaction ends: until then it is not destroyed, so that whatever is sealed with it
   * is seen by whoever looks whether it is still needed.
   */
  takeNewest(): Promise<DataKeyRow | null>
  /** False when it is not wrapped by `from` any more, or was destroyed. */
  rewrap(keyVersion: number, from: string, wrapped: WrappedKey): Promise<boolean>
  /** Destroys the wrapped key if nothing is sealed under it; true when it did. Waits for whoever holds it. */
  destroyUnused(keyVersion: number, now: Temporal.Instant): Promise<boolean>
  /** Destroys all wrapped keys, used or not; how many there were. */
  shred(now: Temporal.Instant): Promise<number>
  /** Rows with a secret under a version before this one. */
  countSealed(olderThan: number): Promise<number>
  /** In the order of ids, held until the transaction ends; those that others hold are passed over. */
  takeSealed(page: SealedPage): Promise<readonly SealedRow[]>
  putSealed(place: SealedPlace, rows: readonly ResealedRow[], now: Temporal.Instant): Promise<void>
  /** What the organisation is called, which its owner types before everything of it is shredded. */
  accountName(): Promise<string>
  findWork(): Promise<KeyWorkRow | null>
  /** Puts it in place of the last one. */
  beginWork(row: KeyWorkRow): Promise<void>
  /** False when it is in none of the states. */
  moveWork(
    states: readonly KeyWorkState[],
    changes: Partial<Pick<KeyWorkRow, "state" | "touchedAt" | "endedAt" | "place" | "afterId" | "failed">>,
  ): Promise<boolean>
  countDone(done: number, failed: number): Promise<void>
}

export type CustodyCount = { readonly keyId: string; readonly count: number; readonly destroyed: number }

/** Part of SystemTables. */
export interface SystemKeyTables {
  /** Data keys by who wrapped them. */
  countByCustody(): Promise<readonly CustodyCount[]>
  /** Accounts with a data key under one of these whose keys nobody works on. */
  listAccountsUnder(keyIds: readonly string[], limit: number): Promise<readonly AccountId[]>
  /** Work that says nothing since then, touched now, so that two nodes do not take the same. */
  takeStalledKeyWork(input: {
    readonly untouchedSince: Temporal.Instant
    readonly now: Temporal.Instant
    readonly limit: number
  }): Promise<readonly { readonly accountId: AccountId }[]>
}
