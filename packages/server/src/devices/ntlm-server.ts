import { timingSafeEqual } from "node:crypto"
import { hmacMd5, keyOfHash, ntHash, ntlmSignature, writePairs } from "../ports/ntlm-parts.ts"

/**
 * NTLM version 2, the server's side: [MS-NLMP] 2.2.1 (messages) and 3.3.2 (computation). Sessions are neither signed nor
 * sealed: HTTP uses the proof alone. Version 1 and the LM answers are not taken.
 */

/** UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_TYPE_SERVER, EXTENDED_SESSIONSECURITY, TARGET_INFO, 128, 56 ([MS-NLMP] 2.2.2.5). */
const challengeFlags = 0xa08a8205
const headBytes = 48
const filetimeOf1970 = 116_444_736_000_000_000n
const proofBytes = 16
/** Proof, and a client's part with nothing in it ([MS-NLMP] 2.2.2.7). */
const responseBytesLeast = 44
export const challengeBytes = 8

/** What is checked against a password. */
export type NtlmProof = { readonly user: string; readonly domain: string; readonly response: Buffer }

/** 1, 2 or 3; null for what is no message of NTLM. */
export function ntlmMessageType(message: Buffer): number | null {
  return message.length >= 12 && message.subarray(0, 8).equals(ntlmSignature) ? message.readUInt32LE(8) : null
}

export type ChallengeInput = { readonly challenge: Buffer; readonly name: string; readonly now: Temporal.Instant }

/** The CHALLENGE_MESSAGE (type 2). */
export function challengeMessage({ challenge, name, now }: ChallengeInput): Buffer {
  const target = Buffer.from(name, "utf16le")
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(BigInt(now.epochMilliseconds) * 10_000n + filetimeOf1970)
  const info = writePairs([
    { id: 2, value: target },
    { id: 1, value: target },
    { id: 7, value: time },
  ])
  const head = Buffer.alloc(headBytes)
  ntlmSignature.copy(head)
  head.writeUInt32LE(2, 8)
  writeField(head, 12, { length: target.length, offset: headBytes })
  head.writeUInt32LE(challengeFlags, 20)
  challenge.copy(head, 24, 0, challengeBytes)
  writeField(head, 40, { length: info.length, offset: headBytes + target.length })
  return Buffer.concat([head, target, info])
}

function writeField(into: Buffer, at: number, field: { readonly length: number; readonly offset: number }): void {
  into.writeUInt16LE(field.length, at)
  into.writeUInt16LE(field.length, at + 2)
  into.writeUInt32LE(field.offset, at + 4)
}

/** The AUTHENTICATE_MESSAGE (type 3) read; null where it is none, or damaged. */
export function readAuthenticate(message: Buffer): NtlmProof | null {
  if (ntlmMessageType(message) !== 3 || message.length < 64) return null
  const [response, domain, user] = [20, 28, 36].map((at) => fieldOf(message, at))
  if (response == null || domain == null || user == null) return null
  return { response, domain: domain.toString("utf16le"), user: user.toString("utf16le") }
}

function fieldOf(message: Buffer, at: number): Buffer | null {
  const length = message.readUInt16LE(at)
  const offset = message.readUInt32LE(at + 4)
  return offset + length > message.length ? null : message.subarray(offset, offset + length)
}

/** Whether the proof was made with this password, for this challenge. */
export function isProven({ user, domain, response }: NtlmProof, challenge: Buffer, password: string): boolean {
  if (response.length < responseBytesLeast) return false
  const key = keyOfHash(ntHash(password), user, domain)
  return timingSafeEqual(hmacMd5(key, challenge, response.subarray(proofBytes)), response.subarray(0, proofBytes))
}
