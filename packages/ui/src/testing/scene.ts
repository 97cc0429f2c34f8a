import { abilitiesOf } from "@kalends/domain/ability"
import { scheduleToJson } from "@kalends/domain/schedule-json"
import type {
  ConnectionsView,
  ConnectionView,
  RemovalView,
  ServiceView,
  SessionsView,
  UsersView,
  UserView,
} from "@kalends/protocol/api"
import type { AuditEntryView, AuditVerdict } from "@kalends/protocol/audit"
import type { DisplayView } from "@kalends/protocol/display"
import type { FiguresNow } from "@kalends/protocol/figures"
import type { KeysView } from "@kalends/protocol/keys"
import type { MeetingDetail } from "@kalends/protocol/meetings"
import type { OwnSignInView } from "@kalends/protocol/sign-in"
import { calmAudit } from "./fake-audit.ts"
import { type ConnectionsScene, calmConnections } from "./fake-connections.ts"
import { calmDisplays } from "./fake-displays.ts"
import { calmFigures } from "./fake-figures.ts"
import { calmKeys } from "./fake-keys.ts"
import { calmContacts, type PersonWire } from "./fake-people.ts"
import { calmPolicy, type PolicyScene } from "./fake-policy.ts"
import { calmRooms, type RoomsScene } from "./fake-rooms.ts"
import { calmSignIn } from "./fake-sign-in.ts"
import { calmVideo, type VideoScene } from "./fake-video.ts"
import { sampleConnection, sampleService, sampleUser } from "./sample-views.ts"
import { calmTenants, type TenantScene } from "./tenant-scene.ts"

/** What the fake service answers; a test changes it at will. */
export type Scene = {
  service: ServiceView
  /** Whom the portal's cookie belongs to; null when signed out. */
  user: UserView | null
  /** What the person signs in with. */
  signIn: OwnSignInView
  /** False: changing it asks for the second step again. */
  isFactorFresh: boolean
  /** People of no role who have no second factor. */
  withoutFactor: readonly { readonly userId: string; readonly email: string }[]
  connection: ConnectionView | null
  /** Where the person is signed in. */
  sessions: SessionsView["sessions"]
  users: UsersView["users"]
  usersPerPage: number
  groups: readonly { readonly groupId: string; readonly name: string }[]
  /** What is set by policy. */
  policy: PolicyScene
  removal: RemovalView
  /** Events as Google's API writes them; null: the calendar does not answer. */
  events: readonly unknown[] | null
  /** People as Google's People API writes them; null: it does not answer. */
  contacts: readonly PersonWire[] | null
  /** What policy lets the person ask for of their contacts. */
  contactsChoice: NonNullable<ConnectionsView["contacts"]>
  meetings: MeetingDetail[]
  /** How the next call that makes, changes or cancels a meeting fails, once; null: it works. */
  meetingProblem: { readonly status: number; readonly kind: string; readonly code: string } | null
  /** True: events that are written are not among those read until `showWritten` puts them there. */
  isCalendarSlow: boolean
  written: readonly unknown[]
  /** Connections to whole organisations, and work over their people. */
  tenancy: TenantScene
  /** All connections of the organisation. */
  overview: ConnectionsScene
  rooms: RoomsScene
  video: VideoScene
  /** Screens of rooms. */
  displays: DisplayView[]
  /** The audit log, newest first, and what a check of it says. */
  audit: readonly AuditEntryView[]
  auditPerPage: number
  auditVerdict: AuditVerdict
  /** The organisation's keys and the work on them. */
  keys: KeysView
  /** Whether anything was counted, and how it stands with what is promised. */
  hasFigures: boolean
  figuresNow: FiguresNow
  /** False: every call of the API fails, as behind a broken proxy. */
  isUp: boolean
}

const ada: UserView = { ...sampleUser, displayName: "Ada Lovelace", role: "owner", abilities: [...abilitiesOf.owner] }

const provider = (name: string, label: string, signIn: "oauth" | "password") => ({
  name,
  label,
  signIn,
  isConfigured: true,
  hasAdminConsent: name === "graph",
  hasContacts: name !== "caldav",
})

const pilots = "00000000-0000-4000-8000-0000000000a1"
const groups: Scene["groups"] = [
  { groupId: pilots, name: "Pilots of the new meeting rooms" },
  { groupId: "00000000-0000-4000-8000-0000000000a2", name: "営業部" },
]

/** A browser, the one that asks; an app; and a phone. */
function calmSessions(now: Temporal.Instant): Scene["sessions"] {
  return ["Firefox, Windows", "Kalends agenda", "Safari, iPhone"].map((deviceName, index) => ({
    sessionId: `00000000-0000-4000-8000-00000000e00${index}`,
    deviceName,
    createdAt: now.subtract({ hours: 20 * index + 1 }).toString(),
    usedAt: now.subtract({ hours: 10 * index }).toString(),
    expiresAt: now.add({ hours: 200 }).toString(),
    isCurrent: index === 0,
  }))
}

/** A healthy connection of an administrator, `now` being the time. */
export function calmScene(now: Temporal.Instant): Scene {
  const connection: ConnectionView = {
    ...sampleConnection,
    provider: "google",
    permission: "read-write",
    contacts: "read",
    providerLabel: "Google",
    subjectEmail: "ada@example.org",
    createdAt: now.subtract({ hours: 24 * 9 }).toString(),
    lastOkAt: now.subtract({ seconds: 12 }).toString(),
    lastChangeAt: now.subtract({ minutes: 3 }).toString(),
    nextRenewalAt: now.add({ hours: 71 }).toString(),
    stalenessBoundSeconds: 900,
    grantExpiresAt: now.add({ hours: 24 * 89 }).toString(),
  }
  return {
    service: {
      ...sampleService,
      demoUrl: "http://127.0.0.1:1/demo",
      providers: [
        provider("graph", "Microsoft 365", "oauth"),
        provider("google", "Google", "oauth"),
        provider("caldav", "CalDAV", "password"),
      ],
    },
    user: ada,
    ...calmSignIn(),
    connection,
    users: [
      { ...ada, connectionState: "healthy" },
      {
        ...ada,
        userId: "00000000-0000-4000-8000-000000000004",
        email: "grace.hopper@example.org",
        displayName: "Grace Hopper",
        role: "user",
        groupId: pilots,
        connectionState: "needs-reauth",
      },
      {
        ...ada,
        userId: "00000000-0000-4000-8000-000000000005",
        email: "hanako@example.org",
        displayName: "山田 花子",
        role: "user",
        connectionState: null,
      },
    ],
    usersPerPage: 200,
    ...{ groups, policy: calmPolicy(now) },
    removal: { secretsDeleted: true, subscriptionsStopped: 1, subscriptionsLeftToExpire: 0, grantRevoked: "revoked" },
    ...{ events: dayOf(now), contacts: calmContacts(), contactsChoice: { most: "read-write", proposed: "none" } },
    ...{ meetings: meetingsOf(now), meetingProblem: null, isCalendarSlow: false, written: [] },
    ...{ tenancy: calmTenants(now), rooms: calmRooms(now), video: calmVideo(now), displays: calmDisplays(now) },
    ...{ ...calmAudit(now), ...calmFigures(now), overview: calmConnections(now), keys: calmKeys(now) },
    sessions: calmSessions(now),
    isUp: true,
  }
}

/** What was written appears among the events that are read. */
export function showWritten(scene: Scene): void {
  scene.events = [...(scene.events ?? []), ...scene.written]
  scene.written = []
}

/** A series with a moved and a cancelled occurrence, and a meeting that is over. */
function meetingsOf(now: Temporal.Instant): MeetingDetail[] {
  const today = now.toZonedDateTimeISO("UTC").toPlainDate()
  const start = today.subtract({ days: today.dayOfWeek - 1 }).toPlainDateTime("10:00")
  const calendarId = "00000000-0000-4000-8000-000000000006"
  const movedTo = start.add({ days: 15, hours: 3 }).toZonedDateTime("UTC").toInstant()
  const schedule = scheduleToJson({
    kind: "series",
    recurrence: {
      start,
      rules: ["FREQ=WEEKLY;BYDAY=MO,WE"],
      extraStarts: [],
      excludedStarts: [start.add({ days: 9 })],
    },
    zone: "UTC",
    length: 45,
    moved: [
      {
        originalStart: start.add({ days: 14 }),
        time: { kind: "timed", startsAt: movedTo, endsAt: movedTo.add({ minutes: 45 }), zone: "UTC" },
      },
    ],
  })
  const at = (minutes: number) => now.subtract({ minutes }).toString()
  const series: MeetingDetail = {
    meetingId: "00000000-0000-4000-8000-000000000007",
    state: "live",
    joinUrl: "https://meet.jit.si/k3zq7m2v5xw4c6yb8n9dfghj",
    isRecurring: true,
    createdAt: at(60 * 24 * 20),
    endsAt: null,
    events: [{ calendarId, eventId: "series", role: "driver", isHeld: false }],
    event: { version: "1", subject: "Analytical Engine: design review", schedule, canWrite: true },
    history: [
      { at: at(60 * 24 * 20), action: "meeting-linked", cause: "keyword" },
      { at: at(60 * 24 * 20 - 1), action: "meeting-made", cause: "keyword" },
      { at: at(60 * 24 * 3), action: "meeting-changed", cause: "event-moved" },
      { at: at(90), action: "meeting-changed", cause: "event-renamed" },
    ],
  }
  const over: MeetingDetail = {
    ...series,
    meetingId: "00000000-0000-4000-8000-000000000008",
    state: "ended",
    isRecurring: false,
    createdAt: at(60 * 24 * 40),
    endsAt: at(60 * 24),
    joinUrl: "https://meet.jit.si/b2d4f6h8j1l3n5p7r9t2v4x6",
    events: [],
    event: null,
    history: [{ at: at(60 * 24 * 2), action: "meeting-ended", cause: "event-gone" }],
  }
  return [series, over]
}

/** A meeting that is on, and what else a calendar holds. Times are around `now`, so that it stands in every test alike. */
export function dayOf(now: Temporal.Instant): readonly unknown[] {
  const at = (minutes: number) => ({ dateTime: now.add({ minutes }).toString() })
  const date = (days: number) => ({ date: now.toZonedDateTimeISO("UTC").toPlainDate().add({ days }).toString() })
  const base = {
    etag: "1",
    status: "confirmed",
    organizer: { displayName: "Grace Hopper", email: "grace@example.org" },
  }
  const people = ["Ada Lovelace", "Grace Hopper", "山田 花子"].map((displayName) => ({
    displayName,
    email: "person@example.org",
    responseStatus: "accepted",
  }))
  const room = { displayName: "Room Curie", email: "curie@example.org", resource: true, responseStatus: "accepted" }
  return [
    { ...base, id: "fair", summary: "Science fair", start: date(0), end: date(3) },
    { ...base, id: "past", summary: "Breakfast with the founders", start: at(-120), end: at(-60) },
    {
      ...base,
      id: "on",
      recurringEventId: "series",
      originalStartTime: at(-10),
      summary: "Analytical Engine: design review",
      location: "Room Curie, second floor",
      description: "Agenda at https://example.org/agenda\nBring the <numbers>.",
      attendees: [...people, room],
      hangoutLink: "https://meet.google.com/abc-defg-hij",
      start: at(-10),
      end: at(35),
    },
    {
      ...base,
      id: "tentative",
      summary: "Perhaps: budget",
      status: "tentative",
      visibility: "private",
      start: at(60),
      end: at(90),
    },
    {
      ...base,
      id: "tomorrow",
      summary: "Stand-up",
      location: "https://us02web.zoom.us/j/12345678901",
      start: at(24 * 60),
      end: at(24 * 60 + 15),
    },
    {
      ...base,
      id: "long",
      summary:
        "A meeting whose organiser wrote the whole agenda, the reasons for it and the names of all who may come into its title",
      start: at(26 * 60),
      end: at(27 * 60),
    },
  ]
}
