import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { type SimulatorPlatform, systemPlatform } from "../platform.ts"
import { Collection } from "./collections.ts"
import { answer, type DavAnswer, type DavFaults, homeOf } from "./methods.ts"
import { createRegistrations } from "./registrations.ts"

export type WebdavPushOptions = {
  readonly username: string
  readonly password: string
  readonly platform?: SimulatorPlatform
}

const bodyBytesMost = 2 ** 20

/**
 * A CalDAV server with WebDAV-Push on a loopback port, written from the draft (bitfireAT/webdav-push, 2026-05-01) and the
 * standards it builds on alone. One account, signed in to with Basic, whose calendars live in memory.
 */
export async function startWebdavPush({ username, password, platform = systemPlatform(1) }: WebdavPushOptions) {
  const account = { username, password, collections: new Map<string, Collection>() }
  const registrations = createRegistrations(platform)
  const faults: DavFaults = { throttleNext: null, cutAfterPages: null, pageSize: 100, isPushOffered: true }
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`
  const requests: string[] = []

  async function handle(request: IncomingMessage): Promise<DavAnswer> {
    const { method = "GET", url = "/" } = request
    const body = await readBody(request)
    requests.push(`${method} ${url}`)
    if (body === null) return { status: 413 }
    if (request.headers.authorization !== authorization)
      return { status: 401, headers: { "www-authenticate": 'Basic realm="calendars"' } }
    if (url === "/.well-known/caldav") return { status: 301, headers: { location: "/" } }
    if (faults.throttleNext !== null) {
      const { retryAfterSeconds } = faults.throttleNext
      faults.throttleNext = null
      return { status: 429, headers: retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) } }
    }
    const headers = flat(request)
    return answer(
      { account, registrations, faults },
      { method, path: url, origin: `http://${headers.host ?? ""}`, headers, body },
    )
  }

  const server = createServer((request, response) => {
    handle(request)
      .then((given) => send(response, given))
      .catch(() => send(response, { status: 500 }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0

  return {
    url: `http://127.0.0.1:${port}`,
    faults,
    registrations,
    /** "METHOD /path" of all that was asked. */
    requests,
    addCalendar(name: string): Collection {
      const collection = new Collection(`${homeOf(account)}${name}/`, platform.token("topic-"))
      account.collections.set(collection.path, collection)
      return collection
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type WebdavPushServer = Awaited<ReturnType<typeof startWebdavPush>>

function send(response: ServerResponse, { status, headers = {}, body = "", isCut = false }: DavAnswer): void {
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": Buffer.byteLength(body) })
  if (!isCut) return void response.end(body)
  response.write(body.slice(0, Math.floor(body.length / 2)))
  setImmediate(() => response.destroy())
}

/** Null when it is too large. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = []
  let sizeBytes = 0
  for await (const part of request) {
    sizeBytes += part.length
    if (sizeBytes <= bodyBytesMost) parts.push(part)
  }
  return sizeBytes > bodyBytesMost ? null : Buffer.concat(parts).toString("utf8")
}

function flat({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  )
}
