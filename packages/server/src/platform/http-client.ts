import { type LookupAddress, type LookupAllOptions, lookup as lookupAddress } from "node:dns"
import { BlockList, isIP } from "node:net"
import { isLoopbackName } from "@kalends/domain/loopback"
import { Problem } from "@kalends/domain/problem"
import { Agent, request as send } from "undici"
import type { HttpClient, OutgoingRequest } from "../ports/http-client.ts"
import { type Answer, createNtlmConnections } from "./ntlm-connections.ts"

const defaultTimeoutMs = 15_000
const defaultLimitBytes = 32 * 2 ** 20

/** Private, local and otherwise special ranges that an address typed by a user may not point to (RFC 6890). */
const specialRanges: readonly (readonly [string, number, "ipv4" | "ipv6"])[] = [
  ["0.0.0.0", 8, "ipv4"],
  ["10.0.0.0", 8, "ipv4"],
  ["100.64.0.0", 10, "ipv4"],
  ["127.0.0.0", 8, "ipv4"],
  ["169.254.0.0", 16, "ipv4"],
  ["172.16.0.0", 12, "ipv4"],
  ["192.0.0.0", 24, "ipv4"],
  ["192.0.2.0", 24, "ipv4"],
  ["192.88.99.0", 24, "ipv4"],
  ["192.168.0.0", 16, "ipv4"],
  ["198.18.0.0", 15, "ipv4"],
  ["198.51.100.0", 24, "ipv4"],
  ["203.0.113.0", 24, "ipv4"],
  ["224.0.0.0", 3, "ipv4"],
  // Those with an IPv4 address inside lead to it by way of a gateway: compatible, translated (RFC 6052, 8215), 6to4, Teredo.
  ["::", 96, "ipv6"],
  ["64:ff9b::", 96, "ipv6"],
  ["64:ff9b:1::", 48, "ipv6"],
  ["2002::", 16, "ipv6"],
  ["2001::", 23, "ipv6"],
  ["100::", 64, "ipv6"],
  ["2001:db8::", 32, "ipv6"],
  ["fc00::", 7, "ipv6"],
  ["fe80::", 10, "ipv6"],
  ["fec0::", 10, "ipv6"],
  ["ff00::", 8, "ipv6"],
]
const special = new BlockList()
for (const [network, prefix, family] of specialRanges) special.addSubnet(network, prefix, family)

/** True when an IP address is in a private, loopback or otherwise special range; IPv4 inside IPv6 counts as IPv4. */
export function isSpecialAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address
  return special.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4")
}

export type HttpClientOptions = {
  /** Host names (or host:port) in private networks that the operator allows users to name. */
  readonly allowedPrivateHosts: readonly string[]
  /** How names become addresses; the system's own way unless a test has another. */
  readonly resolve?: Resolve
}

type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: Error | null, addresses: LookupAddress[]) => void,
) => void

type Guarded = { readonly isGuarded: boolean; readonly url: URL }

const openConnect = { minVersion: "TLSv1.2" } as const

/** Outgoing HTTP over undici: TLS 1.2 or newer, no redirects, no cookies, bounded in time and size. */
export function createHttpClient(options: HttpClientOptions): HttpClient & { close(): Promise<void> } {
  const guardedConnect = { ...openConnect, lookup: publicLookup(options.resolve ?? lookupAddress) }
  const open = new Agent({ connect: openConnect, allowH2: false, connections: 64 })
  const guarded = new Agent({ connect: guardedConnect, allowH2: false, connections: 16 })
  const signedIn = createNtlmConnections()

  function route(request: OutgoingRequest): Guarded {
    const url = parseUrl(request.url)
    const isAllowed = options.allowedPrivateHosts.some((host) => host === url.host || host === url.hostname)
    if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopbackName(url.hostname)))
      throw new Problem("forbidden", "Only https addresses are used.", { code: "https-only" })
    if (request.isUserGiven !== true || isAllowed) return { isGuarded: false, url }
    const bare = url.hostname.replace(/^\[|\]$/g, "")
    if (isLoopbackName(bare) || (isIP(bare) !== 0 && isSpecialAddress(bare))) throw privateAddress()
    return { isGuarded: true, url }
  }

  async function begin(request: OutgoingRequest, isStream: boolean): Promise<Answer> {
    const { isGuarded, url } = route(request)
    const timeout = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs)
    const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal])
    const { method, headers, ntlm: credential, isRepeatable = false } = request
    const asked = { method, headers: { ...headers }, body: request.body ?? null, signal }
    try {
      if (credential !== undefined) {
        const connect = isGuarded ? guardedConnect : openConnect
        return await signedIn.send({ ...asked, url, credential, isRepeatable, connect, isGuarded }, isStream)
      }
      return { response: await send(url, { ...asked, dispatcher: isGuarded ? guarded : open }), done: () => {} }
    } catch (error) {
      throw unanswered(error)
    }
  }

  return {
    async send(request) {
      const { response, done } = await begin(request, false)
      let isWhole = false
      try {
        const body = await readBounded(response.body, request.responseLimitBytes ?? defaultLimitBytes)
        isWhole = true
        return { status: response.statusCode, headers: flatten(response.headers), body }
      } finally {
        done(isWhole)
      }
    },
    async stream(request) {
      const { response, done } = await begin(request, true)
      response.body.once("close", () => done(false))
      const { Readable } = await import("node:stream")
      return {
        status: response.statusCode,
        headers: flatten(response.headers),
        body: Readable.toWeb(response.body) as ReadableStream<Uint8Array>,
      }
    },
    async close() {
      await Promise.all([open.destroy(), guarded.destroy(), signedIn.close()])
    },
  }
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw new Problem("malformed", "This is not an address.", { code: "bad-address" })
  return new URL(text)
}

function privateAddress(): Problem {
  return new Problem("forbidden", "This address points into a private network, which the operator has not allowed.", {
    code: "private-address",
  })
}

type LookupCallback = (error: Error | null, addresses: { address: string; family: number }[]) => void

/** Resolves a name and refuses special addresses, at the moment of connecting: no second look-up can differ. */
function publicLookup(resolve: Resolve) {
  return (hostname: string, options: object, callback: LookupCallback): void =>
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      if (addresses.some(({ address }) => isSpecialAddress(address))) return callback(privateAddress(), [])
      callback(null, addresses)
    })
}

function unanswered(error: unknown): Problem {
  if (error instanceof Problem) return error
  const cause = error instanceof Error && error.cause instanceof Problem ? error.cause : null
  return cause ?? new Problem("unavailable", "The server did not answer.", { code: "no-answer", cause: error })
}

async function readBounded(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
  limitBytes: number,
): Promise<string> {
  const parts: Uint8Array[] = []
  let sizeBytes = 0
  try {
    for await (const part of body) {
      sizeBytes += part.length
      if (sizeBytes > limitBytes)
        throw new Problem("malformed", "The server's answer is too large.", { code: "too-large" })
      parts.push(part)
    }
  } catch (error) {
    body.destroy()
    throw unanswered(error)
  }
  return Buffer.concat(parts).toString("utf8")
}

function flatten(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(", ") : value
  return flat
}
