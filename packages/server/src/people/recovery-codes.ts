import { createHash } from "node:crypto"
import type { Random } from "../ports/random.ts"

const codeCount = 10
/** Without letters and digits that are taken for one another. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789"
const codeLetters = 24

/** Ten codes, each good once: 24 letters of 31, some 118 bits, in six groups. */
export function newRecoveryCodes(random: Random): readonly string[] {
  return Array.from({ length: codeCount }, () => {
    const picked: string[] = []
    // Bytes beyond the last whole multiple of 31 would make some letters likelier than others.
    while (picked.length < codeLetters)
      for (const byte of random.bytes(codeLetters))
        if (byte < 248 && picked.length < codeLetters) picked.push(letters[byte % letters.length] ?? "")
    return picked.join("").replace(/(.{4})(?=.)/g, "$1-")
  })
}

/** What is kept of a code, however it is written. Chance makes codes, so that no slow hash is needed (decision 0042 reckons it). */
export function recoveryCodeHash(userId: string, code: string): Uint8Array {
  const plain = code.toLowerCase().replace(/[^a-z0-9]/g, "")
  return new Uint8Array(createHash("sha256").update(`kalends recovery\n${userId}\n${plain}`).digest())
}
