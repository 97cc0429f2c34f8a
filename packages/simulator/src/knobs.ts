import type { Penalty } from "./receiver-health.ts"

/**
 * Why an organisation's token does not open a mailbox: nobody of that name, no licence for one, one that is still on the
 * Exchange Server of a hybrid organisation, or one that the application was not given.
 */
export type MailboxFault = "missing" | "no-mailbox" | "on-premises" | "outside-scope"

/** Faults of one tenant; all off at the start. Probabilities are 0 to 1. */
export type Knobs = {
  /** Application permissions (roles) that an administrator's consent gives. */
  applicationRoles: readonly string[]
  /** The AADSTS number with which Entra refuses the application its own token; null while it gives one. */
  applicationFault: number | null
  /** Mailboxes that an organisation's token does not open, by address. */
  mailboxFaults: ReadonlyMap<string, MailboxFault>
  /** How far the service's clock is ahead of everybody else's: in its Date headers, and where it looks at an assertion. */
  clockAheadSeconds: number
  /** Graph takes no more subscriptions than these for the tenant; null: as many as are wanted. */
  subscriptionsMost: number | null
  /** What Graph's check of a notification address comes to. */
  webhooks: "reached" | "blocked" | "untrusted-certificate"
  /** The Calendar API is not switched on for the project. */
  isApiOff: boolean
  latencyMs: number
  dropPushes: number
  doublePushes: number
  /** At most; how long in truth is from the seed. */
  delayPushesMs: number
  /** Share of notifications that `delayPushesMs` delays. */
  delayShare: number
  reorderPushes: boolean
  /** Graph takes a second subscription to the same thing, as it has been seen to do; its documents say 409. */
  takesDuplicates: boolean
  /** Graph's penalty for a slow receiver, forced: new notifications come ten minutes late, or never. */
  slowReceiver: Penalty
  /** The next n API calls are answered so. */
  throttleNext: number
  throttleRetryAfterSeconds: number | null
  /** Google says 403 with a reason, or 429. */
  throttlesWith429: boolean
  failNext: number
  cutNext: number
  /** So many calls are answered whole before `cutNext` counts. */
  cutAfter: number
  /** All calls fail: the service is down. */
  isDown: boolean
  /** The next n token requests get invalid_grant although the grant is good. */
  refuseTokenNext: number
  /** A refresh gives a new refresh token where the service gives none by itself. */
  rotatesRefresh: boolean
  /** A used refresh token is dead once a new one was given. */
  endsUsedRefresh: boolean
  /** The application was removed from the tenant. */
  isRemoved: boolean
  /** Sign-in needs no click: for tests. */
  approvesAll: boolean
  /** The user unticks the calendar at consent. */
  withholdsCalendar: boolean
  /** No administrator has consented to the directory of rooms: who asks for it is sent back (AADSTS90094). */
  withholdsPlaces: boolean
  /**
   * Graph refuses the second page of a delta to who has the calendar shared, as has been seen
   * (microsoft-graph-docs issue 3997, msgraph-sdk-java issue 405).
   */
  deniesSharedDeltaPages: boolean
  /** The user unticks the contacts at consent. */
  withholdsContacts: boolean
  /**
   * How Exchange says that it is busy (`throttleNext`): a fault (500), an inner error in a 200, or IIS's 503. The first
   * two name `throttleRetryAfterSeconds` as BackOffMilliseconds.
   */
  busyShape: "fault" | "inner" | "unavailable"
  /** Exchange does the next n writes and loses their answers. */
  loseWritesNext: number
}

/** Whether the answer that is ready now is to be cut; counts it. */
export function isNextCut(knobs: Knobs): boolean {
  if (knobs.cutNext === 0) return false
  if (knobs.cutAfter > 0) {
    knobs.cutAfter--
    return false
  }
  knobs.cutNext--
  return true
}

export type Failure = "down" | "throttled" | "failed"

/** How the call that comes now is refused, or null; counts it. */
export function nextFailure(knobs: Knobs): Failure | null {
  if (knobs.isDown) return "down"
  if (knobs.throttleNext > 0) {
    knobs.throttleNext--
    return "throttled"
  }
  if (knobs.failNext > 0) {
    knobs.failNext--
    return "failed"
  }
  return null
}

export function freshKnobs(): Knobs {
  return {
    applicationRoles: ["Calendars.ReadWrite", "User.Read.All", "Place.Read.All"],
    applicationFault: null,
    mailboxFaults: new Map(),
    clockAheadSeconds: 0,
    subscriptionsMost: null,
    webhooks: "reached",
    isApiOff: false,
    latencyMs: 0,
    dropPushes: 0,
    doublePushes: 0,
    delayPushesMs: 0,
    delayShare: 1,
    reorderPushes: false,
    takesDuplicates: false,
    slowReceiver: "none",
    throttleNext: 0,
    throttleRetryAfterSeconds: 1,
    throttlesWith429: false,
    failNext: 0,
    cutNext: 0,
    cutAfter: 0,
    isDown: false,
    refuseTokenNext: 0,
    rotatesRefresh: false,
    endsUsedRefresh: false,
    isRemoved: false,
    approvesAll: false,
    withholdsCalendar: false,
    withholdsPlaces: false,
    deniesSharedDeltaPages: false,
    withholdsContacts: false,
    busyShape: "fault",
    loseWritesNext: 0,
  }
}
