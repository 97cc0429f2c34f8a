import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { type Answered, createAccess, type Operation, type ZoomContext } from "./access.ts"
import type { ZoomAccount } from "./account.ts"
import type { createDailyLimit } from "./daily-limit.ts"
import { readDetails } from "./details.ts"
import { invalidFields, noSuchMeeting, noSuchOccurrence, noSuchUser, zoomError } from "./errors.ts"
import { createListing } from "./listing.ts"
import { endOf, type Meeting, type Occurrence, type Wire, wireMeeting, type ZoomUser } from "./meeting.ts"
import { wireTime } from "./times.ts"

const operation = (name: string, label: Operation["label"], scopes: readonly string[]): Operation => ({
  name,
  label,
  scopes,
})

/** Names, labels and scopes as in Zoom's OpenAPI; the user's token of other kinds of applications is not simulated. */
export const operations = {
  create: operation("createMeeting", "Medium", ["meeting:write:meeting:admin", "meeting:write:admin"]),
  list: operation("listMeetings", "Medium", ["meeting:read:list_meetings:admin", "meeting:read:admin"]),
  get: operation("getMeeting", "Light", ["meeting:read:meeting:admin", "meeting:read:admin"]),
  update: operation("updateMeeting", "Light", ["meeting:update:meeting:admin", "meeting:write:admin"]),
  remove: operation("deleteMeeting", "Light", ["meeting:delete:meeting:admin", "meeting:write:admin"]),
  status: operation("updateMeetingStatus", "Light", ["meeting:update:status:admin", "meeting:write:admin"]),
  user: operation("getUser", "Light", ["user:read:user:admin", "user:read:admin"]),
} as const

export const allScopes = Object.values(operations)
  .map(({ scopes }) => scopes[0])
  .join(" ")

export type ApiReach = { readonly account: ZoomAccount; readonly daily: ReturnType<typeof createDailyLimit> }

/** The Meetings API as far as Kalends and Zoom's own client for it go, under `base` ("/v2"). */
export function apiRoutes(context: ZoomContext, reach: ApiReach, base: string): readonly Route[] {
  const authorized = createAccess(context)
  const { account } = reach
  const user = forUser(account, (_request, { id, email, zone }) => ({
    status: 200,
    body: { id, email, timezone: zone, type: 2, status: "active", account_id: account.id },
  }))
  const listing = forUser(account, createListing(context.platform, account))
  const { create, update } = writing(reach)
  const { get, remove, setStatus } = rest(context, account)
  return [
    route("POST", `${base}/users/:userId/meetings`, authorized(operations.create, create)),
    route("GET", `${base}/users/:userId/meetings`, authorized(operations.list, listing)),
    route("GET", `${base}/users/:userId`, authorized(operations.user, user)),
    route("GET", `${base}/meetings/:meetingId`, authorized(operations.get, get)),
    route("PATCH", `${base}/meetings/:meetingId`, authorized(operations.update, update)),
    route("DELETE", `${base}/meetings/:meetingId`, authorized(operations.remove, remove)),
    route("PUT", `${base}/meetings/:meetingId/status`, authorized(operations.status, setStatus)),
  ]
}

const forUser =
  (account: ZoomAccount, work: (request: SimRequest, user: ZoomUser) => SimResponse) =>
  (request: SimRequest): Answered => {
    const id = request.params.userId ?? ""
    const user = account.findUser(id)
    return { answer: user === null ? noSuchUser(id) : work(request, user), person: user?.email ?? null }
  }

const forMeeting =
  (account: ZoomAccount, work: (request: SimRequest, meeting: Meeting, occurrence: Occurrence | null) => SimResponse) =>
  (request: SimRequest): Answered => {
    const id = request.params.meetingId ?? ""
    const meeting = account.find(id)
    if (meeting === null) return { answer: noSuchMeeting(id), person: null }
    const wanted = request.url.searchParams.get("occurrence_id") ?? ""
    const occurrence = meeting.occurrences.find((one) => one.id === wanted && !one.isDeleted) ?? null
    const isMissing = wanted !== "" && occurrence === null
    return {
      answer: isMissing ? noSuchOccurrence() : work(request, meeting, occurrence),
      person: meeting.host.email,
    }
  }

/** What counts against the host's day. */
function writing({ account, daily }: ApiReach) {
  const create = forUser(account, ({ json }, host) => {
    const refusal = daily.take(host)
    if (refusal !== null) return refusal
    const read = readDetails(json, { zone: host.zone, type: 2, limits: account.limits })
    if ("invalid" in read) return invalidFields(read.invalid)
    const { type, startsAt, recurrence } = read.details
    const missing = [
      ...(type === 8 && startsAt === undefined ? ["start_time"] : []),
      ...(type === 8 && recurrence === undefined ? ["recurrence"] : []),
    ]
    if (missing.length > 0) return invalidFields(missing)
    const refused = scheduledFor(account, host, json, type === 1)
    if (refused !== null) return refused
    const meeting = account.create(host, read.details)
    return { status: 201, body: wireMeeting(meeting, meeting.occurrences, account.linkBase) }
  })

  const update = forMeeting(account, ({ json }, meeting, occurrence) => {
    const refusal = daily.take(meeting.host)
    if (refusal !== null) return refusal
    const read = readDetails(json, { zone: meeting.zone, type: meeting.type, limits: account.limits })
    if ("invalid" in read) return invalidFields(read.invalid)
    const refused = scheduledFor(account, meeting.host, json, meeting.type === 1)
    if (refused !== null) return refused
    if (occurrence !== null) account.updateOccurrence(meeting, occurrence, read.details)
    else {
      const invalid = account.update(meeting, read.details)
      if (invalid.length > 0) return invalidFields(invalid)
    }
    return { status: 204 }
  })

  return { create, update }
}

function rest({ platform }: ZoomContext, account: ZoomAccount) {
  const get = forMeeting(account, ({ url }, meeting, occurrence) => {
    const isAll = url.searchParams.get("show_previous_occurrences") === "true"
    const now = platform.now()
    const shown = meeting.occurrences.filter((one) => isAll || Temporal.Instant.compare(endOf(one), now) > 0)
    const whole = wireMeeting(meeting, shown, account.linkBase)
    return { status: 200, body: occurrence === null ? whole : oneOf(whole, occurrence) }
  })

  const remove = forMeeting(account, (_request, meeting, occurrence) => {
    if (occurrence === null) account.remove(meeting)
    else account.removeOccurrence(meeting, occurrence)
    return { status: 204 }
  })

  const setStatus = ({ params, json }: SimRequest): Answered => {
    const id = params.meetingId ?? ""
    const meeting = json.action === "recover" ? account.recover(id) : account.find(id)
    if (meeting === null) return { answer: noSuchMeeting(id), person: null }
    if (json.action === "end") account.finish(meeting)
    return { answer: { status: 204 }, person: meeting.host.email }
  }

  return { get, remove, setStatus }
}

/** One occurrence, as GET shows it for its id: the meeting with what is the occurrence's own. */
function oneOf({ occurrences, ...whole }: Wire, { startsAt, minutes, agenda, settings }: Occurrence): Wire {
  const shared = typeof whole.settings === "object" ? whole.settings : {}
  return {
    ...whole,
    start_time: wireTime(startsAt),
    duration: minutes,
    ...(agenda === null ? {} : { agenda }),
    settings: { ...shared, ...settings },
  }
}

/** `schedule_for`: nobody in this account schedules for others (texts of the OpenAPI). */
function scheduledFor(account: ZoomAccount, host: ZoomUser, body: Wire, isInstant: boolean): SimResponse | null {
  if (typeof body.schedule_for !== "string" || body.schedule_for === "") return null
  const user = account.findUser(body.schedule_for)
  if (isInstant)
    return zoomError(
      400,
      3000,
      "Instant meetings do not support the `schedule_for` parameter, and you can't schedule an instant meeting for another user.",
    )
  if (user === null)
    return zoomError(
      400,
      300,
      "The value that you entered in the `schedule_for` field is invalid. Enter a valid value and try again.",
    )
  return user === host ? null : zoomError(400, 3000, `You cannot schedule a meeting for ${body.schedule_for}`)
}
