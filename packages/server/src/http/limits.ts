import { Problem } from "@kalends/domain/problem"
import type { SignedIn } from "../people/sessions.ts"
import type { Clock } from "../ports/clock.ts"
import { createRateLimit, type RateLimit, type Share } from "./rate-limit.ts"

const tenMinutes = (count: number): Share => ({ count, windowMs: 600_000 })

/**
 * What one caller may do, each node for itself. Session tokens and hand-off codes hold 256 bits and cannot be guessed, so
 * that what comes with an unknown one is not counted against others behind the same address.
 */
export const limits = {
  /** Failed set-ups, sign-ins and hand-offs from one network: guesses, and each costs a slow hash. */
  failuresPerNetwork: tenMinutes(20),
  /** Failed sign-ins to one address from one network. */
  failuresPerEmailAndNetwork: tenMinutes(10),
  /** Failed sign-ins to one address from anywhere. Higher, so that a stranger cannot so easily keep its owner out. */
  failuresPerEmail: tenMinutes(60),
  /** Sign-ins begun at other services from one network: an office signs in at nine. */
  providerSignInsPerNetwork: tenMinutes(600),
  /** Links for setting a password, looked at or spent from one network with no success: none can be guessed, and each costs. */
  linksPerNetwork: tenMinutes(60),
  /** Links made by one administrator: each is handed to somebody. */
  linksPerUser: tenMinutes(120),
  /** Codes that were wrong in the second step, and present passwords: a million codes, three of them right at any time. */
  codesPerUser: tenMinutes(10),
  codesPerUserADay: { count: 50, windowMs: 86_400_000 },
  /** Codes that tools ask for from one network: each is a row until it is over. */
  toolCodesPerNetwork: tenMinutes(120),
  /** Tokens of tools from one network that do not hold: they cannot be guessed, and each costs a check. */
  toolTokensPerNetwork: tenMinutes(120),
  /** Codes of tools that one person types and nobody shows: a code is 39 bits. */
  toolCodeGuessesPerUser: tenMinutes(20),
  /** Hand-off codes of one person: each is a row until it is over. */
  handoffsPerUser: tenMinutes(60),
  /** Connecting, by one person: it signs in at a server that the person may name, with a password that may be a guess. */
  connectsPerUser: tenMinutes(20),
  /** Calls to the address of a video system that one person asks for: each goes to where they say. */
  deviceCallsPerUser: tenMinutes(120),
  /** Calls for the certificates of a list of video systems, by one person; a list has 500 of them. */
  certificatesPerUser: tenMinutes(1000),
  /** Access tokens that one person says the provider refused: each asks the provider for another. */
  replacementsPerUser: tenMinutes(30),
  /** Join pages opened and forms sent from one network: an office of hundreds goes into its meetings at the full hour. */
  joinsPerNetwork: tenMinutes(1200),
  /** What is answered to anybody, asked from one network: an office of thousands opens the portal in the morning. */
  anybodyPerNetwork: tenMinutes(6000),
  /** Codes that screens of one network ask for: each shows one for ten minutes, and a building may have its power back. */
  pairingsPerNetwork: tenMinutes(300),
  /** Codes of screens that were wrong, typed by one person. */
  pairingGuessesPerUser: tenMinutes(20),
  /** What is done at one screen: each writes to a calendar. */
  actsPerDisplay: tenMinutes(60),
  /** What one screen says of its being there: once a minute, and more often where its beats were held up and come at once. */
  heardPerDisplay: tenMinutes(60),
  /** Streams that one screen opens: one that cannot keep its own waits longer each time. */
  streamsPerDisplay: tenMinutes(120),
  /** Calls to the provider that are made for one connection's apps. */
  proxiedPerConnection: tenMinutes(3000),
  /** Checks and exports of the whole log: each reads all of it. */
  wholeAuditsPerUser: tenMinutes(20),
  /** Failed shreddings of an organisation's keys by one person: each is a guess at a password. */
  shredsPerUser: tenMinutes(10),
  /** Refusals of one route to one person that are put into the audit log: an app that keeps asking is one entry. */
  refusalsNotedPerUserAndRoute: { count: 1, windowMs: 60_000 },
  /** Limits that were reached, or forged requests, at one route that are put into the operator's log. */
  attemptsNotedPerRoute: { count: 1, windowMs: 60_000 },
  /** Wrong passwords of room systems from one network. Those that are made for them cannot be guessed; it is the work that is bounded. */
  deviceGuessesPerNetwork: tenMinutes(600),
  /** What one room system asks: the busiest that is known asks twice a minute. */
  requestsPerDevice: tenMinutes(1200),
  /** Agendas that one device is given. */
  agendasPerDevice: { count: 20, windowMs: 60_000 },
  /** Access tokens that one device is given: one lasts an hour. */
  tokensPerDevice: tenMinutes(20),
  /** Everything else that one person asks to be changed, and what writes an audit record. */
  changesPerUser: tenMinutes(600),
  /** Everything that one person reads, streamed windows included. */
  readsPerUser: tenMinutes(3000),
} as const satisfies Readonly<Record<string, Share>>

/** Limits for acts of which only the failed ones count: an office behind one address signs in as often as it likes. */
export type Failures = { readonly limit: RateLimit; readonly key: string }

/** Wrong codes, answers and passwords of whoever is half or wholly signed in. */
export type CodeLimits = (by: SignedIn) => readonly Failures[]

/** Codes that were wrong, by person: a stranger with the password has few guesses, and few a day. */
export function createCodeLimits(clock: Clock): CodeLimits {
  const soon = createRateLimit(clock, limits.codesPerUser)
  const daily = createRateLimit(clock, limits.codesPerUserADay)
  return ({ user: { userId: key } }) => [soon, daily].map((limit) => ({ limit, key }))
}

/** Does the work, unless one of the limits is reached; gives back what was taken when it went well, or when we are to blame. */
export async function countingFailures<Result>(
  counted: readonly Failures[],
  work: () => Promise<Result>,
): Promise<Result> {
  const taken: Failures[] = []
  const giveBack = () => {
    for (const { limit, key } of taken) limit.giveBack(key)
  }
  for (const one of counted) {
    try {
      one.limit.take(one.key)
    } catch (error) {
      giveBack()
      throw error
    }
    taken.push(one)
  }
  try {
    const result = await work()
    giveBack()
    return result
  } catch (error) {
    if (!(error instanceof Problem) || error.kind === "unsupported") giveBack()
    throw error
  }
}

/** Counts what signed-in people do: GET and HEAD as reads, everything else as changes. */
export function createUserLimits(clock: Clock): (userId: string, method: string) => void {
  const reads = createRateLimit(clock, limits.readsPerUser)
  const changes = createRateLimit(clock, limits.changesPerUser)
  return (userId, method) => (method === "GET" || method === "HEAD" ? reads : changes).take(userId)
}

/**
 * Who is behind an address, as far as it says: an IPv4 address, or the first 64 bits of an IPv6 one, which are what one
 * subscriber is given (RFC 6177); the rest they choose as they like.
 */
export function networkOf(address: string): string {
  const [withoutZone = ""] = address.split("%", 1)
  const plain = withoutZone.replace(/^::ffff:(?=\d+\.)/i, "")
  if (!plain.includes(":")) return plain
  const [left, right] = plain.split("::").map((half) => half.split(":").filter((group) => group !== ""))
  const before = left ?? []
  const after = right ?? []
  const between = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => "0")
  const groups = [...before, ...between, ...after].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(":")}::/64`
}
