import type { KeyCustody } from "../../../ports/key-custody.ts"
import type { CustodianDeps } from "../deps.ts"
import { createTransitCalls, type TransitSettings } from "./calls.ts"

/**
 * Custody by the transit engine of HashiCorp Vault or OpenBao. What comes back is text that begins with the version of the
 * key ("vault:v3:"), which becomes part of the key id: after a rotation there, the keys under older versions are seen.
 */
export function createTransit(deps: CustodianDeps, settings: TransitSettings): KeyCustody {
  const calls = createTransitCalls(deps, settings)
  const label = `transit:${settings.mount}/${settings.key}`
  const bound = (context: string) => Buffer.from(context).toString("base64")
  return {
    name: "transit",
    label,
    owns: (keyId) => keyId.startsWith(`${label}:v`),
    async wrap(dataKey, context) {
      const ciphertext = await calls.encrypt(Buffer.from(dataKey).toString("base64"), bound(context))
      const version = /^[a-z]+:v(\d{1,9}):/.exec(ciphertext)?.[1] ?? "0"
      return { bytes: new TextEncoder().encode(ciphertext), keyId: `${label}:v${version}` }
    },
    async unwrap({ bytes }, context) {
      const plaintext = await calls.decrypt(Buffer.from(bytes).toString("utf8"), bound(context))
      return new Uint8Array(Buffer.from(plaintext, "base64"))
    },
  }
}
