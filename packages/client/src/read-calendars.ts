import { type Access, authorization } from "@kalends/domain/access"
import type { CalendarEvent } from "@kalends/domain/event"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { sanitize } from "@kalends/domain/sanitize"
import type { TimeWindow } from "@kalends/domain/window"
import type { AccessAnswer } from "@kalends/protocol/api"
import { readWindow } from "@kalends/readers/read-window"
import type { ReadResponse, Send, WindowReader } from "@kalends/readers/reader"
import type { ClientPlatform } from "./platform.ts"
import type { ServiceApi } from "./service-api.ts"

export type CalendarReading = {
  readonly calendarId: string
  readonly events: readonly CalendarEvent[]
  readonly malformedCount: number
}

export type ReadCalendarsDeps = {
  readonly api: ServiceApi
  readonly platform: ClientPlatform
  readonly readers: ReadonlyMap<string, WindowReader>
  readonly reach: "browser" | "native"
}

export type ReadCalendarsInput = {
  readonly connectionId: string
  readonly window: TimeWindow
  readonly zone: string
  /** Only these; null for all. */
  readonly calendarIds: ReadonlySet<string> | null
  readonly signal: AbortSignal
}

/** An access is asked for again when it has less than this left. */
const accessMarginMs = 60_000

/**
 * Reads calendars from their provider, with an access from the service that is kept in memory and replaced when the
 * provider refuses it. Answers sanitized events. Throws Problem.
 */
export function createCalendarReading({ api, platform, readers, reach }: ReadCalendarsDeps) {
  let held: AccessAnswer | null = null

  async function accessFor(connectionId: string, signal: AbortSignal): Promise<AccessAnswer> {
    const isFresh =
      held !== null &&
      held.connectionId === connectionId &&
      (held.access.kind !== "bearer" ||
        platform.now().until(Temporal.Instant.from(held.access.expiresAt)).total("milliseconds") > accessMarginMs)
    if (!isFresh || held === null) held = await api.access(connectionId, { reach }, signal)
    return held
  }

  async function readAll(answer: AccessAnswer, input: ReadCalendarsInput): Promise<readonly CalendarReading[]> {
    const reader = readers.get(answer.provider)
    if (reader === undefined)
      throw new Problem("unsupported", "This app cannot read this calendar service; update the app.", {
        code: "reader-missing",
      })
    const wanted = answer.calendars.filter(
      ({ calendarId }) => input.calendarIds === null || input.calendarIds.has(calendarId),
    )
    return Promise.all(wanted.map((calendar) => readOne(reader, answer, calendar, input)))
  }

  async function readOne(
    reader: WindowReader,
    answer: AccessAnswer,
    calendar: AccessAnswer["calendars"][number],
    input: ReadCalendarsInput,
  ): Promise<CalendarReading> {
    const query = {
      apiBase: answer.access.apiBase,
      calendarId: parseProviderCalendarId(calendar.providerCalendarId),
      window: input.window,
      zone: input.zone,
    }
    const through = `/v1/connections/${answer.connectionId}/calendars/${calendar.calendarId}/window?${new URLSearchParams({ from: input.window.startsAt.toString(), to: input.window.endsAt.toString(), zone: input.zone })}`
    const send =
      answer.access.kind === "read-through" ? sendThrough(api, through) : sendDirect(platform, accessOf(answer.access))
    const events: CalendarEvent[] = []
    let malformedCount = 0
    for await (const page of readWindow({ reader, query, send, now: () => platform.now(), signal: input.signal })) {
      for (const event of page.events) events.push(sanitize(event))
      malformedCount += page.malformedCount
    }
    return { calendarId: calendar.calendarId, events, malformedCount }
  }

  return {
    async read(input: ReadCalendarsInput): Promise<readonly CalendarReading[]> {
      const answer = await accessFor(input.connectionId, input.signal)
      try {
        return await readAll(answer, input)
      } catch (error) {
        if (!isProblem(error, "auth-expired") || answer.access.kind !== "bearer") throw error
        const refusedTokenDigest = await platform.digest(answer.access.token)
        held = await api.access(input.connectionId, { reach, refusedTokenDigest }, input.signal)
        return readAll(held, input)
      }
    },
    /** Forgets the access. */
    forget(): void {
      held = null
    },
  }
}

type Direct = Exclude<AccessAnswer["access"], { kind: "read-through" }>

function accessOf(access: Direct): Access {
  if (access.kind === "bearer")
    return { kind: "bearer", token: access.token, expiresAt: Temporal.Instant.from(access.expiresAt) }
  return { kind: "password", server: access.server, username: access.username, password: access.password }
}

function sendDirect(platform: ClientPlatform, access: Access): Send {
  return async (request, signal) => {
    const init: RequestInit = {
      method: request.method,
      headers: { ...request.headers, authorization: authorization(access) },
      signal,
      ...(request.body === null ? {} : { body: request.body }),
    }
    const response = await platform.fetch(request.url, init).catch((cause: unknown) => {
      throw new Problem("unavailable", "The calendar service cannot be reached.", {
        code: "provider-unreachable",
        cause,
      })
    })
    return responseOf(response)
  }
}

/** The service adds the credential and passes the provider's answer on as it is. */
function sendThrough(api: ServiceApi, path: string): Send {
  return async (_request, signal) => responseOf(await api.readThrough(path, signal))
}

async function responseOf(response: Response): Promise<ReadResponse> {
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() }
}
