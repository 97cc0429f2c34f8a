import { randomBytes, randomUUID } from "node:crypto"
import type { Random } from "../ports/random.ts"

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
  uuid: () => randomUUID(),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
}
