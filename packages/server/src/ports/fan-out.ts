import type { ConnectionState } from "@kalends/domain/connection"
import type { AccountId, CalendarId, ConnectionId, DeviceId, DisplayId, SessionId, UserId } from "@kalends/domain/ids"

/** What clients are told. Ids and a watermark, never content (SPEC 1.9). */
export type Hint =
  | {
      readonly kind: "calendar-changed"
      readonly calendarId: CalendarId
      readonly watermarkMs: number
      /** When the same change was announced already (epoch ms); null when this is the first time. */
      readonly announcedAtMs: number | null
    }
  | {
      readonly kind: "connection-changed"
      readonly connectionId: ConnectionId
      readonly state: ConnectionState | "gone"
    }
  | { readonly kind: "signed-out" }
  /** Another name, other rooms, or taken away: whoever has its stream looks. */
  | { readonly kind: "display-changed" }
  /** What administrators set for a room was changed. */
  | { readonly kind: "room-changed" }
  /** A device was changed, given another password, or taken away. */
  | { readonly kind: "device-changed"; readonly deviceId: DeviceId }

/** Where a hint is sent: to whoever listens for one calendar, one user or room, one session or one screen, or for all devices. */
export type Topic =
  | { readonly kind: "calendar"; readonly accountId: AccountId; readonly calendarId: CalendarId }
  | { readonly kind: "user"; readonly accountId: AccountId; readonly userId: UserId }
  | { readonly kind: "session"; readonly accountId: AccountId; readonly sessionId: SessionId }
  | { readonly kind: "display"; readonly accountId: AccountId; readonly displayId: DisplayId }
  | { readonly kind: "devices" }

/**
 * Carries hints between the nodes of one cluster: in process for one node, NATS for many. Hints may be lost (the
 * reconcile repairs that); they are never stored.
 */
export interface FanOut {
  publish(topic: Topic, hint: Hint): void
  /** Returns a function that ends the interest. */
  listen(topic: Topic, receive: (hint: Hint) => void): () => void
  /** False while the link to the other nodes is down; then clients are told to poll. */
  readonly isConnected: boolean
  close(): Promise<void>
}
