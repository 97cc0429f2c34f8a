import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto"

/** AES-256-GCM with the nonce in front and the tag at the end, as the simulated key services seal with. */
export function sealBytes(key: Uint8Array, text: Uint8Array, associated: Uint8Array): Buffer {
  const nonce = randomBytes(12)
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(associated)
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
}

/** Null where anything of it is another than it was. */
export function openBytes(key: Uint8Array, sealed: Uint8Array, associated: Uint8Array): Buffer | null {
  if (sealed.length < 28) return null
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12), { authTagLength: 16 }).setAAD(
    associated,
  )
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, sealed.length - 16)), decipher.final()])
  } catch {
    return null
  }
}
