import { createServer, type IncomingMessage, type ServerResponse } from "node:http"

/** A request, read whole. */
export type SimRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly json: Readonly<Record<string, unknown>>
  readonly form: URLSearchParams
  /** Named parts of the path. */
  readonly params: Readonly<Record<string, string>>
  /** Stands for the connection that it came on: the same object for each request on it. */
  readonly connection: object
}

/** The way out for an answer that goes on. */
export type SimStream = {
  write(text: string): void
  /** Ends the answer as it should end. */
  end(): void
  /** Cuts the line. */
  destroy(): void
  /** Told once when the line is gone, whoever ended it. */
  onClose(listener: () => void): void
}

export type SimResponse = {
  readonly status: number
  /** A list makes a header of its own of each. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | object
  readonly cut?: boolean
  /** Goes on after the head, in pieces as they come; `body` is not sent then. */
  readonly stream?: (out: SimStream) => void
}
export type Handler = (request: SimRequest) => SimResponse | Promise<SimResponse>
export type Route = { readonly method: string; readonly pattern: RegExp; readonly handler: Handler }

const bodyBytesMost = 4 * 2 ** 20

/** "/v1.0/me/events/:id" → a route; names match one part of the path. */
export function route(method: string, path: string, handler: Handler): Route {
  return {
    method,
    pattern: new RegExp(`^${path.replace(/[.$]/g, "\\$&").replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
    handler,
  }
}

/** Serves routes on a loopback port; browsers may call from any page, as the real APIs let them. */
export async function serve(
  routes: readonly Route[],
  port: number,
  otherwise: Handler,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    handle(routes, otherwise, request)
      .then((answer) => send(response, answer))
      .catch(() => send(response, { status: 500, body: "simulator error" }))
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  const address = server.address()
  const at = typeof address === "object" && address !== null ? address.port : port
  return {
    url: `http://127.0.0.1:${at}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function handle(routes: readonly Route[], otherwise: Handler, raw: IncomingMessage): Promise<SimResponse> {
  const host = raw.headers.host ?? ""
  // Loopback names only: another page's name that points here (DNS rebinding) gets nothing.
  if (!/^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host) || !URL.canParse(raw.url ?? "/", `http://${host}`))
    return { status: 421 }
  const url = new URL(raw.url ?? "/", `http://${host}`)
  if (raw.method === "OPTIONS") return { status: 204 }
  const body = await readBody(raw)
  const request = {
    method: raw.method ?? "GET",
    url,
    headers: flat(raw),
    body,
    json: parseJson(body),
    form: new URLSearchParams(body),
    connection: raw.socket,
  }
  return answerOf(routes, { ...request, params: {} }, otherwise)
}

/** The answer of the first route that fits. */
export function answerOf(
  routes: readonly Route[],
  request: SimRequest,
  otherwise: Handler,
): SimResponse | Promise<SimResponse> {
  for (const { method, pattern, handler } of routes) {
    const match = method === request.method ? pattern.exec(request.url.pathname) : null
    if (match !== null) return handler({ ...request, params: decoded(match.groups) })
  }
  return otherwise(request)
}

function decoded(groups: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]))
}

function flat(raw: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(raw.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  )
}

async function readBody(raw: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of raw) {
    size += part.length
    if (size > bodyBytesMost) break
    parts.push(part)
  }
  return Buffer.concat(parts).toString("utf8")
}

function parseJson(body: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body)
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}

const cors = {
  "access-control-allow-origin": "*",
  "access-control-allow-headers": "*, authorization",
  "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
  "access-control-expose-headers": "retry-after",
  "access-control-max-age": "600",
}

function send(response: ServerResponse, answer: SimResponse): void {
  const { status, headers = {}, body, cut, stream } = answer
  if (stream !== undefined) {
    response.writeHead(status, { ...cors, ...writable(headers) })
    response.flushHeaders()
    return stream(streamTo(response))
  }
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
  // Nothing to cut in half: the whole answer is lost.
  if (cut === true && text === "") return void response.destroy()
  const type = typeof body === "object" ? { "content-type": "application/json; charset=utf-8" } : {}
  response.writeHead(status, {
    ...cors,
    ...type,
    ...writable(headers),
    ...(cut === true ? { "content-length": String(Buffer.byteLength(text)) } : {}),
  })
  if (cut === true) {
    // Half a page, then the line is cut.
    response.write(text.slice(0, Math.floor(text.length / 2)))
    setImmediate(() => response.destroy())
  } else response.end(text)
}

const writable = (headers: NonNullable<SimResponse["headers"]>): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  )

function streamTo(response: ServerResponse): SimStream {
  return {
    write: (text) => void response.write(text),
    end: () => void response.end(),
    destroy: () => void response.destroy(),
    onClose: (listener) => void response.once("close", listener),
  }
}
