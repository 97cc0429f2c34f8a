import { decodeProtectedHeader, importJWK, jwtVerify } from "jose"
import { describe, expect, test } from "vitest"
import { encryptPush, keyPair, vapidHeader } from "./web-push.ts"

const bytes = (text: string) => Buffer.from(text, "base64url")

describe("a push message", () => {
  test("is encrypted as in the example of RFC 8291, section 5, byte for byte", () => {
    const keys = {
      publicKey: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
      authSecret: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
    }
    const sender = keyPair(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    const body = encryptPush("When I grow up, I want to be a watermelon", keys, {
      salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
      sender,
    })
    expect(Buffer.from(body).toString("base64url")).toBe(
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
    )
  })
})

describe("the sender's word of who it is", () => {
  test("is a token signed with the key that it names, for this push service, of some hours", async () => {
    const pair = keyPair()
    const nowMs = Temporal.Instant.from("2026-11-23T09:00:00Z").epochMilliseconds
    const header = vapidHeader(pair, "https://push.example/some/where", nowMs)
    const [, token = "", key = ""] = /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(header) ?? []
    const point = bytes(key)
    const jwk = {
      kty: "EC",
      crv: "P-256",
      x: point.toString("base64url", 1, 33),
      y: point.toString("base64url", 33),
    }
    const { payload } = await jwtVerify(token, await importJWK(jwk, "ES256"), {
      audience: "https://push.example",
      currentDate: new Date(nowMs),
    })
    expect(decodeProtectedHeader(token)).toEqual({ typ: "JWT", alg: "ES256" })
    expect(payload.exp).toBe(nowMs / 1000 + 43_200)
    expect(point.equals(pair.getPublicKey())).toBe(true)
  })
})
