import type { Access } from "@kalends/domain/access"
import { Problem } from "@kalends/domain/problem"
import { blockedOnline, classifyEws, problemOf } from "@kalends/readers/ews/problems"
import { actingFor, type EwsMessage, ewsRequest, messagesOf } from "@kalends/readers/ews/soap"
import type { ReadRequest, ReadResponse, Send } from "@kalends/readers/reader"
import type { Clock } from "../../../ports/clock.ts"
import type { HttpClient, OutgoingRequest } from "../../../ports/http-client.ts"

export type Target = { readonly access: Access; readonly signal: AbortSignal }
export type Asking = {
  /** Doing it twice does no harm. */
  readonly isRepeatable: boolean
  readonly headers?: Readonly<Record<string, string>>
}
export type Answered = { readonly messages: readonly EwsMessage[]; readonly headers: ReadResponse["headers"] }
export type Ask = (target: Target, body: string, asking?: Asking) => Promise<Answered>

/** The EWS address, with the password that opens it. Throws Problem "unsupported" for any other access. */
export function passwordOf(access: Access): Extract<Access, { kind: "password" }> {
  if (access.kind !== "password")
    throw new Problem("unsupported", "An Exchange server is reached with user name and password.")
  return access
}

/** A request signed in with NTLM, or Basic where the server offers nothing else. */
export function signedRequest(access: Access, request: ReadRequest, asking: Asking): OutgoingRequest {
  const { username, password, mailbox, isDelegate } = passwordOf(access)
  // Without the mailbox's name a request may go to the wrong server first (providers.md C.4).
  const whose = mailbox ?? (username.includes("@") ? username : undefined)
  const anchor = whose === undefined ? {} : { "x-anchormailbox": whose }
  const meant = mailbox === undefined || isDelegate === true ? request : actingFor(mailbox, request)
  return {
    ...meant,
    headers: { ...request.headers, ...anchor, ...asking.headers },
    ntlm: { username, password },
    isRepeatable: asking.isRepeatable,
    isUserGiven: true,
  }
}

/** Sends a reader's requests. */
export function senderFor(http: HttpClient, access: Access): Send {
  return (request, signal) => http.send({ ...signedRequest(access, request, { isRepeatable: true }), signal })
}

/** What an answer means where it came from; null for success. */
export function problemIn(url: string, response: ReadResponse, clock: Clock): Problem | null {
  const isRefused = response.status === 401 || response.status === 403
  return isRefused && isOnline(new URL(url).hostname) ? blockedOnline() : classifyEws(response, clock.now())
}

/** True for the servers of Exchange Online, where EWS ends. */
export function isOnline(host: string): boolean {
  return /(?:^|\.)(?:outlook\.com|office365\.com|outlook\.office\.com|hotmail\.com)$/i.test(host)
}

/** Asks the server and gives the messages of its answer. Throws the Problem of an answer that failed as a whole. */
export function createAsk({ http, clock }: { readonly http: HttpClient; readonly clock: Clock }): Ask {
  return async ({ access, signal }, body, asking = { isRepeatable: true }) => {
    const { server } = passwordOf(access)
    const response = await http.send({ ...signedRequest(access, ewsRequest(server, body), asking), signal })
    const problem = problemIn(server, response, clock)
    if (problem !== null) throw access.mailbox === undefined ? problem : ofServiceAccount(problem)
    return { messages: messagesOf(response.body), headers: response.headers }
  }
}

/** The password that is refused is no person's: whoever gave it is asked for another, and nobody has to reconnect. */
function ofServiceAccount(problem: Problem): Problem {
  return problem.kind === "auth-revoked"
    ? new Problem("auth-expired", problem.message, { context: problem.context })
    : problem
}

/** The one message of an answer. Throws the Problem of one that failed. */
export function onlyMessage({ messages }: Answered, clock: Clock): EwsMessage {
  const [message] = messages
  if (message === undefined) throw new Problem("malformed", "The calendar service's answer cannot be read.")
  if (message.isError) throw problemOfMessage(message, clock)
  return message
}

export function problemOfMessage({ code, node }: EwsMessage, clock: Clock): Problem {
  return problemOf(code, node, clock.now())
}
