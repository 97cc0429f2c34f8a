import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"

/** What has to be remembered between sending a browser to sign in elsewhere and its return. */
const stateShape = z.object({
  issuer: z.string(),
  /** Of the browser that was sent. */
  browserDigest: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  returnTo: z.string(),
  deviceName: z.string(),
  /** The session that asked to be linked; null for a sign-in. */
  linkedSessionId: z.string().nullable(),
  expiresAtMs: z.number(),
})
export type ProviderState = z.infer<typeof stateShape>

/** Seals and opens a text; any node can open what another has sealed. */
export interface StateBox {
  seal(text: string): string
  /** Throws Problem "malformed" when it is not ours. */
  open(sealed: string): string
}

const stateLifeMinutes = 10

/**
 * The state parameter carries, sealed, all that the return needs, so that an attempt that nobody finishes leaves nothing
 * behind. It holds for the browser alone that was sent, which has a cookie for it: nobody is signed in as somebody else by
 * a link that they were given.
 */
export function writeProviderState(
  box: StateBox,
  { browser, ...state }: Omit<ProviderState, "browserDigest" | "expiresAtMs"> & { readonly browser: string },
  clock: Clock,
): string {
  const expiresAtMs = clock.now().add({ minutes: stateLifeMinutes }).epochMilliseconds
  return box.seal(JSON.stringify({ ...state, browserDigest: digestOf(browser), expiresAtMs }))
}

/** Throws Problem "forbidden" (code "sign-in-expired") when it is old, forged, or another browser's. */
export function readProviderState(box: StateBox, sealed: string, browser: string, clock: Clock): ProviderState {
  const state = openQuietly(box, sealed)
  const isOurs = state !== null && state.browserDigest === digestOf(browser)
  if (!isOurs || state.expiresAtMs < clock.now().epochMilliseconds) throw expired()
  return state
}

/** A sign-in that cannot be finished, or was. */
export const expired = (): Problem =>
  new Problem("forbidden", "This sign-in is too old, was finished before, or was begun elsewhere; start again.", {
    code: "sign-in-expired",
  })

/** What is kept of an attempt that was finished. */
export const stateHash = (sealed: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(`kalends provider sign-in\n${sealed}`).digest())

const digestOf = (browser: string) => createHash("sha256").update(browser).digest("base64url")

function openQuietly(box: StateBox, sealed: string): ProviderState | null {
  try {
    return stateShape.parse(JSON.parse(box.open(sealed)))
  } catch {
    return null
  }
}
