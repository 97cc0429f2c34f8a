import { createHash } from "node:crypto"
import type { Random } from "../ports/random.ts"

const tokenBytes = 32

/** A new session token: 256 random bits, base64url. Only its hash is stored. */
export function newSessionToken(random: Random): string {
  return Buffer.from(random.bytes(tokenBytes)).toString("base64url")
}

/** What is stored and looked up for a token. `use` keeps a hand-off code from being taken for a session token. */
export function tokenHash(use: "session" | "handoff" | "password-link", token: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(`kalends ${use}\n${token}`).digest())
}
