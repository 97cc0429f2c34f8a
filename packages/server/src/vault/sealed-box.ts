import { createCipheriv, createDecipheriv, createHash, hkdfSync, timingSafeEqual } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { Random } from "../ports/random.ts"

const format = 1
const nonceBytes = 12
const tagBytes = 16
const commitmentBytes = 32
const headerBytes = 1 + 4 + commitmentBytes + nonceBytes

/** A data key made ready: the key that encrypts, and the public fingerprint that every ciphertext carries. */
export type BoxKey = { readonly version: number; readonly encryption: Uint8Array; readonly commitment: Uint8Array }

/**
 * Derives both from the data key with HKDF, so that the fingerprint says nothing about the encryption key.
 *
 * Why a fingerprint: AES-GCM does not commit to its key. One ciphertext can be made that opens, to two different texts,
 * under two keys; whoever could plant one would choose what we read by choosing the key (draft-irtf-cfrg-aead-properties,
 * "key commitment"). A box names its key by a hash, and is opened with no other.
 */
export function boxKey(version: number, dataKey: Uint8Array): BoxKey {
  const encryption = new Uint8Array(hkdfSync("sha256", dataKey, "kalends", "kalends box encryption v1", 32))
  const commitment = new Uint8Array(
    createHash("sha256").update("kalends box commitment v1").update(encryption).digest(),
  )
  return { version, encryption, commitment }
}

/**
 * AES-256-GCM. Layout: format (1), key version (4), key fingerprint (32), nonce (12), text, tag (16). The header and
 * `context` are associated data: a box opens only where it was meant to be. Nonces are random; with 2^32 boxes for one
 * key the chance of a repeat stays under 2^-32 (NIST SP 800-38D, 8.3).
 */
export function seal(key: BoxKey, context: string, text: Uint8Array, random: Pick<Random, "bytes">): Uint8Array {
  const box = Buffer.allocUnsafe(headerBytes + text.length + tagBytes)
  box.writeUInt8(format, 0)
  box.writeUInt32BE(key.version, 1)
  box.set(key.commitment, 5)
  const nonce = random.bytes(nonceBytes)
  box.set(nonce, 5 + commitmentBytes)
  const cipher = createCipheriv("aes-256-gcm", key.encryption, nonce)
  cipher.setAAD(Buffer.concat([box.subarray(0, 5), Buffer.from(context)]))
  box.set(cipher.update(text), headerBytes)
  cipher.final()
  box.set(cipher.getAuthTag(), headerBytes + text.length)
  return box
}

/** Which key version a box was sealed with. Throws Problem "malformed" when it is no box of ours. */
export function boxKeyVersion(box: Uint8Array): number {
  if (box.length < headerBytes + tagBytes || box[0] !== format) throw damaged()
  return Buffer.from(box.buffer, box.byteOffset, box.length).readUInt32BE(1)
}

/** Opens a box. Throws Problem "malformed" when it was changed, belongs to another key, or was sealed for another context. */
export function open(key: BoxKey, context: string, sealed: Uint8Array): Uint8Array {
  const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
  if (boxKeyVersion(box) !== key.version || !timingSafeEqual(box.subarray(5, 5 + commitmentBytes), key.commitment))
    throw damaged()
  const decipher = createDecipheriv("aes-256-gcm", key.encryption, box.subarray(5 + commitmentBytes, headerBytes))
  decipher.setAAD(Buffer.concat([box.subarray(0, 5), Buffer.from(context)]))
  decipher.setAuthTag(box.subarray(box.length - tagBytes))
  const text = decipher.update(box.subarray(headerBytes, box.length - tagBytes))
  try {
    decipher.final()
  } catch (cause) {
    throw damaged(cause)
  }
  return text
}

function damaged(cause?: unknown): Problem {
  return new Problem("malformed", "A stored secret cannot be opened.", { code: "sealed-box-damaged", cause })
}
