import { Problem } from "@kalends/domain/problem"
import type { EventPage, Send, WindowQuery, WindowReader } from "./reader.ts"
import { isSameServer } from "./same-server.ts"

/** A window of any size ends within this many pages; more is taken for a provider that goes in circles. */
export const pagesPerReadLimit = 2_000

export type ReadWindowInput = {
  readonly reader: WindowReader
  readonly query: WindowQuery
  readonly send: Send
  readonly now: () => Temporal.Instant
  readonly signal: AbortSignal
}

/** Reads a window page by page. Throws the Problem the reader makes of a failed response. */
export async function* readWindow(input: ReadWindowInput): AsyncGenerator<EventPage, void, void> {
  const first = input.reader.firstPage(input.query)
  const open = [first]
  for (let page = 0; page < pagesPerReadLimit; page++) {
    const request = open.shift()
    if (request === undefined) return
    if (request.url !== first.url && !isSameServer(request.url, first.url))
      throw new Problem("malformed", "The calendar service pointed to a page on another server.")
    const response = await input.send(request, input.signal)
    const problem = input.reader.classify(response, input.now())
    if (problem !== null) throw problem
    const parsed = input.reader.parsePage(response, input.query, request)
    open.push(...parsed.next)
    yield parsed
  }
  if (open.length > 0) throw new Problem("malformed", "The calendar service did not come to an end of its pages.")
}
