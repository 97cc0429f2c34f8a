import { createHash } from "node:crypto"
import {
  type AvPair,
  avChannelBindings,
  avFlags,
  avTargetName,
  avTimestamp,
  hmacMd5,
  keyOfHash,
  ntHash,
  ntlmSignature,
  readPairs,
  splitUsername,
  writePairs,
} from "../ports/ntlm-parts.ts"

/**
 * NTLM version 2, the client's side: the three messages of [MS-NLMP] 2.2.1 and the computation of 3.3.2. Pure. Sessions are
 * neither signed nor sealed, and no key is exchanged: HTTP uses the proof alone.
 */

/** UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, TARGET_INFO, 128, 56 ([MS-NLMP] 2.2.2.5). */
const clientFlags = 0xa0888205
const payloadAt = 72
const micBytes = 16
/** In MsvAvFlags: the message has an integrity code ([MS-NLMP] 2.2.2.1). */
const hasMic = 2

export type NtlmCredential = { readonly username: string; readonly password: string }

/** What a CHALLENGE_MESSAGE says. */
export type NtlmChallenge = {
  readonly flags: number
  readonly challenge: Buffer
  /** What the server tells of itself, without the end mark; null where it tells nothing. */
  readonly targetInfo: readonly AvPair[] | null
}

/** The NEGOTIATE_MESSAGE (type 1). */
export function negotiateMessage(): Buffer {
  const message = Buffer.alloc(40)
  ntlmSignature.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(clientFlags, 12)
  // Domain and workstation are not told: empty fields that point behind the message.
  message.writeUInt32LE(message.length, 20)
  message.writeUInt32LE(message.length, 28)
  return message
}

/** The CHALLENGE_MESSAGE (type 2) read; null when it is none, or damaged. */
export function readChallenge(message: Buffer): NtlmChallenge | null {
  if (message.length < 32 || !message.subarray(0, 8).equals(ntlmSignature) || message.readUInt32LE(8) !== 2) return null
  const flags = message.readUInt32LE(20)
  const challenge = message.subarray(24, 32)
  if (message.length < 48) return { flags, challenge, targetInfo: null }
  const length = message.readUInt16LE(40)
  const offset = message.readUInt32LE(44)
  if (offset + length > message.length) return null
  if (length === 0) return { flags, challenge, targetInfo: null }
  const targetInfo = readPairs(message.subarray(offset, offset + length))
  return targetInfo === null ? null : { flags, challenge, targetInfo }
}

/** NTOWFv2 of [MS-NLMP] 3.3.2 of what somebody types. */
export function responseKey({ username, password }: NtlmCredential): Buffer {
  const { user, domain } = splitUsername(username)
  return keyOfHash(ntHash(password), user, domain)
}

export type ResponseInput = {
  readonly challenge: Buffer
  readonly clientChallenge: Buffer
  /** 100 ns since 1601, eight bytes. */
  readonly fileTime: Buffer
  readonly targetInfo: Buffer
}

/** NTProofStr with the client's part after it, and the session key ([MS-NLMP] 3.3.2). */
export function ntResponse(key: Buffer, { challenge, clientChallenge, fileTime, targetInfo }: ResponseInput) {
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0])
  const temp = Buffer.concat([head, fileTime, clientChallenge, Buffer.alloc(4), targetInfo, Buffer.alloc(4)])
  const proof = hmacMd5(key, challenge, temp)
  return { response: Buffer.concat([proof, temp]), sessionKey: hmacMd5(key, proof) }
}

/** LMv2 response ([MS-NLMP] 3.3.2). */
export function lmResponse(key: Buffer, challenge: Buffer, clientChallenge: Buffer): Buffer {
  return Buffer.concat([hmacMd5(key, challenge, clientChallenge), clientChallenge])
}

/** The value of MsvAvChannelBindings for a TLS server's certificate: MD5 of the gss_channel_bindings_struct of RFC 5929 4. */
export function channelBinding(certificateHash: Buffer): Buffer {
  const data = Buffer.concat([Buffer.from("tls-server-end-point:", "ascii"), certificateHash])
  const head = Buffer.alloc(20)
  head.writeUInt32LE(data.length, 16)
  return createHash("md5").update(head).update(data).digest()
}

/** What the certificate is hashed with: its signature's own hash, SHA-256 in place of weaker ones (RFC 5929 4.1). */
export function endPointHash(certificate: Buffer, signatureAlgorithm: string): Buffer {
  const named = /sha-?(384|512|224)/i.exec(signatureAlgorithm)?.[1]
  return createHash(named === undefined ? "sha256" : `sha${named}`)
    .update(certificate)
    .digest()
}

export type AuthenticateInput = {
  readonly credential: NtlmCredential
  readonly negotiate: Buffer
  /** The type 2 message as it came. */
  readonly challenge: Buffer
  readonly clientChallenge: Buffer
  /** Used where the server tells no time of its own. */
  readonly fileTime: Buffer
  /** Host name of the server, for the service name. */
  readonly host: string
  /** Null where there is no TLS. */
  readonly channelBinding: Buffer | null
}

/** The AUTHENTICATE_MESSAGE (type 3); null when the challenge cannot be read. */
export function authenticateMessage(input: AuthenticateInput): Buffer | null {
  const read = readChallenge(input.challenge)
  if (read === null) return null
  const { credential, clientChallenge } = input
  const key = responseKey(credential)
  const serverTime = read.targetInfo?.find(({ id }) => id === avTimestamp)?.value ?? null
  const targetInfo = read.targetInfo === null ? Buffer.alloc(0) : writePairs(ownPairs(read.targetInfo, input))
  const fileTime = serverTime ?? input.fileTime
  const nt = ntResponse(key, { challenge: read.challenge, clientChallenge, fileTime, targetInfo })
  // Who tells the time is not given the weaker answer ([MS-NLMP] 3.1.5.1.2).
  const lm = serverTime === null ? lmResponse(key, read.challenge, clientChallenge) : Buffer.alloc(24)
  const { user, domain } = splitUsername(credential.username)
  const names = [domain, user, ""].map((name) => Buffer.from(name, "utf16le"))
  const message = laidOut([lm, nt.response, ...names, Buffer.alloc(0)], read.flags & clientFlags, serverTime !== null)
  if (serverTime !== null) hmacMd5(nt.sessionKey, input.negotiate, input.challenge, message).copy(message, payloadAt)
  return message
}

/** The server's pairs with ours: that there is an integrity code, whom we mean to speak with, and over which TLS. */
function ownPairs(pairs: readonly AvPair[], { host, channelBinding: binding }: AuthenticateInput): readonly AvPair[] {
  const isTimed = pairs.some(({ id }) => id === avTimestamp)
  const flags = Buffer.alloc(4)
  const known = pairs.find(({ id }) => id === avFlags)?.value
  flags.writeUInt32LE(((known?.length === 4 ? known.readUInt32LE(0) : 0) | (isTimed ? hasMic : 0)) >>> 0)
  const others = pairs.filter(({ id }) => ![avFlags, avTargetName, avChannelBindings].includes(id))
  return [
    ...others,
    ...(flags.readUInt32LE(0) === 0 ? [] : [{ id: avFlags, value: flags }]),
    { id: avTargetName, value: Buffer.from(`HTTP/${host}`, "utf16le") },
    { id: avChannelBindings, value: binding ?? Buffer.alloc(micBytes) },
  ]
}

/** Head, place for the integrity code where there is one, and the fields: LM and NT response, domain, user, workstation, key. */
function laidOut(fields: readonly Buffer[], flags: number, isCoded: boolean): Buffer {
  const head = Buffer.alloc(payloadAt + (isCoded ? micBytes : 0))
  ntlmSignature.copy(head)
  head.writeUInt32LE(3, 8)
  let offset = head.length
  fields.forEach((field, index) => {
    const at = 12 + index * 8
    head.writeUInt16LE(field.length, at)
    head.writeUInt16LE(field.length, at + 2)
    head.writeUInt32LE(offset, at + 4)
    offset += field.length
  })
  head.writeUInt32LE(flags >>> 0, 60)
  return Buffer.concat([head, ...fields])
}
