import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto"
import { promisify } from "node:util"
import type { AuditSigner, CheckSignature } from "./audit-chain.ts"

/** What comes before the 32 bytes of an Ed25519 key in PKCS #8 and in SPKI (RFC 8410). */
const privatePrefix = Buffer.from("302e020100300506032b657004220420", "hex")
const publicPrefix = Buffer.from("302a300506032b6570032100", "hex")

const verifyElsewhere = promisify(verify)

/** What is signed begins with its purpose: a signature is of an entry of an audit log, and of nothing else. */
const signedText = (hash: Uint8Array) => Buffer.concat([Buffer.from("kalends audit entry 1\n"), hash])

/** The key that signs the audit log, of 32 bytes of which no one else knows; `publicKey` in base64url. */
export function createAuditKey(seed: Uint8Array): AuditSigner & { readonly publicKey: string } {
  const key = createPrivateKey({ key: Buffer.concat([privatePrefix, seed]), format: "der", type: "pkcs8" })
  const publicKey = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(publicPrefix.length)
  return {
    publicKey: publicKey.toString("base64url"),
    sign: (hash) => new Uint8Array(sign(null, signedText(hash), key)),
  }
}

/** Checks with a public key in base64url, away from the event loop. Null where it is none. */
export function signatureCheck(publicKey: string): CheckSignature | null {
  const key = keyOf(publicKey)
  return key === null ? null : (hash, signature) => verifyElsewhere(null, signedText(hash), key, signature)
}

function keyOf(text: string): KeyObject | null {
  const bytes = Buffer.from(text, "base64url")
  if (bytes.length !== 32 || bytes.toString("base64url") !== text) return null
  return createPublicKey({ key: Buffer.concat([publicPrefix, bytes]), format: "der", type: "spki" })
}
