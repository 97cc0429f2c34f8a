import { type ConnectionState, connectionStates } from "./connection.ts"

const words = <const Word extends string>(text: readonly Word[]): readonly Word[] => text

/** What a secret is opened for. */
export const openingReasons = words([
  "pass",
  "subscribe",
  "listen",
  "settle",
  "keep-alive",
  "client-request",
  "read-through",
  "proxied",
  "meeting",
  "removal",
  "rollout",
  "migration",
  "checkup",
  "directory",
  "tenant-reopened",
  "second-factor",
  "device",
  "room",
  "delegate",
])
export type OpeningReason = (typeof openingReasons)[number]

/** Why a meeting, or an event's link to it, is changed. */
export const meetingReasons = words([
  "app",
  "app-edited",
  "app-cancelled",
  "held-ended",
  "review",
  "abandoned",
  "expired",
  "keyword",
  "event-moved",
  "event-renamed",
  "event-gone",
  "event-linked",
  "event-copied",
  "link-removed",
  "copy-promoted",
  "meeting-noticed",
  "meeting-edited",
  "meeting-was-gone",
  "both-changed",
  "tool",
  "tool-edited",
  "tool-removed",
])
export type MeetingReason = (typeof meetingReasons)[number]

/** How an organisation is let in. */
export const tenantReasons = words([
  "registration",
  "client-secret",
  "certificate",
  "service-account",
  "service-password",
  "service-delegate",
  "service-sign-in",
])

/** What is done with an organisation's keys. */
export const keyReasons = words([
  "first-secret",
  "key-rotation",
  "rewrap-asked",
  "custodian-changed",
  "keys-shredded",
  "key-work-paused",
  "key-work-resumed",
  "key-work-done",
  "key-work-done-but-some",
  "key-wrapped",
  "secrets-batch",
  "key-unused",
])
export type KeyReason = (typeof keyReasons)[number]

/** What is done with connections that are revoked together. */
export const revocationReasons = words([
  "connection-begun",
  "group-begun",
  "tenant-begun",
  "secrets-deleted",
  "told",
  "reconnected",
])

/** How somebody signed in or showed a second factor, and why it was refused. */
const signInReasons = words([
  "password",
  "wrong-password",
  "unknown-address",
  "not-allowed",
  "second-factor-needed",
  "set-up",
  "hand-off",
  "provider",
  "passkey",
  "wrong-passkey",
  "passkey-copied",
  "totp",
  "recovery-code",
  "wrong-code",
  "found-by-email",
  "linked-by-person",
  "made-by-provider",
  "not-a-user",
  "email-unverified",
  "domain-refused",
  "other-identity",
  "factor-removed",
  "too-many-sessions",
  "factor-asked-of-all",
  "factor-asked-of-some",
])

const otherReasons = words([
  "room-added",
  "room-set",
  "rooms-set",
  "rooms-set-back",
  "room-removed",
  "dial-rules",
  "nobody-came",
  "asked",
  "everywhere",
  "user-request",
  "as-table",
  "granted",
  "connect",
  "read",
  "read-write",
  // The calendar's permission, then that of contacts where there is one.
  "read-contacts-read",
  "read-contacts-read-write",
  "read-write-contacts-read",
  "read-write-contacts-read-write",
  "browser",
  "native",
  "revoked",
  "not-possible",
  "not-confirmed",
  "well",
  "broken",
  "shut",
  "reopened",
  "secret-replaced",
  "tenant-removed",
  "migrated",
  "moved-back",
  "sync-on",
  "sync-off",
  "group-made",
  "group-changed",
  "group-dissolved",
  "group-of-user",
  "administrator",
  "person-added",
  "person-edited",
  "person-suspended",
  "person-restored",
  "person-removed",
  "role-changed",
  "password-link",
  "password-set",
  "device-added",
  "device-changed",
  "device-secret",
  "device-removed",
  "device-forgotten",
  "device-restored",
  "device-moved",
  "device-address",
  "device-left-behind",
  "device-certificate",
  "device-off",
  "device-on",
  "device-cleared",
  "device-not-cleared",
  "screen-book",
  "screen-extend",
  "screen-end",
  "screen-check-in",
  "tool-session",
  "template-saved",
  "template-removed",
  "delegate-given",
  "delegate-taken",
])

/** Which setting, where policy was changed, and for which a connection was removed. */
export const policyReasons = words([
  "policy-who-may-connect",
  "policy-providers",
  "policy-calendar-permission",
  "policy-contacts-permission",
  "policy-sync",
  "policy-event-capture",
  "policy-scheduling-tools",
])

export type PlainReason =
  | OpeningReason
  | MeetingReason
  | (typeof tenantReasons)[number]
  | KeyReason
  | (typeof signInReasons)[number]
  | (typeof revocationReasons)[number]
  | (typeof otherReasons)[number]
  | (typeof policyReasons)[number]
  /** As openings were written before they said for whom. */
  | "refresh"
export const plainReasons: readonly PlainReason[] = [
  ...openingReasons,
  ...meetingReasons,
  ...tenantReasons,
  ...keyReasons,
  ...signInReasons,
  ...revocationReasons,
  ...otherReasons,
  ...policyReasons,
  "refresh",
]

export const rolloutKinds = words(["connect", "migrate"])
export const rolloutSteps = words(["begun", "start", "stop", "retry", "undo", "checked", "done", "undone"])
type RolloutReason = `${(typeof rolloutKinds)[number]}-${(typeof rolloutSteps)[number]}`

/** A refresh token is opened to get an access token, for which then something else is opened. */
export type RefreshReason = `refresh-for-${OpeningReason}`
export type StateReason = `${ConnectionState}-to-${ConnectionState}`

/** Why something is in the audit log: a machine word of a closed list, for each of which the portal has words. */
export type AuditReason = PlainReason | RefreshReason | StateReason | RolloutReason

/** All of them. */
export const auditReasons: readonly AuditReason[] = [
  ...plainReasons,
  ...openingReasons.map((reason) => `refresh-for-${reason}` as const),
  ...connectionStates.flatMap((from) => connectionStates.map((to) => `${from}-to-${to}` as const)),
  ...rolloutKinds.flatMap((kind) => rolloutSteps.map((step) => `${kind}-${step}` as const)),
]

/** A reason taken apart; null for a word that is none of ours. */
export type ReasonParts =
  | { readonly kind: "plain"; readonly reason: PlainReason }
  | { readonly kind: "refresh"; readonly reason: OpeningReason }
  | { readonly kind: "state"; readonly from: ConnectionState; readonly to: ConnectionState }
  | {
      readonly kind: "rollout"
      readonly rollout: (typeof rolloutKinds)[number]
      readonly step: (typeof rolloutSteps)[number]
    }

export function partsOfReason(text: string): ReasonParts | null {
  const plain = plainReasons.find((one) => one === text)
  if (plain !== undefined) return { kind: "plain", reason: plain }
  const opening = openingReasons.find((one) => `refresh-for-${one}` === text)
  if (opening !== undefined) return { kind: "refresh", reason: opening }
  const from = connectionStates.find((one) => text.startsWith(`${one}-to-`))
  const to = connectionStates.find((one) => text === `${from}-to-${one}`)
  if (from !== undefined && to !== undefined) return { kind: "state", from, to }
  const rollout = rolloutKinds.find((one) => text.startsWith(`${one}-`))
  const step = rolloutSteps.find((one) => text === `${rollout}-${one}`)
  return rollout === undefined || step === undefined ? null : { kind: "rollout", rollout, step }
}
