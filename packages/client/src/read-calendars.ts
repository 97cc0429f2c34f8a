import type { CalendarEvent } from "@kalends/domain/event"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { sanitize } from "@kalends/domain/sanitize"
import type { TimeWindow } from "@kalends/domain/window"
import type { AccessAnswer } from "@kalends/protocol/api"
import { readWindow } from "@kalends/readers/read-window"
import type { Send, WindowReader } from "@kalends/readers/reader"
import { type AccessHolder, responseOf, sendDirect } from "./access-holder.ts"
import { createEventCapture } from "./event-capture.ts"
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
  readonly access: AccessHolder
}

export type ReadCalendarsInput = {
  readonly connectionId: string
  readonly window: TimeWindow
  readonly zone: string
  /** Only these; null for all. */
  readonly calendarIds: ReadonlySet<string> | null
  readonly signal: AbortSignal
}

/**
 * Reads calendars from their provider, with an access from the service that is held in memory. Answers sanitized events. Throws Problem.
 */
export function createCalendarReading({ access, api, platform, readers }: ReadCalendarsDeps) {
  const captureOf = createEventCapture({ api, platform })

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
    const send = answer.access.kind === "read-through" ? sendThrough(api, through) : sendDirect(platform, answer.access)
    const asked = captureOf(input.signal)
    const events: CalendarEvent[] = []
    let malformedCount = 0
    for await (const page of readWindow({ reader, query, send, now: () => platform.now(), signal: input.signal })) {
      const eventCapture = await asked
      for (const event of page.events) events.push(sanitize(event, eventCapture))
      malformedCount += page.malformedCount
    }
    return { calendarId: calendar.calendarId, events, malformedCount }
  }

  return {
    read: (input: ReadCalendarsInput): Promise<readonly CalendarReading[]> =>
      access.using(input.connectionId, input.signal, (answer) => readAll(answer, input)),
  }
}

/** The service adds the credential and passes the provider's answer on as it is. */
function sendThrough(api: ServiceApi, path: string): Send {
  return async (_request, signal) => responseOf(await api.readThrough(path, signal))
}
