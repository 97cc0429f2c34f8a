import type { CalendarEvent } from "@kalends/domain/event"
import type { ProviderCalendarId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { TimeWindow } from "@kalends/domain/window"

/** One HTTP request, without its credential: whoever sends it adds the Authorization header. */
export type ReadRequest = {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE" | "REPORT" | "PROPFIND"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/** One HTTP response, read whole. Header names are lower case. */
export type ReadResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends a request with the credential added. Rejects with a Problem "unavailable" when nothing answers. */
export type Send = (request: ReadRequest, signal: AbortSignal) => Promise<ReadResponse>

export type EventPage = {
  readonly events: readonly CalendarEvent[]
  /** Items that could not be understood: set aside and counted, never fatal. */
  readonly malformedCount: number
  /** Requests that are still to be made for the rest; none on the last page. */
  readonly next: readonly ReadRequest[]
}

export type WindowQuery = {
  /** Base address of the provider's API, from the configuration; for CalDAV the address of the calendar collection's server. */
  readonly apiBase: string
  readonly calendarId: ProviderCalendarId
  readonly window: TimeWindow
  /** IANA zone that floating and all-day events are compared in. */
  readonly zone: string
}

/**
 * How one provider's calendar is read over a window: pure functions, shared by the service and by clients, which read
 * the provider themselves. Whoever calls does the input and output.
 */
export interface WindowReader {
  /** The request for the first page. */
  firstPage(query: WindowQuery): ReadRequest
  /**
   * What a page holds: occurrences expanded, events outside the window left out. `request` is the one that was answered,
   * the very object: a reader may remember what it made it for. Throws Problem "malformed" when the whole
   * body cannot be read.
   */
  parsePage(response: ReadResponse, query: WindowQuery, request: ReadRequest): EventPage
  /** The only reader of status codes. Null when the response is a success. */
  classify(response: ReadResponse, now: Temporal.Instant): Problem | null
}
