import { readConfig } from "../config.ts"
import { systemClock } from "../platform/clock.ts"
import { freePort } from "../platform/free-port.ts"
import { platformSecret } from "../platform/platform-secret.ts"
import { systemRandom } from "../platform/random.ts"
import { type Node, startNode } from "../wire.ts"

/** The same on every node of a test's cluster. */
export const testSecret = platformSecret(new Uint8Array(32).fill(7))

/** A node on a free loopback port, on the database given, without pages unless `webFolder` is set. */
export async function startTestNode(
  databaseUrl: string,
  environment: Readonly<Record<string, string>> = {},
  webFolder: string | null = null,
): Promise<Node & { readonly port: number }> {
  const port = await freePort()
  const config = readConfig({
    KALENDS_PORT: String(port),
    KALENDS_LOG_LEVEL: "silent",
    DATABASE_URL: databaseUrl,
    ...environment,
  })
  const node = await startNode({
    config,
    databaseUrl,
    secret: testSecret,
    clock: systemClock,
    random: systemRandom,
    webFolder,
  })
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

/** Makes the first administrator and signs in. */
export async function setUpNode(
  node: Pick<Node, "url" | "setupCode">,
): Promise<{ readonly call: ReturnType<typeof apiOf>; readonly token: string }> {
  const anonymous = apiOf(node.url, () => null)
  if (node.setupCode !== null)
    await anonymous("POST", "/v1/setup", { ...administrator, setupCode: node.setupCode, organisation: "Observatory" })
  const signedIn = await anonymous("POST", "/v1/sessions", {
    email: administrator.email,
    password: administrator.password,
    deviceName: "Test",
    keep: "memory",
  })
  const { token } = signedIn.body as { token: string }
  return { call: apiOf(node.url, () => token), token }
}
