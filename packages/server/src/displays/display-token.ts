import { createHash } from "node:crypto"
import { pairingCodeLength, pairingSigns } from "@kalends/domain/display"
import type { Random } from "../ports/random.ts"

const tokenBytes = 32

/** A screen's token: 256 random bits, base64url. */
export function newDisplayToken(random: Random): string {
  return Buffer.from(random.bytes(tokenBytes)).toString("base64url")
}

/** What is stored and looked up for a token or a code; neither is taken for the other, nor for a session's. */
export function displayHash(use: "display" | "pairing-code", text: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(`kalends ${use}\n${text}`).digest())
}

/** A code for people to type: 39 random bits, for ten minutes, and only for who may pair screens. */
export function newPairingCode(random: Random): string {
  let code = ""
  while (code.length < pairingCodeLength)
    for (const byte of random.bytes(2 * pairingCodeLength)) {
      // A byte that would make some signs likelier than others is passed over.
      const isEven = byte < 256 - (256 % pairingSigns.length)
      if (isEven && code.length < pairingCodeLength) code += pairingSigns.charAt(byte % pairingSigns.length)
    }
  return code
}
