import { isProblemKind, Problem } from "@kalends/domain/problem"
import {
  type AccessAnswer,
  accessAnswerSchema,
  type ConnectionView,
  connectionsSchema,
  type SessionView,
  sessionSchema,
} from "@kalends/protocol/api"
import { problemSchema } from "@kalends/protocol/problem"
import { raisedSchema } from "@kalends/protocol/sign-in"
import type { z } from "zod"
import type { ClientPlatform } from "./platform.ts"

/** The calls a client makes to the service. Each throws Problem; "auth-expired" (code "signed-out") when the session is over. */
export type ServiceApi = ReturnType<typeof createServiceApi>

export type ServiceRequest = {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly signal: AbortSignal
}

export function createServiceApi(service: string, platform: ClientPlatform) {
  let token: string | null = null

  async function send({ method, path, body, signal }: ServiceRequest): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json" }
    if (token !== null) headers.authorization = `Bearer ${token}`
    if (body !== undefined) headers["content-type"] = "application/json"
    const init: RequestInit = { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
    const response = await platform.fetch(`${service}${path}`, init).catch((cause: unknown) => {
      throw new Problem("unavailable", "The service cannot be reached.", { code: "service-unreachable", cause })
    })
    if (!response.ok) throw await problemOf(response)
    return response
  }

  async function call<Schema extends z.ZodType>(schema: Schema, request: ServiceRequest): Promise<z.infer<Schema>> {
    const parsed = schema.safeParse(await (await send(request)).json())
    if (!parsed.success)
      throw new Problem("malformed", "The service and this app do not understand each other; update the app.", {
        code: "protocol-mismatch",
      })
    return parsed.data
  }

  async function open(path: string, body: unknown, signal: AbortSignal): Promise<SessionView> {
    const session = await call(sessionSchema, { method: "POST", path, body, signal })
    token = session.token
    return session
  }

  return {
    /** Any call, for calls that have a file of their own. */
    send,
    call,
    signIn: (
      input: { readonly email: string; readonly password: string; readonly deviceName: string },
      signal: AbortSignal,
    ) => open("/v1/sessions", { ...input, keep: "memory" }, signal),
    exchange: (code: string, deviceName: string, signal: AbortSignal) =>
      open("/v1/sessions/exchange", { code, deviceName }, signal),
    /** With a code of the person's second factor; the session goes on under a new token. */
    async raise(code: string, signal: AbortSignal): Promise<void> {
      const raised = await call(raisedSchema, {
        method: "POST",
        path: "/v1/sessions/second-factor",
        body: { code },
        signal,
      })
      token = raised.token
    },
    async signOut(signal: AbortSignal): Promise<void> {
      if (token !== null) await send({ method: "DELETE", path: "/v1/sessions/current", signal })
    },
    /** Goes on with a session that was opened elsewhere. */
    adopt(given: string): void {
      token = given
    },
    /** Forgets the session token. */
    forget(): void {
      token = null
    },
    async findConnection(signal: AbortSignal): Promise<ConnectionView | null> {
      return (await call(connectionsSchema, { method: "GET", path: "/v1/connections", signal })).connections[0] ?? null
    },
    access: (
      connectionId: string,
      request: { readonly reach: "browser" | "native"; readonly refusedTokenDigest?: string },
      signal: AbortSignal,
    ): Promise<AccessAnswer> =>
      call(accessAnswerSchema, {
        method: "POST",
        path: `/v1/connections/${connectionId}/access`,
        body: request,
        signal,
      }),
    /** The provider's own answer for a window, passed through by the service. */
    readThrough: (path: string, signal: AbortSignal): Promise<Response> => send({ method: "GET", path, signal }),
    /** The change stream; `since` is the last watermark seen. */
    changes(since: number | null, signal: AbortSignal): Promise<Response> {
      const headers: Record<string, string> = { accept: "text/event-stream", authorization: `Bearer ${token ?? ""}` }
      if (since !== null) headers["last-event-id"] = String(since)
      return platform.fetch(`${service}/v1/changes`, { headers, signal })
    },
  }
}

/** The Problem that an error answer stands for. */
export async function problemOf(response: Response): Promise<Problem> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null))
  const kind = parsed.data?.kind ?? ""
  if (!parsed.success || !isProblemKind(kind))
    return new Problem(
      response.status === 401 ? "auth-expired" : "unavailable",
      "The service does not answer as it should.",
      { code: `http-${response.status}` },
    )
  const { detail, title, code, retryAt } = parsed.data
  const options = {
    ...(code === undefined ? {} : { code }),
    ...(retryAt === undefined ? {} : { retryAt: Temporal.Instant.from(retryAt) }),
  }
  return new Problem(kind, detail ?? title, options)
}
