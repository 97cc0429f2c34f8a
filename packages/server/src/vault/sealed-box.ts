import { createHash, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { Random } from "../ports/random.ts"
import { decrypt, encrypt, nonceBytes, tagBytes } from "./aes-gcm.ts"

const format = 1
const versionedBytes = 1 + 4
const commitmentBytes = 32
const headerBytes = versionedBytes + commitmentBytes + nonceBytes

/** A data key made ready: the key that encrypts, and the public fingerprint that every ciphertext carries. */
export type BoxKey = { readonly version: number; readonly encryption: KeyObject; readonly commitment: Uint8Array }

/**
 * Derives both from the data key with HKDF, so that the fingerprint says nothing about the encryption key. The data key
 * is left as it is: whoever made it zeroes it.
 *
 * Why a fingerprint: AES-GCM does not commit to its key. One ciphertext can be made that opens, to two different texts,
 * under two keys; whoever could plant one would choose what we read by choosing the key (draft-irtf-cfrg-aead-properties,
 * "key commitment"). A box names its key by a hash, and is opened with no other.
 */
export function boxKey(version: number, dataKey: Uint8Array): BoxKey {
  const bytes = new Uint8Array(hkdfSync("sha256", dataKey, "kalends", "kalends box encryption v1", 32))
  const commitment = new Uint8Array(createHash("sha256").update("kalends box commitment v1").update(bytes).digest())
  const encryption = createSecretKey(bytes)
  bytes.fill(0)
  return { version, encryption, commitment }
}

/**
 * AES-256-GCM. Layout: format (1), key version (4), key fingerprint (32), nonce (12), text, tag (16). Format, key version
 * and `context` are associated data, and the fingerprint is compared: a box opens only where it was meant to be. Nonces
 * are random; with 2^32 boxes for one key the chance of a repeat stays under 2^-32 (NIST SP 800-38D, 8.3).
 */
export function seal(key: BoxKey, context: string, text: Uint8Array, random: Pick<Random, "bytes">): Uint8Array {
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(format, 0)
  header.writeUInt32BE(key.version, 1)
  header.set(key.commitment, versionedBytes)
  const nonce = random.bytes(nonceBytes)
  header.set(nonce, versionedBytes + commitmentBytes)
  return Buffer.concat([
    header,
    ...encrypt({ key: key.encryption, nonce, associated: associatedWith(header, context) }, text),
  ])
}

/** Which key version a box was sealed with. Throws Problem "malformed" when it is no box of ours. */
export function boxKeyVersion(box: Uint8Array): number {
  if (box.length < headerBytes + tagBytes || box[0] !== format) throw damaged()
  return Buffer.from(box.buffer, box.byteOffset, box.length).readUInt32BE(1)
}

/** Opens a box. Throws Problem "malformed" when it was changed, belongs to another key, or was sealed for another context. */
export function open(key: BoxKey, context: string, sealed: Uint8Array): Buffer {
  const box = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.length)
  const named = box.subarray(versionedBytes, versionedBytes + commitmentBytes)
  if (boxKeyVersion(box) !== key.version || !timingSafeEqual(named, key.commitment)) throw damaged()
  const text = decrypt(
    {
      key: key.encryption,
      nonce: box.subarray(versionedBytes + commitmentBytes, headerBytes),
      associated: associatedWith(box, context),
    },
    box.subarray(headerBytes, box.length - tagBytes),
    box.subarray(box.length - tagBytes),
  )
  if (text === null) throw damaged()
  return text
}

function associatedWith(box: Buffer, context: string): Buffer {
  return Buffer.concat([box.subarray(0, versionedBytes), Buffer.from(context)])
}

function damaged(): Problem {
  return new Problem("malformed", "A stored secret cannot be opened.", { code: "sealed-box-damaged" })
}
