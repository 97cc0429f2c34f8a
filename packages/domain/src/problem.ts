/** The closed list of what can go wrong between Kalends and the world. Matched exhaustively; extended rarely. */
export const problemKinds = [
  "auth-expired", // the access token is no longer accepted; refresh and retry once
  "auth-revoked", // the grant is dead; a person must reconnect
  "forbidden", // authenticated, but not allowed (missing scope, consent or right)
  "not-found",
  "conflict", // the precondition failed, or the thing exists already
  "cursor-lost", // the provider no longer knows our cursor; list again
  "rate-limited", // come back at retryAt
  "unavailable", // network, timeout, 5xx; retry with back-off
  "malformed", // what came cannot be understood
  "unsupported", // this provider, server or calendar cannot do it
  "misconfigured", // our own set-up is wrong (client secret, redirect URI); tell the operator, never the user
] as const

export type ProblemKind = (typeof problemKinds)[number]

/** True for a kind of the list: a newer service may know more. */
export function isProblemKind(text: string): text is ProblemKind {
  return problemKinds.some((kind) => kind === text)
}

export type ProblemOptions = {
  /** When a retry may succeed. */
  readonly retryAt?: Temporal.Instant
  /** A machine word for the message shown to people, from the provider's own closed list (never free text). */
  readonly code?: string
  /** For operators' logs; must hold neither secrets nor event content. */
  readonly context?: Readonly<Record<string, string | number | boolean>>
  /** True when the whole tenant is concerned, not one user. */
  readonly isTenantWide?: boolean
  readonly cause?: unknown
}

/**
 * The one error class for expected trouble. `message` is public: it is shown to people and never holds a secret
 * or event content. `context` and `cause` are private and not enumerable, so that no serialiser prints them.
 */
export class Problem extends Error {
  readonly kind: ProblemKind
  readonly code: string | null
  readonly retryAt: Temporal.Instant | null
  readonly isTenantWide: boolean
  declare readonly context: Readonly<Record<string, string | number | boolean>>

  constructor(kind: ProblemKind, message: string, options: ProblemOptions = {}) {
    super(message)
    this.name = "Problem"
    this.kind = kind
    this.code = options.code ?? null
    this.retryAt = options.retryAt ?? null
    this.isTenantWide = options.isTenantWide ?? false
    Object.defineProperty(this, "context", { value: options.context ?? {}, enumerable: false })
    if (options.cause !== undefined) Object.defineProperty(this, "cause", { value: options.cause, enumerable: false })
  }
}

/** True when the error is a Problem, and of one of the kinds named, if any are. */
export function isProblem(error: unknown, ...kinds: readonly ProblemKind[]): error is Problem {
  return error instanceof Problem && (kinds.length === 0 || kinds.includes(error.kind))
}

/** Kinds that pass by themselves: the work is tried again later without asking anybody. */
export function isPassing(problem: Problem): boolean {
  return problem.kind === "rate-limited" || problem.kind === "unavailable"
}
