import type { SimulatorPlatform } from "../platform.ts"
import type { SimRequest, SimResponse } from "../server.ts"
import type { ZoomAccount } from "./account.ts"
import { invalidFields, zoomError } from "./errors.ts"
import { endOf, type Meeting, type Wire, wireHead, type ZoomUser } from "./meeting.ts"
import { isZone, wireTime } from "./times.ts"

type Entry = { readonly wire: Wire; readonly startsAt: Temporal.Instant | null }
type Page = { readonly entries: readonly Entry[]; readonly offset: number; readonly expiresAt: Temporal.Instant }

const sizeMost = 300
const tokenLife = { minutes: 15 }
/** "Only a maximum of 6 months of meeting data will be returned." */
const monthsLife = { hours: 183 * 24 }

/** GET /users/{userId}/meetings: a page is what the list was when the first one was asked for; its token lives 15 minutes. */
export function createListing(platform: SimulatorPlatform, account: ZoomAccount) {
  const pages = new Map<string, Page>()

  function answer(entries: readonly Entry[], offset: number, size: number): SimResponse {
    const rest = offset + size < entries.length ? platform.token("").slice(0, 32) : ""
    if (rest !== "") pages.set(rest, { entries, offset: offset + size, expiresAt: platform.now().add(tokenLife) })
    const meetings = entries.slice(offset, offset + size).map(({ wire }) => wire)
    return {
      status: 200,
      body: { page_size: size, total_records: entries.length, next_page_token: rest, meetings },
    }
  }

  return ({ url }: SimRequest, user: ZoomUser): SimResponse => {
    const query = url.searchParams
    const size = Number(query.get("page_size") ?? 30)
    if (!Number.isInteger(size) || size < 1 || size > sizeMost) return invalidFields(["page_size"])
    if (!isZone(query.get("timezone") ?? "UTC")) return invalidFields(["timezone"])
    const token = query.get("next_page_token") ?? ""
    if (token === "") return answer(entriesOf(account, user, query, platform.now()), 0, size)
    const page = pages.get(token)
    if (page === undefined || Temporal.Instant.compare(platform.now(), page.expiresAt) > 0)
      return zoomError(400, 300, "The next page token is invalid or expired.")
    return answer(page.entries, page.offset, size)
  }
}

/** `scheduled`: each meeting once; the other kinds: each occurrence, under its meeting's id. */
function entriesOf(
  account: ZoomAccount,
  user: ZoomUser,
  query: URLSearchParams,
  now: Temporal.Instant,
): readonly Entry[] {
  const kind = query.get("type") ?? "scheduled"
  const meetings = account.meetingsOf(user)
  const entries =
    kind === "scheduled"
      ? meetings.map((meeting) => entry(account, meeting, null))
      : meetings.flatMap((meeting) =>
          timesOf(meeting)
            .filter((time) => isOfKind(kind, meeting, time, now))
            .map((time) => entry(account, meeting, time)),
        )
  return entries.filter(({ startsAt }) => isWithin(query, startsAt))
}

type Time = { readonly startsAt: Temporal.Instant; readonly minutes: number }

function timesOf(meeting: Meeting): readonly Time[] {
  if (meeting.type === 8) return meeting.occurrences.filter(({ isDeleted }) => !isDeleted)
  return meeting.startsAt === null ? [] : [{ startsAt: meeting.startsAt, minutes: meeting.minutes }]
}

function isOfKind(kind: string, meeting: Meeting, time: Time, now: Temporal.Instant): boolean {
  const isOver = Temporal.Instant.compare(endOf(time), now) <= 0
  const isBegun = Temporal.Instant.compare(time.startsAt, now) <= 0
  if (kind === "live") return meeting.isRunning && isBegun && !isOver
  const isNear = now.until(time.startsAt).abs().total("hours") <= monthsLife.hours
  return isNear && (kind === "previous_meetings" ? isOver : !isOver)
}

function entry(account: ZoomAccount, meeting: Meeting, time: Time | null): Entry {
  const head = wireHead(meeting, account.linkBase)
  if (time === null) return { wire: head, startsAt: meeting.startsAt }
  return {
    wire: { ...head, start_time: wireTime(time.startsAt), duration: time.minutes },
    startsAt: time.startsAt,
  }
}

/** `from` and `to` are dates in `timezone`, both inclusive. */
function isWithin(query: URLSearchParams, startsAt: Temporal.Instant | null): boolean {
  const from = query.get("from")
  const to = query.get("to")
  if (from === null && to === null) return true
  if (startsAt === null) return false
  const date = startsAt
    .toZonedDateTimeISO(query.get("timezone") ?? "UTC")
    .toPlainDate()
    .toString()
  return (from === null || date >= from) && (to === null || date <= to)
}
