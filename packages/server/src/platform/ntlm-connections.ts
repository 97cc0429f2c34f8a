import { createHash } from "node:crypto"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { isLoopbackName } from "@kalends/domain/loopback"
import { Problem } from "@kalends/domain/problem"
import { buildConnector, Client, type Dispatcher } from "undici"
import { authenticateMessage, channelBinding, endPointHash, type NtlmCredential, negotiateMessage } from "./ntlm.ts"
import { systemRandom } from "./random.ts"

/**
 * Requests signed in by NTLM. The proof holds for its connection, so a connection belongs to one credential alone: it is
 * never lent to another. Idle ones are closed by undici after `idleMs`, and forgotten then.
 */

/** Connections of one credential to one server at most, streams left out. A service account has as many for all of its mailboxes. */
const perCredentialMost = 16
/** Connections of all credentials at most, streams left out. */
const connectionsMost = 2_000
const idleMs = 60_000
const unixEpochIn100ns = 116_444_736_000_000_000n

export type NtlmRequest = {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  readonly signal: AbortSignal
  readonly credential: NtlmCredential
  /** Doing it twice does no harm: sent again once where a connection that was open already breaks before it answers. */
  readonly isRepeatable: boolean
  /** How connections are made: TLS version, and whether special addresses are refused. */
  readonly connect: buildConnector.BuildOptions
  /** Whether `connect` refuses special addresses: such connections are kept apart. */
  readonly isGuarded: boolean
}

export type Answer = {
  readonly response: Dispatcher.ResponseData
  /** To be called once when the body was read whole (true), or will not be (false). */
  readonly done: (isWhole: boolean) => void
}

type Seat = {
  readonly client: Client
  socket: Socket | null
  isSignedIn: boolean
  isBusy: boolean
  wasUsed: boolean
}

type Group = {
  readonly seats: Set<Seat>
  readonly waiting: (() => void)[]
  /** The server offers no NTLM, but Basic, where the password may be told. */
  isBasic: boolean
}

type Turn = { readonly seat: Seat; readonly group: Group; readonly request: NtlmRequest }

export function createNtlmConnections() {
  const groups = new Map<string, Group>()
  let count = 0

  function groupOf(request: NtlmRequest): { readonly key: string; readonly group: Group } {
    const { url, credential, isGuarded } = request
    const parts = [url.origin, credential.username, credential.password, String(isGuarded)]
    const key = createHash("sha256").update(JSON.stringify(parts)).digest("hex")
    const group = groups.get(key) ?? { seats: new Set(), waiting: [], isBasic: false }
    groups.set(key, group)
    return { key, group }
  }

  function open(key: string, group: Group, request: NtlmRequest): Seat {
    const connector = buildConnector(request.connect)
    const client = new Client(request.url.origin, {
      connect: (options, callback) =>
        connector(options, (...[error, socket]) => {
          if (error !== null) return callback(error, null)
          seat.socket = socket
          callback(null, socket)
        }),
      keepAliveTimeout: idleMs,
      keepAliveMaxTimeout: idleMs,
    })
    const seat: Seat = { client, socket: null, isSignedIn: false, isBusy: true, wasUsed: false }
    client.on("disconnect", () => {
      seat.socket = null
      seat.isSignedIn = false
      if (!seat.isBusy) drop(key, group, seat)
    })
    group.seats.add(seat)
    count++
    return seat
  }

  function drop(key: string, group: Group, seat: Seat): void {
    if (!group.seats.delete(seat)) return
    count--
    void seat.client.destroy()
    group.waiting.shift()?.()
    if (group.seats.size === 0 && group.waiting.length === 0) groups.delete(key)
  }

  function closeAnIdleOne(): void {
    for (const [key, group] of groups)
      for (const seat of group.seats)
        if (!seat.isBusy) {
          drop(key, group, seat)
          return
        }
    throw new Problem("unavailable", "Too many calendars are read at once.", { code: "too-many-connections" })
  }

  async function take(key: string, group: Group, request: NtlmRequest): Promise<Seat> {
    for (;;) {
      const idle = [...group.seats].find(({ isBusy }) => !isBusy)
      if (idle !== undefined) {
        idle.isBusy = true
        return idle
      }
      if (group.seats.size < perCredentialMost) {
        if (count >= connectionsMost) closeAnIdleOne()
        return open(key, group, request)
      }
      await turnIn(group, request.signal)
    }
  }

  function giveBack(key: string, group: Group, seat: Seat): void {
    seat.isBusy = false
    seat.wasUsed = true
    if (seat.socket === null) return drop(key, group, seat)
    group.waiting.shift()?.()
  }

  return {
    /** The answer to a request, body unread. `isStream`: on a connection of its own, which ends with it. */
    async send(request: NtlmRequest, isStream: boolean): Promise<Answer> {
      const { key, group } = groupOf(request)
      const seat = isStream ? open(key, { ...group, seats: new Set() }, request) : await take(key, group, request)
      if (isStream) count--
      const finish = (isWhole: boolean) => {
        if (isStream) void seat.client.destroy()
        else if (isWhole) giveBack(key, group, seat)
        else drop(key, group, seat)
      }
      try {
        return { response: await signedIn({ seat, group, request }), done: finish }
      } catch (error) {
        finish(false)
        throw error
      }
    },
    /** How many connections are kept. */
    count: () => count,
    async close(): Promise<void> {
      const seats = [...groups.values()].flatMap((group) => [...group.seats])
      groups.clear()
      count = 0
      await Promise.all(seats.map(({ client }) => client.destroy()))
    },
  }
}

/** Waits until a connection is free, or the request is given up. */
function turnIn(group: Group, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => {
      group.waiting.splice(group.waiting.indexOf(go), 1)
      reject(signal.reason)
    }
    const go = () => {
      signal.removeEventListener("abort", gone)
      resolve()
    }
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener("abort", gone, { once: true })
    group.waiting.push(go)
  })
}

/** The answer to the request itself; 401 only where the credential was refused. */
async function signedIn(turn: Turn): Promise<Dispatcher.ResponseData> {
  const { seat, group, request } = turn
  if (group.isBasic) {
    const response = await ask(turn, basic(request.credential), request.body)
    if (response.statusCode !== 401) return response
    // What is offered may have changed: the next request looks anew.
    group.isBasic = false
    return response
  }
  if (seat.isSignedIn) {
    const response = await onOpenConnection(turn)
    if (response !== null) return response
  }
  const first = await handshake(turn)
  // The server closed the connection between the messages: once more on a new one.
  return first ?? (await handshake(turn)) ?? ask(turn, null, request.body)
}

/** Null where the connection turned out to be signed in no more. */
async function onOpenConnection(turn: Turn): Promise<Dispatcher.ResponseData | null> {
  const { seat, request } = turn
  try {
    const response = await ask(turn, null, request.body)
    if (response.statusCode !== 401) return response
    await response.body.dump()
    seat.isSignedIn = false
    return null
  } catch (error) {
    if (!request.isRepeatable || request.signal.aborted || !seat.wasUsed) throw error
    return null
  }
}

/** The three messages; null where the server closed the connection between them. */
async function handshake(turn: Turn): Promise<Dispatcher.ResponseData | null> {
  const { seat, group, request } = turn
  const negotiate = negotiateMessage()
  const offer = await ask(turn, `NTLM ${negotiate.toString("base64")}`, "")
  if (offer.statusCode !== 401) {
    if (offer.statusCode >= 300) return offer
    // Nobody has to sign in here, or the connection is signed in already.
    await offer.body.dump()
    return ask(turn, null, request.body)
  }
  const offers = [offer.headers["www-authenticate"] ?? []].flat()
  const socket = seat.socket
  const challenge = offers.flatMap((text) => /(?:^|,\s*)NTLM ([\w+/=]+)/i.exec(text)?.[1] ?? [])[0]
  if (challenge === undefined) {
    if (offers.some((text) => /(?:^|,\s*)NTLM\b/i.test(text))) return dumped(offer)
    if (!offers.some((text) => /(?:^|,\s*)Basic\b/i.test(text)) || !mayTellPassword(request.url)) return offer
    await offer.body.dump()
    group.isBasic = true
    return signedIn(turn)
  }
  await offer.body.dump()
  const message = authenticateMessage({
    credential: request.credential,
    negotiate,
    challenge: Buffer.from(challenge, "base64"),
    clientChallenge: Buffer.from(systemRandom.bytes(8)),
    fileTime: fileTimeNow(),
    host: request.url.hostname,
    channelBinding: bindingOf(socket),
  })
  if (message === null) throw new Problem("malformed", "The server's sign-in cannot be understood.")
  const response = await ask(turn, `NTLM ${message.toString("base64")}`, request.body)
  if (response.statusCode === 401) return seat.socket === socket ? response : dumped(response)
  seat.isSignedIn = seat.socket === socket
  return response
}

async function dumped(response: Dispatcher.ResponseData): Promise<null> {
  await response.body.dump()
  return null
}

function ask({ seat, request }: Turn, authorization: string | null, body: string | null) {
  const { url, method, headers, signal } = request
  return seat.client.request({
    path: `${url.pathname}${url.search}`,
    method,
    headers: authorization === null ? { ...headers } : { ...headers, authorization },
    body,
    signal,
  })
}

function basic({ username, password }: NtlmCredential): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`
}

function mayTellPassword(url: URL): boolean {
  return url.protocol === "https:" || isLoopbackName(url.hostname)
}

function bindingOf(socket: Socket | null): Buffer | null {
  if (!(socket instanceof TLSSocket)) return null
  const certificate = socket.getPeerX509Certificate()
  return certificate === undefined
    ? null
    : channelBinding(endPointHash(certificate.raw, certificate.signatureAlgorithm ?? ""))
}

function fileTimeNow(): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(Temporal.Now.instant().epochNanoseconds / 100n + unixEpochIn100ns)
  return bytes
}
