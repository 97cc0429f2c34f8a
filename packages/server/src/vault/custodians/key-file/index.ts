import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { KeyCustody } from "../../../ports/key-custody.ts"
import type { Random } from "../../../ports/random.ts"
import { boxKey, open, seal } from "../../sealed-box.ts"

/** Custody by 32 bytes that this process holds, from a file. */
export function createKeyFileCustody(keyEncryptionKey: Uint8Array, random: Random): KeyCustody {
  const key = boxKey(1, keyEncryptionKey)
  const keyId = `file:${createHash("sha256").update(key.commitment).digest("hex").slice(0, 16)}`
  return {
    name: "key-file",
    label: keyId,
    owns: (other) => other === keyId,
    wrap: async (dataKey, context) => ({ bytes: seal(key, context, dataKey, random), keyId }),
    async unwrap(wrapped, context) {
      if (wrapped.keyId !== keyId)
        throw new Problem(
          "malformed",
          "The key file is not the one that sealed these secrets; put the right one back.",
          { code: "wrong-key-file" },
        )
      return open(key, context, wrapped.bytes)
    },
  }
}
