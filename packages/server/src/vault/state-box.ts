import type { Random } from "../ports/random.ts"
import { boxKey, open, seal } from "./sealed-box.ts"

/** Seals short texts under one key, as base64url. */
export function createStateBox(
  keyBytes: Uint8Array,
  random: Random,
): { seal(text: string): string; open(sealed: string): string } {
  const key = boxKey(1, keyBytes)
  const context = "connect-state"
  return {
    seal: (text) => Buffer.from(seal(key, context, Buffer.from(text), random)).toString("base64url"),
    open: (sealed) => open(key, context, Buffer.from(sealed, "base64url")).toString("utf8"),
  }
}
