import type { CallLog } from "../call-log.ts"
import { isNextCut, type Knobs, nextFailure } from "../knobs.ts"
import type { SimulatorPlatform } from "../platform.ts"
import type { Handler, SimRequest, SimResponse } from "../server.ts"
import { zoomError } from "./errors.ts"
import type { Tokens } from "./tokens.ts"

export type ZoomContext = {
  readonly platform: SimulatorPlatform
  readonly knobs: Knobs
  readonly calls: CallLog
  readonly tokens: Tokens
}

/** What Zoom's OpenAPI says of an operation. */
export type Operation = {
  readonly name: string
  /** "Rate Limit Label". */
  readonly label: "Light" | "Medium"
  /** Any of these lets one do it: granular and classic scopes of administrators. */
  readonly scopes: readonly string[]
}

/** An answer, and whom it was about. */
export type Answered = { readonly answer: SimResponse; readonly person: string | null }

/** Checks token and scope, counts the call and plays the faults. A call whose answer is cut has acted. */
export function createAccess(context: ZoomContext) {
  const { platform, knobs, calls, tokens } = context

  async function answerTo(
    request: SimRequest,
    { label, scopes }: Operation,
    handler: (request: SimRequest) => Answered,
  ): Promise<Answered> {
    if (knobs.latencyMs > 0) await new Promise<void>((resolve) => platform.after(knobs.latencyMs, resolve))
    const failure = failed(context, label)
    if (failure !== null) return { answer: failure, person: null }
    const token = tokens.check(request.headers.authorization)
    if (token !== "good" || knobs.isRemoved) {
      const message = token === "expired" ? "Access token is expired." : "Invalid access token."
      return { answer: zoomError(401, 124, message), person: null }
    }
    if (!scopes.some((scope) => tokens.scopes.has(scope))) {
      const message = `Invalid access token, does not contain scopes:[${scopes.join(", ")}].`
      return { answer: zoomError(400, 4711, message), person: null }
    }
    const { answer, person } = handler(request)
    const headers = { "x-ratelimit-category": label, "x-zm-trackingid": platform.token("v=2.0;"), ...answer.headers }
    const isDone = answer.status < 300
    return { answer: { ...answer, headers, ...(isDone && isNextCut(knobs) ? { cut: true } : {}) }, person }
  }

  return (operation: Operation, handler: (request: SimRequest) => Answered): Handler =>
    async (request) => {
      const { answer, person } = await answerTo(request, operation, handler)
      calls.add({ service: "zoom", operation: operation.name, person, status: answer.status })
      return answer
    }
}

function failed({ platform, knobs }: ZoomContext, label: Operation["label"]): SimResponse | null {
  const failure = nextFailure(knobs)
  if (failure === null) return null
  if (failure === "down") return { status: 503, body: "Service Unavailable" }
  if (failure === "failed") return { status: 500, body: { code: 500, message: "Internal server error." } }
  return throttled(platform, label, knobs.throttleRetryAfterSeconds)
}

/**
 * Zoom's rate limits: per second without a word when, or per day with `Retry-After`, which is an instant and no number
 * of seconds ("Retry-After: 2020-05-31T00:00:00Z" in Zoom's "Best practices for handling errors").
 */
function throttled(platform: SimulatorPlatform, label: Operation["label"], seconds: number | null): SimResponse {
  const category = { "x-ratelimit-category": label }
  if (seconds === null)
    return zoomError(429, 429, "You have reached the maximum per-second rate limit for this API. Try again later.", {
      ...category,
      "x-ratelimit-type": "QPS",
    })
  return zoomError(429, 429, "You have reached the maximum daily rate limit for this API.", {
    ...category,
    "x-ratelimit-type": "Daily-limit",
    "x-ratelimit-limit": "30000",
    "x-ratelimit-remaining": "0",
    "retry-after": platform.now().add({ seconds }).toString({ smallestUnit: "second" }),
  })
}
