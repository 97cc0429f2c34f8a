import { Problem } from "@kalends/domain/problem"
import type { EventPage, Send, WindowQuery, WindowReader } from "./reader.ts"

/** A window of any size ends within this many pages; more is taken for a provider that goes in circles. */
export const pagesPerReadLimit = 500

export type ReadWindowInput = {
  readonly reader: WindowReader
  readonly query: WindowQuery
  readonly send: Send
  readonly now: () => Temporal.Instant
  readonly signal: AbortSignal
}

/** Reads a window page by page. Throws the Problem the reader makes of a failed response. */
export async function* readWindow(input: ReadWindowInput): AsyncGenerator<EventPage, void, void> {
  let request = input.reader.firstPage(input.query)
  for (let page = 0; page < pagesPerReadLimit; page++) {
    const response = await input.send(request, input.signal)
    const problem = input.reader.classify(response, input.now())
    if (problem !== null) throw problem
    const parsed = input.reader.parsePage(response, input.query)
    yield parsed
    if (parsed.next === null) return
    if (!URL.canParse(parsed.next.url) || new URL(parsed.next.url).origin !== new URL(request.url).origin)
      throw new Problem("malformed", "The calendar service pointed to a page on another server.")
    request = parsed.next
  }
  throw new Problem("malformed", "The calendar service did not come to an end of its pages.")
}
