import type { Access } from "@kalends/domain/access"
import { parseProviderEventId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { onServer } from "@kalends/readers/caldav/origin"
import type { EventInput, EventRecord, EventSource, Written } from "../../ports/calendar-provider.ts"
import type { Clock } from "../../ports/clock.ts"
import { orNull } from "../provider-deps.ts"
import type { CaldavCalls, Target } from "./calls.ts"
import { editedObject, newObject, readRecord } from "./mapping.ts"

export type CaldavEventsDeps = {
  readonly calls: CaldavCalls
  readonly clock: Clock
  readonly home: (access: Access) => string
}

type Whole = { readonly data: string; readonly etag: string; readonly record: EventRecord }

/** Whole events of a CalDAV calendar, read and written one object at a time. Servers that schedule send the invitations. */
export function createCaldavEvents({ calls, clock, home }: CaldavEventsDeps): EventSource {
  /** An object may hold several events; those after the first are named by their UID. */
  function place({ access, eventId, signal }: Omit<EventInput, "calendarId">) {
    const at = eventId.indexOf("#")
    const href = at < 0 ? eventId : eventId.slice(0, at)
    const target: Target = { access, url: onServer(home(access), href), signal }
    return { target, uid: at < 0 ? null : eventId.slice(at + 1) }
  }

  async function read(input: EventInput): Promise<Whole | null> {
    const { target, uid } = place(input)
    const answer = await orNull(calls.getObject(target))
    if (answer === null) return null
    const found = readRecord(answer.body, uid)
    if (found === null) return null
    const { organizer, ...record } = found
    const etag = answer.headers.etag ?? ""
    const isOrganizer = organizer === null || (await isOwn(input, organizer))
    return { data: answer.body, etag, record: { ...record, isOrganizer, eventId: input.eventId, version: etag } }
  }

  /** By the addresses that the server knows for the user; by the user name where it tells none. */
  async function isOwn({ access, signal }: EventInput, organizer: string): Promise<boolean> {
    const name = access.kind === "password" ? access.username.toLowerCase() : ""
    if (organizer === name) return true
    const url = home(access)
    const addresses = await calls.listAddresses({ access, url, signal }).catch((error: unknown): readonly string[] => {
      // A server that does not schedule may refuse the question; all else is told.
      if (isProblem(error, "not-found", "forbidden", "unsupported")) return []
      throw error
    })
    if (addresses.length > 0) return addresses.includes(organizer)
    const [local, domain = ""] = organizer.split("@")
    return local === name && `.${new URL(url).hostname}`.endsWith(`.${domain}`)
  }

  async function expected(input: EventInput & { readonly expect: string }): Promise<Whole | null> {
    const now = await read(input)
    if (now !== null && now.etag !== input.expect) throw new Problem("conflict", "The event was changed meanwhile.")
    return now
  }

  /** The version after a write: a server that changed what it was given tells none (RFC 4791 5.3.4). */
  async function written(input: EventInput, etag: string | null): Promise<Written> {
    if (etag !== null) return { eventId: input.eventId, version: etag }
    const now = await read(input)
    if (now === null) throw gone()
    return { eventId: input.eventId, version: now.etag }
  }

  return {
    fetch: async (input) => (await read(input))?.record ?? null,
    async create({ access, calendarId, draft, key, signal }) {
      const collection = calendarId.endsWith("/") ? calendarId : `${calendarId}/`
      const input = { access, calendarId, eventId: parseProviderEventId(`${collection}${key}.ics`), signal }
      const data = newObject(draft, key, clock.now())
      const put = calls.putObject(place(input).target, data, { "if-none-match": "*" })
      // The name is ours: what is there already was made by ourselves, an answer ago.
      const etag = await put.catch((error: unknown) => {
        if (isProblem(error, "conflict")) return null
        throw error
      })
      return written(input, etag)
    },
    async update(input) {
      const now = await expected(input)
      if (now === null) throw gone()
      const { target, uid } = place(input)
      const data = editedObject(now.data, { uid, patch: input.patch, now: clock.now() })
      return written(input, await calls.putObject(target, data, ifMatch(now.etag)))
    },
    async remove(input) {
      const now = await expected(input)
      if (now !== null) await orNull(calls.removeObject(place(input).target, ifMatch(now.etag)))
    },
  }
}

/** A weak tag never matches (RFC 9110 13.1.1): there the comparison just made has to do. */
function ifMatch(etag: string): Readonly<Record<string, string>> {
  return etag === "" || etag.startsWith("W/") ? {} : { "if-match": etag }
}

function gone(): Problem {
  return new Problem("not-found", "The event is gone.")
}
