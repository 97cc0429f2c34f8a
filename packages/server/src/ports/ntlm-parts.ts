import { createHmac } from "node:crypto"
import jsMd4 from "js-md4"

/** What both sides of NTLM version 2 compute and write: [MS-NLMP] 2.2.2.1 (pairs) and 3.3.2 (keys). Pure. */

export const ntlmSignature = Buffer.from("NTLMSSP\0", "ascii")
const avEnd = 0
export const avFlags = 6
export const avTimestamp = 7
export const avTargetName = 9
export const avChannelBindings = 10

export type AvPair = { readonly id: number; readonly value: Buffer }

export function readPairs(bytes: Buffer): readonly AvPair[] | null {
  const pairs: AvPair[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const id = bytes.readUInt16LE(at)
    const end = at + 4 + bytes.readUInt16LE(at + 2)
    if (id === avEnd) return pairs
    if (end > bytes.length) return null
    pairs.push({ id, value: bytes.subarray(at + 4, end) })
    at = end
  }
  return null
}

export function writePairs(pairs: readonly AvPair[]): Buffer {
  return Buffer.concat(
    [...pairs, { id: avEnd, value: Buffer.alloc(0) }].map(({ id, value }) => {
      const head = Buffer.alloc(4)
      head.writeUInt16LE(id, 0)
      head.writeUInt16LE(value.length, 2)
      return Buffer.concat([head, value])
    }),
  )
}

/** "DOMAIN\user" is two names; "user@domain" is one, and its domain is left empty ([MS-NLMP] 3.3.2, user principal names). */
export function splitUsername(username: string): { readonly domain: string; readonly user: string } {
  const at = username.indexOf("\\")
  return at < 0 ? { domain: "", user: username } : { domain: username.slice(0, at), user: username.slice(at + 1) }
}

export function hmacMd5(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac("md5", key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** NTOWFv1, "the NT hash": what a password is to NTLM. Whoever has it can sign in as its owner. */
export const ntHash = (password: string): Buffer => Buffer.from(jsMd4.arrayBuffer(Buffer.from(password, "utf16le")))

/** NTOWFv2 of [MS-NLMP] 3.3.2: the user in capitals, the domain as it was given. */
export const keyOfHash = (hash: Buffer, user: string, domain: string): Buffer =>
  hmacMd5(hash, Buffer.from(user.toUpperCase() + domain, "utf16le"))
