import { createCipheriv, createECDH, createPrivateKey, type ECDH, hkdfSync, randomBytes, sign } from "node:crypto"

/** What a subscriber gave to be written to (RFC 8291): a point of P-256, uncompressed, and 16 bytes. */
export type PushKeys = { readonly publicKey: Uint8Array; readonly authSecret: Uint8Array }

/** The sender's part of one message; made anew for each, and given only where a published example is repeated. */
export type Sending = { readonly salt: Uint8Array; readonly sender: ECDH }

const recordBytes = 4096
const keyInfo = "WebPush: info\0"

/** A P-256 key pair; from a private key where one is given. */
export function keyPair(privateKey?: Uint8Array): ECDH {
  const pair = createECDH("prime256v1")
  if (privateKey === undefined) pair.generateKeys()
  else pair.setPrivateKey(privateKey)
  return pair
}

/** Encrypts a message as RFC 8291 says: one record of RFC 8188, whose header names the sender's key. */
export function encryptPush(
  message: string,
  keys: PushKeys,
  { salt, sender }: Sending = { salt: randomBytes(16), sender: keyPair() },
): Uint8Array<ArrayBuffer> {
  const from = sender.getPublicKey()
  const shared = sender.computeSecret(keys.publicKey)
  const info = Buffer.concat([Buffer.from(keyInfo), keys.publicKey, from])
  const key = Buffer.from(hkdfSync("sha256", shared, keys.authSecret, info, 32))
  const cipher = createCipheriv(
    "aes-128-gcm",
    derived(key, salt, "Content-Encoding: aes128gcm\0", 16),
    derived(key, salt, "Content-Encoding: nonce\0", 12),
  )
  // 2: the last record, here the only one.
  const record = [cipher.update(message, "utf8"), cipher.update(Uint8Array.of(2)), cipher.final(), cipher.getAuthTag()]
  const size = Buffer.alloc(4)
  size.writeUInt32BE(recordBytes)
  return new Uint8Array(Buffer.concat([salt, size, Uint8Array.of(from.length), from, ...record]))
}

function derived(key: Uint8Array, salt: Uint8Array, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, salt, info, length))
}

/** The Authorization header by which the sender says who it is (RFC 8292), good for twelve hours. */
export function vapidHeader(pair: ECDH, url: string, nowMs: number): string {
  const publicKey = pair.getPublicKey()
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url")
  const signed = `${part({ typ: "JWT", alg: "ES256" })}.${part({
    aud: new URL(url).origin,
    exp: Math.floor(nowMs / 1000) + 12 * 3600,
    sub: "mailto:admin@dav.example",
  })}`
  const key = createPrivateKey({
    format: "jwk",
    key: {
      kty: "EC",
      crv: "P-256",
      d: pair.getPrivateKey("base64url"),
      x: publicKey.toString("base64url", 1, 33),
      y: publicKey.toString("base64url", 33),
    },
  })
  const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")
  return `vapid t=${signed}.${signature}, k=${publicKey.toString("base64url")}`
}
