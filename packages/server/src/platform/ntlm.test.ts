import { createHmac } from "node:crypto"
import { describe, expect, test } from "vitest"
import { splitUsername } from "../ports/ntlm-parts.ts"
import {
  authenticateMessage,
  channelBinding,
  endPointHash,
  lmResponse,
  negotiateMessage,
  ntResponse,
  readChallenge,
  responseKey,
} from "./ntlm.ts"

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ""), "hex")
/** [MS-NLMP] 4.2.1 and 4.2.4. */
const credential = { username: "Domain\\User", password: "Password" }
const challenge = hex("0123456789abcdef")
const clientChallenge = hex("aaaaaaaaaaaaaaaa")
const targetInfo = hex("02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000")
/** The CHALLENGE_MESSAGE of [MS-NLMP] 4.2.4.3. */
const challengeMessage = hex(
  "4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 2400240044000000 0600701700000f00 530065007200760065007200 02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000",
)

function timed(message: Buffer): Buffer {
  const info = Buffer.concat([targetInfo.subarray(0, -4), hex("07000800 0090d336b734c301 00000000")])
  const head = Buffer.from(message.subarray(0, 68))
  head.writeUInt16LE(info.length, 40)
  head.writeUInt16LE(info.length, 42)
  return Buffer.concat([head, info])
}

const input = {
  credential,
  negotiate: negotiateMessage(),
  challenge: challengeMessage,
  clientChallenge,
  fileTime: Buffer.alloc(8),
  host: "mail.example.org",
  channelBinding: null,
}

const field = (message: Buffer, at: number) =>
  message.subarray(message.readUInt32LE(at + 4), message.readUInt32LE(at + 4) + message.readUInt16LE(at))

describe("NTLM", () => {
  test("computes the keys and answers of the published example", () => {
    const key = responseKey(credential)
    const { response, sessionKey } = ntResponse(key, {
      challenge,
      clientChallenge,
      fileTime: Buffer.alloc(8),
      targetInfo,
    })
    expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f")
    expect(lmResponse(key, challenge, clientChallenge).toString("hex")).toBe(
      "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa",
    )
    expect(response.subarray(0, 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c")
    expect(sessionKey.toString("hex")).toBe("8de40ccadbc14a82f15cb0ad0de95ca3")
  })

  test("reads the published challenge", () => {
    const read = readChallenge(challengeMessage)
    expect(read?.challenge).toEqual(challenge)
    expect(read?.targetInfo?.map(({ id, value }) => [id, value.toString("utf16le")])).toEqual([
      [2, "Domain"],
      [1, "Server"],
    ])
  })

  test("answers with user and domain apart, and without an integrity code where the server tells no time", () => {
    const message = authenticateMessage(input) ?? Buffer.alloc(0)
    expect(message.readUInt32LE(8)).toBe(3)
    expect([field(message, 28), field(message, 36)].map((name) => name.toString("utf16le"))).toEqual(["Domain", "User"])
    expect(field(message, 12).toString("hex")).toBe("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa")
    expect(message.readUInt32LE(16)).toBe(72)
  })

  test("signs the three messages where the server tells its time, and says so", () => {
    const answered = { ...input, challenge: timed(challengeMessage) }
    const message = authenticateMessage(answered) ?? Buffer.alloc(0)
    const code = Buffer.from(message.subarray(72, 88))
    const blank = Buffer.from(message)
    blank.fill(0, 72, 88)
    const response = field(message, 20)
    const key = responseKey(credential)
    const sessionKey = createHmac("md5", key).update(response.subarray(0, 16)).digest()
    const expected = createHmac("md5", sessionKey)
      .update(Buffer.concat([input.negotiate, answered.challenge, blank]))
      .digest()
    expect(code).toEqual(expected)
    expect(field(message, 12)).toEqual(Buffer.alloc(24))
    expect(response.includes(hex("06000400 02000000"))).toBe(true)
    expect(response.includes(Buffer.from("HTTP/mail.example.org", "utf16le"))).toBe(true)
  })

  test("binds the answer to the certificate it was given over", () => {
    const hash = endPointHash(Buffer.from("certificate"), "sha256WithRSAEncryption")
    const binding = channelBinding(hash)
    const message = authenticateMessage({ ...input, channelBinding: binding }) ?? Buffer.alloc(0)
    expect(field(message, 20).includes(Buffer.concat([hex("0a001000"), binding]))).toBe(true)
    expect(endPointHash(Buffer.alloc(1), "ecdsa-with-SHA384")).toHaveLength(48)
    expect(endPointHash(Buffer.alloc(1), "sha1WithRSAEncryption")).toHaveLength(32)
  })

  test("understands both ways to write a user name", () => {
    expect(splitUsername("WORKS\\ada")).toEqual({ domain: "WORKS", user: "ada" })
    expect(splitUsername("ada@works.example")).toEqual({ domain: "", user: "ada@works.example" })
  })

  test("a challenge that is damaged anywhere is none, and no reason to fail", () => {
    for (let length = 0; length < challengeMessage.length; length++) {
      const cut = challengeMessage.subarray(0, length)
      expect(() => authenticateMessage({ ...input, challenge: cut })).not.toThrow()
    }
    expect(authenticateMessage({ ...input, challenge: Buffer.from("hello") })).toBeNull()
  })
})
