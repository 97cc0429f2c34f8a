import { messages } from "./messages.ts"
import { parseCode, parseCodeState, parseRefusal } from "./parse.ts"
import type { Answer, Services } from "./services.ts"

/** How the add-on is signed in. Its token is kept in the person's own properties at Google, which no other script reads. */
export type SignedIn =
  | { readonly kind: "in"; readonly token: string }
  | { readonly kind: "waiting"; readonly code: string }
  | { readonly kind: "out" }

const [tokenName, waitingName] = ["token", "waiting"] as const

/** Where it stands; a code that was typed meanwhile has become the token. Throws where the service cannot be reached. */
export function signedIn(services: Services): SignedIn {
  const token = services.kept.find(tokenName)
  if (token !== null) return { kind: "in", token }
  const waiting = services.kept.find(waitingName)
  if (waiting === null) return { kind: "out" }
  const [code = "", waitingToken = ""] = waiting.split(" ")
  const { status, body } = services.send("GET", "/v1/tools/sessions/code", { token: waitingToken })
  if (status === 200 && parseCodeState(body) === "waiting") return { kind: "waiting", code }
  if (status !== 200 && status !== 401) return { kind: "waiting", code }
  services.kept.drop(waitingName)
  if (status !== 200) return { kind: "out" }
  services.kept.keep(tokenName, waitingToken)
  return { kind: "in", token: waitingToken }
}

/** Whether a token is there, which the service may have ended. */
export const isSignedIn = ({ kept }: Services): boolean => kept.find(tokenName) !== null

/** Asks for a code to show. Throws where the service gives none. */
export function beginSignIn(services: Services): { readonly code: string } {
  const answer = services.send("POST", "/v1/tools/sessions/code", { token: null, body: { deviceName } })
  const { code, token } = parseCode(answer.body)
  services.kept.keep(waitingName, `${code} ${token}`)
  return { code }
}

const deviceName = "Google Workspace add-on"

export function signOut(services: Services): void {
  const token = services.kept.find(tokenName)
  forget(services)
  if (token !== null) services.send("DELETE", "/v1/sessions/current", { token })
}

function forget({ kept }: Services): void {
  kept.drop(tokenName)
  kept.drop(waitingName)
}

/** Asks the service as the person; null where nobody is signed in, or is any more. Throws where it cannot be reached. */
export function ask(services: Services, method: string, path: string, body?: unknown): Answer | null {
  const session = signedIn(services)
  if (session.kind !== "in") return null
  const answer = services.send(method, path, { token: session.token, ...(body === undefined ? {} : { body }) })
  if (answer.status !== 401) return answer
  forget(services)
  return null
}

/** Why the service said no, in words for the person. */
export function refusal({ status, body }: Answer, { language }: Services): string {
  const words = messages(language)
  if (status !== 403) return words.failed
  return words.refusals[parseRefusal(body) ?? ""] ?? words.refused
}
