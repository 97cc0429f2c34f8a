import { uuidText } from "@kalends/domain/ids"
import type { Random } from "../ports/random.ts"

/** Chance from a seed (mulberry32): the same seed gives the same run. For tests and simulation only, never for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const fraction = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const bytes = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256))
  return { bytes, fraction, uuid: () => uuidOf(bytes(16)) }
}

function uuidOf(bytes: Uint8Array): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return uuidText(Buffer.from(bytes).toString("hex"))
}
