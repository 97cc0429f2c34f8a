import { createHash, timingSafeEqual } from "node:crypto"
import type { Clock } from "../../ports/clock.ts"
import type { DeviceDoor, KnownDevice } from "../../ports/device-door.ts"
import type { FrontAnswer, FrontRequest, FrontSignIn } from "../../ports/device-front.ts"
import { splitUsername } from "../../ports/ntlm-parts.ts"
import type { Random } from "../../ports/random.ts"
import { challengeBytes, challengeMessage, isProven, ntlmMessageType, readAuthenticate } from "../ntlm-server.ts"

/** What a connection has reached. */
type ConnectionState =
  | { readonly kind: "challenged"; readonly challenge: Buffer; readonly atMs: number }
  /** The password is remembered to notice that another was made since. */
  | { readonly kind: "signed-in"; readonly username: string; readonly password: string }

/** A challenge that is not answered within this time is none any more. */
const challengeMs = 60_000
const tokenLengthMost = 4_096
const name = "KALENDS"

export type SignInDeps = { readonly door: DeviceDoor; readonly clock: Clock; readonly random: Random }

/**
 * Signing in as IIS has it: Basic holds for its request, NTLM for the connection that it was done on. Each challenge is
 * answered once, on its own connection, so that what was overheard opens nothing. Where a proxy stands between, one
 * connection may carry several devices' requests: there NTLM is neither offered nor taken.
 */
export function createSignIn({ door, clock, random }: SignInDeps) {
  const connections = new WeakMap<object, ConnectionState>()

  const offers = ({ isConnectionShared }: FrontRequest): readonly string[] =>
    isConnectionShared ? [`Basic realm="${name}"`] : ["NTLM", `Basic realm="${name}"`]

  const refused = (request: FrontRequest, isGuess: boolean): FrontSignIn => ({
    kind: "refused",
    isGuess,
    answer: unauthorized(offers(request)),
  })

  async function basic(request: FrontRequest, token: string): Promise<FrontSignIn> {
    const text = Buffer.from(token, "base64").toString("utf8")
    const colon = text.indexOf(":")
    if (colon < 0) return refused(request, true)
    const device = await findDevice(door, text.slice(0, colon))
    // Somebody unknown costs as long as somebody known.
    const isRight = isSame(text.slice(colon + 1), device?.password ?? "")
    if (device !== null && !isRight) door.refused(device)
    return device === null || !isRight ? refused(request, true) : { kind: "device", device }
  }

  function challenge({ connection }: FrontRequest): FrontSignIn {
    const bytes = Buffer.from(random.bytes(challengeBytes))
    const now = clock.now()
    connections.set(connection, { kind: "challenged", challenge: bytes, atMs: now.epochMilliseconds })
    const message = challengeMessage({ challenge: bytes, name, now }).toString("base64")
    return { kind: "refused", isGuess: false, answer: unauthorized([`NTLM ${message}`]) }
  }

  async function ntlm(request: FrontRequest, token: string): Promise<FrontSignIn> {
    const message = Buffer.from(token, "base64")
    if (request.isConnectionShared) return refused(request, true)
    if (ntlmMessageType(message) === 1) return challenge(request)
    const state = connections.get(request.connection)
    connections.delete(request.connection)
    const proof = readAuthenticate(message)
    if (state?.kind !== "challenged" || proof === null) return refused(request, true)
    if (clock.now().epochMilliseconds - state.atMs > challengeMs) return refused(request, true)
    const device = await findDevice(door, proof.user)
    const isRight = isProven(proof, state.challenge, device?.password ?? "")
    if (device !== null && !isRight) door.refused(device)
    if (device === null || !isRight) return refused(request, true)
    connections.set(request.connection, { kind: "signed-in", username: device.username, password: device.password })
    return { kind: "device", device }
  }

  async function goesOn(request: FrontRequest): Promise<FrontSignIn> {
    const state = connections.get(request.connection)
    if (state?.kind !== "signed-in" || request.isConnectionShared) return refused(request, false)
    const device = await door.who(state.username)
    if (device !== null && isSame(device.password, state.password)) return { kind: "device", device }
    connections.delete(request.connection)
    return refused(request, false)
  }

  return async (request: FrontRequest): Promise<FrontSignIn> => {
    const given = request.headers.authorization
    if (given === undefined) return goesOn(request)
    const [, scheme = "", token = ""] = /^(\w+) ([\w+/=]+)$/.exec(given.slice(0, tokenLengthMost)) ?? []
    if (scheme.toLowerCase() === "basic") return basic(request, token)
    if (scheme.toLowerCase() === "ntlm") return ntlm(request, token)
    return refused(request, true)
  }
}

const unauthorized = (offers: readonly string[]): FrontAnswer => ({
  status: 401,
  headers: { "www-authenticate": offers },
  body: "",
})

/** By the name as it was typed, or without the domain that many devices put before or behind it. */
async function findDevice(door: DeviceDoor, typed: string): Promise<KnownDevice | null> {
  const { user } = splitUsername(typed.normalize("NFC"))
  const known = await door.who(user)
  const at = user.lastIndexOf("@")
  return known !== null || at <= 0 ? known : door.who(user.slice(0, at))
}

/** Passwords by their digests, so that neither length nor a first difference can be timed. An empty one is no password. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash("sha256").update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other) && wanted !== ""
}
