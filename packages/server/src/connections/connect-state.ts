import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { z } from "zod"
import type { SignInRequest } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"

/** What has to be remembered between sending a browser to a provider and its return. */
const connectStateSchema = z.object({
  sessionId: z.string(),
  provider: z.string(),
  permission: z.enum(["read", "read-write"]),
  codeVerifier: z.string(),
  nonce: z.string(),
  expiresAtMs: z.number(),
  /** For whom: whoever asked, or the rooms of their organisation. */
  purpose: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("own"), contacts: z.enum(["none", "read", "read-write"]) }),
    z.object({
      kind: z.literal("rooms"),
      hasDirectory: z.boolean(),
      /** Which connection the account signs in for anew; null for a new one. */
      tenantConnectionId: z.uuid().nullable(),
    }),
  ]),
})
export type ConnectState = z.infer<typeof connectStateSchema>
export type Purpose = ConnectState["purpose"]

/** What a provider sends the browser back with. */
export type ProviderAnswer = { readonly state: string; readonly code: string }

/** Seals and opens a text; the key is derived from the platform secret, so that any node can open it. */
export interface StateBox {
  seal(text: string): string
  /** Throws Problem "malformed" when it is not ours. */
  open(sealed: string): string
}

export const stateLifeMs = 10 * 60_000

/**
 * The OAuth state parameter carries, sealed, everything that the callback needs: no row for an unfinished attempt, and
 * any node can finish what another began. It is bound to the session, so that nobody can finish another's attempt.
 */
export function writeState(box: StateBox, state: Omit<ConnectState, "expiresAtMs">, clock: Clock): string {
  return box.seal(JSON.stringify({ ...state, expiresAtMs: clock.now().epochMilliseconds + stateLifeMs }))
}

/** Throws Problem "forbidden" (code "connect-expired") when it is old, forged, or of another session. */
export function readState(box: StateBox, sealed: string, sessionId: string, clock: Clock): ConnectState {
  const state = findState(box, sealed, sessionId, clock)
  if (state === null) throw connectExpired()
  return state
}

/** As readState; null where that throws. */
export function findState(box: StateBox, sealed: string, sessionId: string, clock: Clock): ConnectState | null {
  const state = openQuietly(box, sealed)
  const isGood = state?.sessionId === sessionId && state.expiresAtMs >= clock.now().epochMilliseconds
  return isGood ? state : null
}

export function connectExpired(): Problem {
  return new Problem("forbidden", "This attempt to connect is too old or was begun elsewhere; start again.", {
    code: "connect-expired",
  })
}

function openQuietly(box: StateBox, sealed: string): ConnectState | null {
  try {
    return connectStateSchema.parse(JSON.parse(box.open(sealed)))
  } catch {
    return null
  }
}

/** What a browser is sent away with, and what has to be remembered of it. */
export function newAttempt(
  { box, redirectUri, world }: AttemptDeps,
  {
    loginHint,
    ...state
  }: Omit<ConnectState, "expiresAtMs" | "codeVerifier" | "nonce"> & { readonly loginHint: string },
): SignInRequest {
  const codeVerifier = newCodeVerifier(world.random)
  const nonce = newCodeVerifier(world.random)
  return {
    ...{ redirectUri, nonce, loginHint },
    state: writeState(box, { ...state, codeVerifier, nonce }, world.clock),
    codeChallenge: createHash("sha256").update(codeVerifier).digest("base64url"),
  }
}

type AttemptDeps = {
  readonly box: StateBox
  readonly redirectUri: string
  readonly world: { readonly clock: Clock; readonly random: Random }
}

/** A new PKCE verifier (RFC 7636): 256 random bits. */
export function newCodeVerifier(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64url")
}
