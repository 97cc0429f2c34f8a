import { hash } from "node:crypto"

const blockBytes = 64
const digestBytes = 32

/**
 * HMAC-SHA-256 (RFC 2104) of short messages under one key. `node:crypto` makes an object for each HMAC, which takes three
 * times as long as the two digests themselves: for a proof in every notification that counts. Its answer is valid until
 * the next call. Throws RangeError for a key longer than a block.
 */
export function createHmacSha256(key: Uint8Array): (message: Uint8Array) => Buffer {
  if (key.length > blockBytes) throw new RangeError("the key is longer than a block")
  const padded = (pad: number) => Buffer.from(Buffer.concat([key], blockBytes).map((byte) => byte ^ pad))
  const [inner, outer] = [padded(0x36), Buffer.concat([padded(0x5c), Buffer.alloc(digestBytes)])]
  let message = inner
  const answer = Buffer.alloc(digestBytes)
  return (text) => {
    if (message.length !== blockBytes + text.length) message = Buffer.concat([inner], blockBytes + text.length)
    message.set(text, blockBytes)
    outer.write(hash("sha256", message, "binary"), blockBytes, "binary")
    answer.write(hash("sha256", outer, "binary"), 0, "binary")
    return answer
  }
}
