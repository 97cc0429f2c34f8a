/** How command lines talk to a running service: signed in as an administrator, as the portal does. */
import { createInterface } from "node:readline/promises"
import { Writable } from "node:stream"
import type { SessionView } from "@kalends/protocol/api"
import { problemSchema } from "@kalends/protocol/problem"
import type { OwnSignInView, RaisedView } from "@kalends/protocol/sign-in"
import { problemText } from "./organisation/words.ts"
import { environmentValue } from "./platform.ts"

/** A line for whoever asked. */
export class Refused extends Error {}

export type Api = <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>

function apiAt(url: string, token: () => string | null): Api {
  return async (method, path, body) => {
    const bearer = token()
    const headers = {
      "x-kalends-request": "1",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
    }
    const request = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await fetch(`${url}${path}`, request).catch(() => {
      throw new Refused(`Nothing answers at ${url}; set KALENDS_URL.`)
    })
    const text = await response.text()
    if (!response.ok) throw new Refused(refusal(text, response.status))
    return text === "" ? null : JSON.parse(text)
  }
}

function refusal(text: string, status: number): string {
  try {
    const problem = problemSchema.parse(JSON.parse(text))
    return problemText({ kind: problem.kind, code: problem.code ?? null })
  } catch {
    return `The service answered ${status}.`
  }
}

/** Where the service is that a command line talks to. */
export const serviceUrl = (): string => (environmentValue("KALENDS_URL") ?? "http://localhost:8080").replace(/\/$/, "")

/** A line that somebody types; a password is not shown. */
export async function ask(question: string, isHidden = false): Promise<string> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_part, _encoding, done) => done() })
  const output = isHidden ? silent : process.stderr
  const asked = createInterface({ input: process.stdin, output, terminal: isHidden })
  const answer = await asked.question("")
  asked.close()
  if (isHidden) process.stderr.write("\n")
  return answer.trim()
}

/** Signs in, with the second step where there is one; the token opens the service until it is signed out or ends. */
async function tokenFor(url: string): Promise<string> {
  const email = environmentValue("KALENDS_EMAIL") ?? (await ask("E-mail address: "))
  const password = environmentValue("KALENDS_PASSWORD") ?? (await ask("Password: ", true))
  const input = { email, password, deviceName: "Command line", keep: "memory" }
  const { token } = await apiAt(url, () => null)<SessionView>("POST", "/v1/sessions", input)
  if (token === null) throw new Refused("The service gave no token.")
  const api = apiAt(url, () => token)
  const { secondFactor } = await api<OwnSignInView>("GET", "/v1/me/sign-in")
  if (secondFactor === "wanted")
    throw new Refused("An administrator signs in with a second step; set one up on your Sign-in page first.")
  if (secondFactor !== "awaited") return token
  const code = environmentValue("KALENDS_CODE") ?? (await ask("Code of your authenticator app, or a recovery code: "))
  const raised = await api<RaisedView>("POST", "/v1/sessions/second-factor", { code })
  if (raised.token === null) throw new Refused("The service gave no token.")
  return raised.token
}

export async function signIn(url: string): Promise<Api> {
  const token = await tokenFor(url)
  return apiAt(url, () => token)
}

/** An answer too long to be held whole. */
export async function openStream(url: string, path: string): Promise<AsyncIterable<Uint8Array>> {
  const headers = { authorization: `Bearer ${await tokenFor(url)}` }
  const response = await fetch(`${url}${path}`, { headers })
  if (!response.ok || response.body === null) throw new Refused(refusal(await response.text(), response.status))
  return response.body
}
