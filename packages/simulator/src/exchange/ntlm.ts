import { createHmac, timingSafeEqual } from "node:crypto"
import jsMd4 from "js-md4"

/** NTLM version 2, the server's side: [MS-NLMP] 2.2.1 (messages) and 3.3.2 (computation). Session security is not simulated. */

const signature = Buffer.from("NTLMSSP\0", "ascii")

/** UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, TARGET_TYPE_DOMAIN, EXTENDED_SESSIONSECURITY, TARGET_INFO, VERSION, 128, 56 ([MS-NLMP] 2.2.2.5). */
const challengeFlags = 0xa2898205

/** What is checked against a password. */
export type NtlmProof = {
  readonly user: string
  readonly domain: string
  readonly challenge: Buffer
  /** NTProofStr and the client's part after it. */
  readonly response: Buffer
}

export function hmacMd5(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const hmac = createHmac("md5", key)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

/** NTOWFv2 of [MS-NLMP] 3.3.2: the user in capitals, the domain as it was given. */
export function responseKey(password: string, user: string, domain: string): Buffer {
  const hash = Buffer.from(jsMd4.arrayBuffer(Buffer.from(password, "utf16le")))
  return hmacMd5(hash, Buffer.from(user.toUpperCase() + domain, "utf16le"))
}

/** NTProofStr over the server's challenge and the client's part ("temp"). */
export const ntProof = (key: Buffer, challenge: Buffer, clientPart: Buffer): Buffer =>
  hmacMd5(key, challenge, clientPart)

/** SessionBaseKey of [MS-NLMP] 3.3.2. */
export const sessionBaseKey = (key: Buffer, proof: Buffer): Buffer => hmacMd5(key, proof)

export function isProven({ user, domain, challenge, response }: NtlmProof, password: string): boolean {
  if (response.length < 44) return false
  const expected = ntProof(responseKey(password, user, domain), challenge, response.subarray(16))
  return timingSafeEqual(expected, response.subarray(0, 16))
}

/** 1, 2 or 3; null for what is no NTLM message. */
export function messageType(message: Buffer): number | null {
  return message.length >= 12 && message.subarray(0, 8).equals(signature) ? message.readUInt32LE(8) : null
}

export type ChallengeNames = {
  readonly domain: string
  readonly computer: string
  readonly dnsDomain: string
  readonly dnsComputer: string
}

/** The CHALLENGE_MESSAGE (type 2) with what the target tells of itself; the time is in 100 ns since 1601. */
export function challengeMessage(challenge: Buffer, names: ChallengeNames, fileTime: bigint): Buffer {
  const target = Buffer.from(names.domain, "utf16le")
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(fileTime)
  const info = Buffer.concat([
    pair(2, Buffer.from(names.domain, "utf16le")),
    pair(1, Buffer.from(names.computer, "utf16le")),
    pair(4, Buffer.from(names.dnsDomain, "utf16le")),
    pair(3, Buffer.from(names.dnsComputer, "utf16le")),
    pair(5, Buffer.from(names.dnsDomain, "utf16le")),
    pair(7, time),
    pair(0, Buffer.alloc(0)),
  ])
  const head = Buffer.alloc(56)
  signature.copy(head)
  head.writeUInt32LE(2, 8)
  writeField(head, 12, target.length, 56)
  head.writeUInt32LE(challengeFlags, 20)
  challenge.copy(head, 24)
  writeField(head, 40, info.length, 56 + target.length)
  // Windows Server 2019: 10.0, build 17763, NTLM revision 15.
  head.set([10, 0, 0x63, 0x45, 0, 0, 0, 15], 48)
  return Buffer.concat([head, target, info])
}

function pair(id: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt16LE(id, 0)
  head.writeUInt16LE(value.length, 2)
  return Buffer.concat([head, value])
}

function writeField(into: Buffer, at: number, length: number, offset: number): void {
  into.writeUInt16LE(length, at)
  into.writeUInt16LE(length, at + 2)
  into.writeUInt32LE(offset, at + 4)
}

/** The AUTHENTICATE_MESSAGE (type 3) read; null when it is damaged. */
export function readAuthenticate(message: Buffer, challenge: Buffer): NtlmProof | null {
  if (messageType(message) !== 3 || message.length < 64) return null
  const [response, domain, user] = [20, 28, 36].map((at) => field(message, at))
  if (response == null || domain == null || user == null) return null
  return { response, challenge, domain: domain.toString("utf16le"), user: user.toString("utf16le") }
}

function field(message: Buffer, at: number): Buffer | null {
  const length = message.readUInt16LE(at)
  const offset = message.readUInt32LE(at + 4)
  return offset + length > message.length ? null : message.subarray(offset, offset + length)
}
