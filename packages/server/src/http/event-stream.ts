import type { IncomingMessage, ServerResponse } from "node:http"

/** A client that leaves more than this unread is dropped; it reconnects and refreshes. */
const unreadBytesMost = 64 * 1024

const headers = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
} as const

/** A stream stays open for days: the token that it was asked with need not, nor the other headers. */
export function forgetHeaders(request: IncomingMessage): void {
  request.rawHeaders.length = 0
  for (const name of Object.keys(request.headers)) delete request.headers[name]
}

/** The answer to a request as the end of a server-sent event stream. */
export class ResponseEnd {
  readonly #response: ServerResponse
  readonly #unreadBytesMost: number

  constructor(response: ServerResponse, most = unreadBytesMost) {
    this.#response = response
    this.#unreadBytesMost = most
  }

  /** False when the client reads too slowly. */
  write(text: string): boolean {
    if (!this.#response.headersSent) this.#response.writeHead(200, headers)
    this.#response.write(text)
    return this.#response.writableLength <= this.#unreadBytesMost
  }

  /** One that never began is answered by whoever handles the error. */
  close(): void {
    if (this.#response.headersSent) this.#response.end()
  }
}
