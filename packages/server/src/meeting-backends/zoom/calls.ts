import { Problem } from "@kalends/domain/problem"
import { parseBody } from "@kalends/readers/json-body"
import { retryAt, text, type Wire } from "@kalends/readers/parse"
import type { Clock } from "../../ports/clock.ts"
import type { HttpClient } from "../../ports/http-client.ts"

export type ZoomSettings = {
  readonly accountId: string
  readonly clientId: string
  readonly clientSecret: string
  /** Whose meetings they are: an e-mail address of the account, or "me" for the application's owner. */
  readonly user: string
  /** "https://zoom.us/oauth/token". */
  readonly tokenUrl: string
  /** "https://api.zoom.us/v2". */
  readonly apiUrl: string
}

export type ZoomCallsDeps = { readonly http: HttpClient; readonly clock: Clock }

const tokenMarginSeconds = 120
const timeoutMs = 20_000

/**
 * One function for each call, no decisions. Server-to-server OAuth: a token for the account's application, good for an hour,
 * held in memory and asked for again before it ends, or when it is refused.
 */
export function createZoomCalls({ http, clock }: ZoomCallsDeps, settings: ZoomSettings) {
  let held: { readonly token: string; readonly until: Temporal.Instant } | null = null
  const { accountId, clientId, clientSecret, tokenUrl, apiUrl } = settings
  const user = encodeURIComponent(settings.user)

  async function token(): Promise<string> {
    if (held !== null && Temporal.Instant.compare(clock.now(), held.until) < 0) return held.token
    const { status, headers, body } = await http.send({
      method: "POST",
      url: tokenUrl,
      headers: {
        authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ grant_type: "account_credentials", account_id: accountId }).toString(),
      timeoutMs,
    })
    if (status === 429 || status >= 500) throw later(status, headers["retry-after"], clock.now())
    if (status !== 200)
      throw new Problem("misconfigured", "Zoom does not accept the application's account, id or secret.", {
        code: "zoom-credentials",
      })
    const answer = parseBody(body)
    const granted = text(answer.access_token)
    const seconds = typeof answer.expires_in === "number" ? answer.expires_in : 0
    if (granted === null) throw new Problem("malformed", "Zoom gave no token.")
    held = { token: granted, until: clock.now().add({ seconds: Math.max(0, seconds - tokenMarginSeconds) }) }
    return granted
  }

  async function call(method: string, path: string, body?: Wire, isSecondTry = false): Promise<string> {
    const response = await http.send({
      method,
      url: `${apiUrl}${path}`,
      headers: {
        authorization: `Bearer ${await token()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      timeoutMs,
    })
    if (response.status === 401 && !isSecondTry) {
      held = null
      return call(method, path, body, true)
    }
    const problem = classifyZoom(response, clock.now())
    if (problem !== null) throw problem
    return response.body
  }

  return {
    create: async (body: Wire): Promise<Wire> => parseBody(await call("POST", `/users/${user}/meetings`, body)),
    /** Scheduled ones, those of the past month and more to come included, in pages. */
    list: async (pageToken: string): Promise<Wire> => {
      const query = new URLSearchParams({ type: "scheduled", page_size: "300", next_page_token: pageToken })
      return parseBody(await call("GET", `/users/${user}/meetings?${query}`))
    },
    get: async (id: string): Promise<Wire> =>
      parseBody(await call("GET", `/meetings/${encodeURIComponent(id)}?show_previous_occurrences=true`)),
    update: async (id: string, body: Wire): Promise<void> =>
      void (await call("PATCH", `/meetings/${encodeURIComponent(id)}`, body)),
    remove: async (id: string): Promise<void> => void (await call("DELETE", `/meetings/${encodeURIComponent(id)}`)),
  }
}

export type ZoomCalls = ReturnType<typeof createZoomCalls>

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }

/**
 * What Zoom's answer means; null for success (developers.zoom.us/docs/api/errors and /rate-limits, seen 2026-11-23). Beyond
 * the hundred creations and updates a day of one person comes 429 without Retry-After, and only its words tell it from the
 * limits of a second (devforum.zoom.us/t/18928).
 */
export function classifyZoom({ status, headers, body }: Answer, now: Temporal.Instant): Problem | null {
  if (status >= 200 && status < 300) return null
  const code = codeOf(body)
  const context = { status, code }
  if (status === 429 && headers["retry-after"] === undefined && /daily rate limit/i.test(body))
    return new Problem("rate-limited", "Zoom takes no more changes today.", {
      retryAt: tomorrow(now),
      code: "zoom-daily",
    })
  if (status === 429 || status >= 500) return later(status, headers["retry-after"], now)
  if (status === 404 || code === 3001) return new Problem("not-found", "Zoom has no such meeting.", { context })
  if (status === 401 || code === 124)
    return new Problem("misconfigured", "Zoom does not accept the application's token.", {
      code: "zoom-credentials",
      context,
    })
  if (status === 403 || code === 4711 || code === 104)
    return new Problem("misconfigured", "The Zoom application lacks a scope.", { code: "zoom-scopes", context })
  return new Problem("unsupported", "Zoom refused the request.", { code: "zoom-refused", context })
}

/** Zoom's days begin at midnight GMT; a minute later its counters have begun anew for sure. */
function tomorrow(now: Temporal.Instant): Temporal.Instant {
  return now.toZonedDateTimeISO("UTC").startOfDay().add({ days: 1, minutes: 1 }).toInstant()
}

/** Retry-After is seconds, an instant, or left out. */
function later(status: number, header: string | undefined, now: Temporal.Instant): Problem {
  const at = header !== undefined && /^\d{4}-/.test(header) ? Temporal.Instant.from(header) : retryAt(header, now, 60)
  return status === 429
    ? new Problem("rate-limited", "Zoom asks to wait.", { retryAt: at })
    : new Problem("unavailable", "Zoom has a problem of its own.", { retryAt: at })
}

function codeOf(body: string): number {
  try {
    const { code } = parseBody(body)
    return typeof code === "number" ? code : 0
  } catch {
    return 0
  }
}
