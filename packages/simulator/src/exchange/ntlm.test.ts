import { expect, test } from "vitest"
import {
  challengeMessage,
  isProven,
  messageType,
  ntProof,
  readAuthenticate,
  responseKey,
  sessionBaseKey,
} from "./ntlm.ts"

// The published vectors: [MS-NLMP] 4.2.1 (common values) and 4.2.4 (NTLM v2).

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ""), "hex")
const challenge = hex("0123456789abcdef")
/** temp of 4.2.4.1.3: time 0, client challenge aa…, target information "Domain" and "Server". */
const temp = hex(`0101000000000000 0000000000000000 aaaaaaaaaaaaaaaa 00000000
  02000c00 44006f006d00610069006e00 01000c00 530065007200760065007200 00000000 00000000`)
const key = responseKey("Password", "User", "Domain")

test("the response key is the published one of user, domain and password", () => {
  expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f")
})

test("the proof and the session key are the published ones", () => {
  const proof = ntProof(key, challenge, temp)
  expect(proof.toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c")
  expect(sessionBaseKey(key, proof).toString("hex")).toBe("8de40ccadbc14a82f15cb0ad0de95ca3")
})

test("a published response is proven by its password and by no other", () => {
  const proof = {
    user: "User",
    domain: "Domain",
    challenge,
    response: Buffer.concat([hex("68cd0ab851e51c96aabc927bebef6a1c"), temp]),
  }
  expect([isProven(proof, "Password"), isProven(proof, "password")]).toEqual([true, false])
  expect(isProven({ ...proof, challenge: hex("0123456789abcdee") }, "Password")).toBe(false)
  expect(isProven({ ...proof, response: Buffer.alloc(24) }, "Password")).toBe(false)
})

test("a challenge names the domain and holds the eight bytes where clients look for them", () => {
  const names = {
    domain: "NORTHWIND",
    computer: "EX01",
    dnsDomain: "northwind.example",
    dnsComputer: "ex01.northwind.example",
  }
  const message = challengeMessage(challenge, names, 0n)
  expect(messageType(message)).toBe(2)
  expect(message.subarray(24, 32)).toEqual(challenge)
  expect(
    message.subarray(message.readUInt32LE(16), message.readUInt32LE(16) + message.readUInt16LE(12)).toString("utf16le"),
  ).toBe("NORTHWIND")
})

test.each([
  ["that is too short", Buffer.from("NTLMSSP\0\x03\0\0\0", "latin1")],
  [
    "with a field beyond its end",
    Buffer.concat([Buffer.from("NTLMSSP\0\x03\0\0\0", "latin1"), Buffer.alloc(60, 0xff)]),
  ],
  [
    "of another kind",
    challengeMessage(challenge, { domain: "D", computer: "C", dnsDomain: "d", dnsComputer: "c" }, 0n),
  ],
])("a message %s is no answer to a challenge", (_, message) => {
  expect(readAuthenticate(message, challenge)).toBeNull()
})
