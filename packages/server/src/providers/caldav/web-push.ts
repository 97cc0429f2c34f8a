import { createDecipheriv, createECDH, type ECDH, hkdfSync } from "node:crypto"

/** What the sender is given to write to us: an uncompressed point of P-256 (65 bytes) and 16 bytes (RFC 8291 2). */
export type WebPushKeys = { readonly publicKey: Uint8Array; readonly authSecret: Uint8Array }

type Receiver = { readonly pair: ECDH; readonly authSecret: Uint8Array }

const curve = "prime256v1"
/** The order of P-256's group (FIPS 186-5). */
const order = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n
const pointBytes = 65
const saltBytes = 16
const tagBytes = 16
/** Salt, record size, length of the sender's key, the key (RFC 8188 2.1). */
const headerBytes = saltBytes + 4 + 1 + pointBytes
/** A push service must take 4,096 bytes and may refuse more (RFC 8030 7.2); messages of WebDAV-Push have some hundred. */
const messageBytesMost = 4_096
const lastRecord = 2

/**
 * The keys of a subscription, drawn from its secret: whoever holds the secret can make them again, so that nothing need be
 * stored and a message is opened with what it came with. Reading a message proves that its sender was given the keys; it
 * keeps nothing from those who know the address, which has the secret in it (README).
 */
export function webPushKeys(secret: string): WebPushKeys {
  const { pair, authSecret } = receiverOf(secret)
  return { publicKey: pair.getPublicKey(), authSecret }
}

/** Opens a message for the subscription with this secret; null when it is none. Bounded work; never throws. */
export function openPush(body: Uint8Array, secret: string): string | null {
  const isShaped = body.length > headerBytes + tagBytes && body.length <= messageBytesMost
  if (!isShaped || body[saltBytes + 4] !== pointBytes) return null
  return openFor(body, receiverOf(secret))
}

/** Opens a message of RFC 8291 with keys made elsewhere; null when it is none. For published examples. */
export function openPushWithKeys(body: Uint8Array, privateKey: Uint8Array, authSecret: Uint8Array): string | null {
  const pair = createECDH(curve)
  pair.setPrivateKey(privateKey)
  return openFor(body, { pair, authSecret })
}

/**
 * Opens a body of content coding aes128gcm (RFC 8188) with its input keying material; null when it cannot be. One record,
 * as RFC 8291 4 prescribes for push: the first must be the last.
 */
export function openRecord(body: Uint8Array, inputKey: Uint8Array): string | null {
  const salt = body.subarray(0, saltBytes)
  const record = body.subarray(saltBytes + 5 + (body[saltBytes + 4] ?? 0))
  if (record.length <= tagBytes) return null
  const key = derived(inputKey, salt, "Content-Encoding: aes128gcm\0", 16)
  const nonce = derived(inputKey, salt, "Content-Encoding: nonce\0", 12)
  const decipher = createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: tagBytes })
  decipher.setAuthTag(record.subarray(-tagBytes))
  const padded = opened(() => Buffer.concat([decipher.update(record.subarray(0, -tagBytes)), decipher.final()]))
  const end = padded?.findLastIndex((byte) => byte !== 0) ?? -1
  return padded === null || padded[end] !== lastRecord ? null : padded.toString("utf8", 0, end)
}

function openFor(body: Uint8Array, { pair, authSecret }: Receiver): string | null {
  const sender = body.subarray(headerBytes - pointBytes, headerBytes)
  // Refuses what is no point of the curve.
  const shared = opened(() => pair.computeSecret(sender))
  if (shared === null) return null
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), pair.getPublicKey(), sender])
  return openRecord(body, derived(shared, authSecret, info, 32))
}

function receiverOf(secret: string): Receiver {
  // 128 bits more than the order has, so that the remainder is as good as evenly spread (FIPS 186-5 A.2.1).
  const wide = derived(secret, "", "Kalends WebDAV-Push: private key", 48)
  const scalar = (BigInt(`0x${wide.toString("hex")}`) % (order - 1n)) + 1n
  const pair = createECDH(curve)
  pair.setPrivateKey(scalar.toString(16).padStart(64, "0"), "hex")
  return { pair, authSecret: derived(secret, "", "Kalends WebDAV-Push: authentication secret", 16) }
}

function derived(
  key: string | Uint8Array,
  salt: string | Uint8Array,
  info: string | Uint8Array,
  length: number,
): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length))
}

/** Null where OpenSSL refuses its input, which is the sender's. */
function opened(work: () => Buffer): Buffer | null {
  try {
    return work()
  } catch {
    return null
  }
}
