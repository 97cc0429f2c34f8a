import { TOTP } from "otpauth"
import { readConfig } from "../config.ts"
import { systemClock } from "../platform/clock.ts"
import { freePort } from "../platform/free-port.ts"
import { passwordsOf } from "../platform/password.ts"
import { platformSecret } from "../platform/platform-secret.ts"
import { systemRandom } from "../platform/random.ts"
import type { Clock } from "../ports/clock.ts"
import { type Node, startNode } from "../wire.ts"

/** The same on every node of a test's cluster. */
export const testSecret = platformSecret(new Uint8Array(32).fill(7))

/** At a thousandth of the cost: what a real one takes is seconds of each test that signs people in. */
export const quickPasswords = passwordsOf(2 ** 7)

/** A node on a free loopback port, on the database given, without pages unless `webFolder` is set. */
export async function startTestNode(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  webFolder: string | null = null,
  clock: Clock = systemClock,
): Promise<Node & { readonly port: number }> {
  const port = await freePort()
  const config = readConfig({
    KALENDS_PORT: String(port),
    KALENDS_LOG_LEVEL: "silent",
    DATABASE_URL: databaseUrl,
    ...environment,
  })
  const world = { config, databaseUrl, secret: testSecret, clock, random: systemRandom, webFolder }
  const node = await startNode(world, quickPasswords)
  return { ...node, port }
}

export type ApiAnswer = { readonly status: number; readonly body: unknown; readonly text: string }

/** Calls a node's API as an app does: with a bearer token. */
export function apiOf(url: string, token: () => string | null) {
  return async (method: string, path: string, body?: unknown): Promise<ApiAnswer> => {
    const bearer = token()
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: "manual",
      headers: {
        "x-kalends-request": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      text,
      body: (response.headers.get("content-type") ?? "").includes("json") ? JSON.parse(text) : null,
    }
  }
}

const administrator = { displayName: "Ada", email: "ada@example.org", password: "correct horse" }

/** Codes with which somebody shows their second step once each, by account and address. */
const codesOf = new Map<string, string[]>()

export type TestSession = {
  readonly call: ReturnType<typeof apiOf>
  readonly token: string
  /** A code for the second step, good once: for what signs in by itself. */
  readonly nextCode: () => Promise<string>
}

/** Makes the first administrator and signs in, second step included. */
export async function setUpNode(node: Pick<Node, "url" | "setupCode">): Promise<TestSession> {
  const anonymous = apiOf(node.url, () => null)
  if (node.setupCode !== null)
    await anonymous("POST", "/v1/setup", { ...administrator, setupCode: node.setupCode, organisation: "Observatory" })
  return signInWithFactor(node.url, administrator)
}

/**
 * Signs in and shows a second factor, so that the session may do all that its person may: an authenticator app is set up
 * where there is none, and afterwards one of its recovery codes is used each time.
 */
export async function signInWithFactor(
  url: string,
  { email, password }: { readonly email: string; readonly password: string },
): Promise<TestSession> {
  let token: string | null = null
  const call = apiOf(url, () => token)
  const signedIn = await call("POST", "/v1/sessions", { email, password, deviceName: "Test", keep: "memory" })
  const opened = signedIn.body as { token: string; user: { accountId: string } }
  token = opened.token
  const key = `${opened.user.accountId} ${email}`
  const codes = codesOf.get(key)
  if (codes === undefined) {
    const { seed } = (await call("POST", "/v1/me/totp")).body as { seed: string }
    const enrolled = await call("PUT", "/v1/me/totp", { code: new TOTP({ secret: seed }).generate() })
    const given = enrolled.body as { token: string; recoveryCodes: string[] }
    token = given.token
    codesOf.set(key, given.recoveryCodes)
  } else {
    const raised = await call("POST", "/v1/sessions/second-factor", { code: codes.shift() })
    token = (raised.body as { token: string }).token
  }
  const nextCode = async () => {
    const kept = codesOf.get(key) ?? []
    // Always one is left, for the next sign-in. New ones end all that there were.
    if (kept.length < 2) {
      const renewed = await call("POST", "/v1/me/recovery-codes")
      kept.splice(0, kept.length, ...(renewed.body as { recoveryCodes: string[] }).recoveryCodes)
    }
    return kept.shift() ?? ""
  }
  return { call: apiOf(url, () => token), token, nextCode }
}
