import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto"

export const nonceBytes = 12
export const tagBytes = 16
const algorithm = "aes-256-gcm"
const options = { authTagLength: tagBytes } as const

/** What both directions need: a 256-bit key, a 96-bit nonce used once for this key, and data that is checked but not hidden. */
export type AesGcmPlace = {
  readonly key: KeyObject
  readonly nonce: Uint8Array
  readonly associated: Uint8Array
}

/** AES-256-GCM with a 128-bit tag (NIST SP 800-38D): the text encrypted, then the tag. */
export function encrypt({ key, nonce, associated }: AesGcmPlace, text: Uint8Array): readonly [Buffer, Buffer] {
  const cipher = createCipheriv(algorithm, key, nonce, options)
  cipher.setAAD(associated)
  const encrypted = cipher.update(text)
  cipher.final()
  return [encrypted, cipher.getAuthTag()]
}

/** Null when key, nonce, associated data, text or tag is another than it was. What was decrypted until then is zeroed. */
export function decrypt(
  { key, nonce, associated }: AesGcmPlace,
  encrypted: Uint8Array,
  tag: Uint8Array,
): Buffer | null {
  const decipher = createDecipheriv(algorithm, key, nonce, options)
  decipher.setAAD(associated)
  decipher.setAuthTag(tag)
  const text = decipher.update(encrypted)
  try {
    decipher.final()
    return text
  } catch {
    text.fill(0)
    return null
  }
}
