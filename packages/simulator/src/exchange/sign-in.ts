import { createHash } from "node:crypto"
import type { SimulatorPlatform } from "../platform.ts"
import type { SimRequest, SimResponse } from "../server.ts"
import type { Account, Directory } from "./directory.ts"
import { challengeMessage, isProven, messageType, readAuthenticate } from "./ntlm.ts"

export type Scheme = "Negotiate" | "NTLM" | "Basic"

/** What a connection has reached: a challenge was given, or somebody signed in. */
type ConnectionState =
  | { readonly kind: "challenged"; readonly challenge: Buffer; readonly scheme: string }
  | { readonly kind: "signed-in"; readonly account: Account; readonly generation: number }

const unixEpochIn100ns = 116_444_736_000_000_000n

/**
 * Signing in as IIS has it: NTLM holds for the connection it was done on, Basic for the request. An account that is
 * disabled or whose password expired gets the same 401 as a wrong password.
 */
export function createSignIn(platform: SimulatorPlatform, directory: Directory) {
  const connections = new WeakMap<object, ConnectionState>()
  const offers = new Set<Scheme>(["Negotiate", "NTLM", "Basic"])
  const host = `ex01.${directory.tenant.domain}`

  const refused = (): SimResponse => ({
    status: 401,
    headers: {
      "www-authenticate": [...offers].map((scheme) => (scheme === "Basic" ? `Basic realm="${host}"` : scheme)),
      "x-feserver": "EX01",
    },
    body: "",
  })

  const mayEnter = (account: Account | null): account is Account =>
    account !== null && !account.isDisabled && !account.isPasswordExpired

  function basic(token: string): Account | null {
    if (!offers.has("Basic")) return null
    const text = Buffer.from(token, "base64").toString("utf8")
    const account = directory.findAccount(text.slice(0, text.indexOf(":")))
    return mayEnter(account) && text.slice(text.indexOf(":") + 1) === account.password ? account : null
  }

  function challenge(connection: object, scheme: string): SimResponse {
    const bytes = createHash("sha256").update(platform.token("challenge")).digest().subarray(0, 8)
    connections.set(connection, { kind: "challenged", challenge: bytes, scheme })
    const names = {
      domain: directory.domain,
      computer: "EX01",
      dnsDomain: directory.tenant.domain,
      dnsComputer: host,
    }
    const fileTime = BigInt(platform.now().epochMilliseconds) * 10_000n + unixEpochIn100ns
    const message = challengeMessage(bytes, names, fileTime).toString("base64")
    // Exchange offers its other scheme beside the challenge (captured in requests/requests-ntlm pull request 33).
    const other = scheme === "NTLM" ? "Negotiate" : "NTLM"
    return { ...refused(), headers: { "www-authenticate": [`${scheme} ${message}`, other], "x-feserver": "EX01" } }
  }

  function ntlm(connection: object, scheme: string, token: string): Account | SimResponse {
    const message = Buffer.from(token, "base64")
    if (![...offers].some((offer) => offer === scheme)) return refused()
    if (messageType(message) === 1) return challenge(connection, scheme)
    const state = connections.get(connection)
    connections.delete(connection)
    if (state?.kind !== "challenged") return refused()
    const proof = readAuthenticate(message, state.challenge)
    const account = proof === null ? null : directory.findAccount(proof.user)
    if (proof === null || !mayEnter(account) || !isProven(proof, account.password)) return refused()
    connections.set(connection, { kind: "signed-in", account, generation: account.generation })
    return account
  }

  return {
    /** What the server offers; take one away as an administrator would. */
    offers,
    /** The account that asks, or the answer that keeps it out. */
    signIn({ headers, connection }: SimRequest): Account | SimResponse {
      const [scheme = "", token = ""] = (headers.authorization ?? "").split(" ")
      if (scheme === "Basic") return basic(token) ?? refused()
      if (scheme === "NTLM" || scheme === "Negotiate") return ntlm(connection, scheme, token)
      const state = connections.get(connection)
      if (state?.kind !== "signed-in" || state.generation !== state.account.generation) return refused()
      return state.account
    },
  }
}

export type SignIn = ReturnType<typeof createSignIn>
