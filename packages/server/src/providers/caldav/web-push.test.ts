import { createCipheriv, createECDH, hkdfSync } from "node:crypto"
import { describe, expect, test } from "vitest"
import { openPush, openPushWithKeys, openRecord, webPushKeys } from "./web-push.ts"

const bytes = (text: string) => Buffer.from(text, "base64url")
const secret = "a-secret-of-the-subscription-0001"

/** RFC 8291, section 5 and appendix A. */
const example = {
  body: "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  privateKey: "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94",
  authSecret: "BTBZMqHH6r4Tts7J_aSIgg",
}

describe("opening a push message", () => {
  test("reads the example of RFC 8291, section 5", () => {
    const { body, privateKey, authSecret } = example
    expect(openPushWithKeys(bytes(body), bytes(privateKey), bytes(authSecret))).toBe(
      "When I grow up, I want to be a watermelon",
    )
  })

  test("reads the example of RFC 8188, section 3.1", () => {
    const body = bytes("I1BsxtFttlv3u_Oo94xnmwAAEAAA-NAVub2qFgBEuQKRapoZu-IxkIva3MEB1PD-ly8Thjg")
    expect(openRecord(body, bytes("yqdlZ-tYemfogSmv7Ws5PQ"))).toBe("I am the walrus")
  })

  test("refuses the example of RFC 8188, section 3.2: a push message has one record", () => {
    const body = bytes(
      "uNCkWiNYzKTnBN9ji3-qWAAAABkCYTHOG8chz_gnvgOqdGYovxyjuqRyJFjEDyoF1Fvkj6hQPdPHI51OEUKEpgz3SsLWIqS_uA",
    )
    const key = bytes("BO3ZVPxUlnLORbVGMpbT1Q")
    expect(openRecord(body, key)).toBeNull()
    // Its first record alone opens, but does not say that it is the last.
    expect(openRecord(body.subarray(0, 23 + 25), key)).toBeNull()
  })

  test("reads what was written to the keys of the secret, padded or not, and with no other secret", () => {
    for (const padding of [0, 1, 500]) {
      const body = written("<push-message/>", { padding })
      expect([openPush(body, secret), openPush(body, `${secret}2`)]).toEqual(["<push-message/>", null])
    }
  })

  test("refuses a message of which one bit is another, wherever it is", () => {
    const body = written("<push-message/>")
    expect(openPush(body, secret)).not.toBeNull()
    const opened = [...body.keys()]
      // The record size is not part of what is signed, and says nothing where there is one record.
      .filter((at) => at < 16 || at > 19)
      .filter((at) => openPush(body.with(at, (body[at] ?? 0) ^ 1), secret) !== null)
    expect(opened).toEqual([])
  })

  test("refuses a sender's key that is no point of the curve, a message without its end, and what is too short or too long", () => {
    const body = written("<push-message/>")
    const offCurve = Uint8Array.from(body)
    offCurve.fill(0xff, 22, 86)
    const infinity = Uint8Array.from(body)
    infinity.fill(0, 21, 86)
    const none = [
      new Uint8Array(),
      new Uint8Array(4_000),
      body.subarray(0, 85),
      body.subarray(0, 86),
      body.subarray(0, 102),
      body.subarray(0, -1),
      offCurve,
      infinity,
      written("<push-message/>", { delimiter: 1 }),
      written("<push-message/>", { delimiter: 0 }),
      written("x".repeat(4_096)),
    ]
    expect(none.map((one) => openPush(one, secret))).toEqual(none.map(() => null))
  })
})

describe("the keys of a subscription", () => {
  test("are the same whenever they are drawn from the same secret, and others for another", () => {
    const { publicKey, authSecret } = webPushKeys(secret)
    expect(webPushKeys(secret)).toEqual({ publicKey, authSecret })
    expect([publicKey.length, publicKey[0], authSecret.length]).toEqual([65, 4, 16])
    const others = Array.from({ length: 50 }, (_, index) => Buffer.from(webPushKeys(`${secret}${index}`).publicKey))
    expect(new Set(others.map((key) => key.toString("hex"))).size).toBe(50)
  })

  test("stay what they were, so that live subscriptions outlast an update (worked out a second time in Python)", () => {
    const { publicKey, authSecret } = webPushKeys(secret)
    expect([Buffer.from(publicKey), Buffer.from(authSecret)].map((key) => key.toString("base64url"))).toEqual([
      "BIhkAVPIUgvxN-4rijN_-ZCHDWFezRm-Z7Bn32goJFR4b0fuqfj3SFvZnPI9zKdFX0mtEzWN7_F1fJUi3df_zAk",
      "POBeMCGPXVTQTFRaOeU8Xw",
    ])
  })
})

type Writing = { readonly padding?: number; readonly delimiter?: number }

/** Writes to the secret's keys as RFC 8291 says, with an ephemeral key. */
function written(message: string, { padding = 0, delimiter = 2 }: Writing = {}): Uint8Array {
  const { publicKey, authSecret } = webPushKeys(secret)
  const pair = createECDH("prime256v1")
  const from = pair.generateKeys()
  const salt = Buffer.alloc(16, 7)
  const info = Buffer.concat([Buffer.from("WebPush: info\0"), publicKey, from])
  const key = hkdfSync("sha256", pair.computeSecret(publicKey), authSecret, info, 32)
  const draw = (name: string, length: number) =>
    Buffer.from(hkdfSync("sha256", Buffer.from(key), salt, `Content-Encoding: ${name}\0`, length))
  const cipher = createCipheriv("aes-128-gcm", draw("aes128gcm", 16), draw("nonce", 12))
  const plain = Buffer.concat([Buffer.from(message), Buffer.of(delimiter), Buffer.alloc(padding)])
  const record = [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  return new Uint8Array(Buffer.concat([salt, Buffer.of(0, 0, 16, 0, 65), from, ...record]))
}
