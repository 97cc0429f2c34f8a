import { Problem } from "@kalends/domain/problem"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"

/** What has to be remembered between sending a browser to a provider and its return. */
const connectStateSchema = z.object({
  sessionId: z.string(),
  provider: z.string(),
  permission: z.enum(["read", "read-write"]),
  contacts: z.enum(["none", "read", "read-write"]),
  codeVerifier: z.string(),
  nonce: z.string(),
  expiresAtMs: z.number(),
})
export type ConnectState = z.infer<typeof connectStateSchema>

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
  const state = openQuietly(box, sealed)
  if (state === null || state.sessionId !== sessionId || state.expiresAtMs < clock.now().epochMilliseconds)
    throw new Problem("forbidden", "This attempt to connect is too old or was begun elsewhere; start again.", {
      code: "connect-expired",
    })
  return state
}

function openQuietly(box: StateBox, sealed: string): ConnectState | null {
  try {
    return connectStateSchema.parse(JSON.parse(box.open(sealed)))
  } catch {
    return null
  }
}

/** A new PKCE verifier (RFC 7636): 256 random bits. */
export function newCodeVerifier(random: Random): string {
  return Buffer.from(random.bytes(32)).toString("base64url")
}
