import { beforeEach, describe, expect, test } from "vitest"
import type { FrontRequest, FrontSignIn } from "../../ports/device-front.ts"
import { hmacMd5, keyOfHash, ntHash, ntlmSignature, writePairs } from "../../ports/ntlm-parts.ts"
import { frontWorld } from "./testing/front-world.ts"

// The client's side is written here from [MS-NLMP] once more, so that both sides cannot share one mistake.

let world: ReturnType<typeof frontWorld>

beforeEach(() => {
  world = frontWorld()
})

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString("base64")}` })
const signIn = (headers: Readonly<Record<string, string>>, more: Partial<FrontRequest> = {}) =>
  world.front.signIn(world.requestOf("", { headers, ...more }))
const offersOf = (answer: FrontSignIn) => (answer.kind === "refused" ? answer.answer.headers["www-authenticate"] : null)
const nameOf = (answer: FrontSignIn) => (answer.kind === "device" ? answer.device.username : null)

describe("Basic", () => {
  test.each(["room-orion", "ROOM-Orion", "KALENDS\\room-orion", "room-orion@example.net"])("takes %s", async (name) => {
    expect(nameOf(await signIn(basic(`${name}:secret of Orion`)))).toBe("room-orion")
  })

  test.each([
    "room-orion:wrong",
    "room-orion:",
    "room-orion",
    "nobody:secret of Orion",
    "room-orion:secret of Lyra",
    ":",
  ])("wrong-password: refuses %s, and counts it as a guess", async (given) => {
    const answer = await signIn(basic(given))
    expect(answer).toMatchObject({ kind: "refused", isGuess: true, answer: { status: 401 } })
    expect(offersOf(answer)).toEqual(["NTLM", 'Basic realm="KALENDS"'])
  })

  test("a wrong password is noted for the device whose name was given, and for nobody where that is nobody's", async () => {
    await signIn(basic("room-orion:wrong"))
    await signIn(basic("nobody:wrong"))
    await signIn({})
    const connection = {}
    const challenge = await challengeOn(connection)
    await signIn(ntlm(authenticate(challenge, "room-lyra", "secret of Orion")), { connection })
    expect(world.refused.map(({ username }) => username)).toEqual(["room-orion", "room-lyra"])
  })

  test("refuses who gives nothing, or another scheme; the first is no guess", async () => {
    expect(await signIn({})).toMatchObject({ kind: "refused", isGuess: false })
    expect(await signIn({ authorization: "Bearer abc" })).toMatchObject({ kind: "refused", isGuess: true })
    expect(await signIn({ authorization: `Basic ${"A".repeat(5_000)}` })).toMatchObject({ kind: "refused" })
  })
})

const negotiate = Buffer.concat([ntlmSignature, Buffer.from([1, 0, 0, 0]), Buffer.alloc(20)])
const ntlm = (message: Buffer) => ({ authorization: `NTLM ${message.toString("base64")}` })

/** An AUTHENTICATE_MESSAGE for a challenge. */
function authenticate(challenge: Buffer, user: string, password: string): Buffer {
  const domain = "SOMEWHERE"
  const temp = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    Buffer.alloc(8, 7),
    Buffer.alloc(8, 9),
    Buffer.alloc(4),
    writePairs([{ id: 2, value: Buffer.from(domain, "utf16le") }]),
    Buffer.alloc(4),
  ])
  const response = Buffer.concat([hmacMd5(keyOfHash(ntHash(password), user, domain), challenge, temp), temp])
  const fields = [Buffer.alloc(24), response, ...[domain, user, ""].map((text) => Buffer.from(text, "utf16le"))]
  const head = Buffer.alloc(64)
  ntlmSignature.copy(head)
  head.writeUInt32LE(3, 8)
  let offset = head.length
  fields.forEach((field, index) => {
    head.writeUInt16LE(field.length, 12 + index * 8)
    head.writeUInt16LE(field.length, 14 + index * 8)
    head.writeUInt32LE(offset, 16 + index * 8)
    offset += field.length
  })
  return Buffer.concat([head, ...fields])
}

async function challengeOn(connection: object): Promise<Buffer> {
  const answer = await signIn(ntlm(negotiate), { connection })
  const [offer = ""] = [offersOf(answer) ?? []].flat()
  return Buffer.from(offer.slice("NTLM ".length), "base64").subarray(24, 32)
}

describe("NTLM", () => {
  test("holds for its connection, and for no other", async () => {
    const connection = {}
    const challenge = await challengeOn(connection)
    const proof = ntlm(authenticate(challenge, "room-orion", "secret of Orion"))
    expect(nameOf(await signIn(proof, { connection }))).toBe("room-orion")
    expect(nameOf(await signIn({}, { connection }))).toBe("room-orion")
    expect(nameOf(await signIn({}))).toBeNull()
  })

  test("replay-refused: what was overheard opens nothing: not on another connection, not on a new challenge, not a second time", async () => {
    const connection = {}
    const challenge = await challengeOn(connection)
    const proof = ntlm(authenticate(challenge, "room-orion", "secret of Orion"))
    expect(await signIn(proof, { connection: {} })).toMatchObject({ kind: "refused", isGuess: true })
    const other = {}
    await challengeOn(other)
    expect(await signIn(proof, { connection: other })).toMatchObject({ kind: "refused", isGuess: true })
    expect(nameOf(await signIn(proof, { connection }))).toBe("room-orion")
    expect(await signIn(proof, { connection })).toMatchObject({ kind: "refused", isGuess: true })
  })

  test("a wrong password, nobody's name, a late answer and damaged messages are refused", async () => {
    const connection = {}
    const attempt = async (make: (challenge: Buffer) => Buffer) =>
      (await signIn(ntlm(make(await challengeOn(connection))), { connection })).kind
    expect(await attempt((challenge) => authenticate(challenge, "room-orion", "secret of Lyra"))).toBe("refused")
    expect(await attempt((challenge) => authenticate(challenge, "nobody", ""))).toBe("refused")
    expect(await attempt((challenge) => authenticate(challenge, "room-orion", "secret of Orion").subarray(0, 90))).toBe(
      "refused",
    )
    expect(await attempt(() => Buffer.from("nonsense"))).toBe("refused")
    const challenge = await challengeOn(connection)
    await world.clock.advance(61_000)
    expect((await signIn(ntlm(authenticate(challenge, "room-orion", "secret of Orion")), { connection })).kind).toBe(
      "refused",
    )
  })

  test("a device that was removed, or has another password, is signed in no more", async () => {
    const connection = {}
    const challenge = await challengeOn(connection)
    await signIn(ntlm(authenticate(challenge, "room-orion", "secret of Orion")), { connection })
    world.devices.set("room-orion", { ...world.orion, password: "another" })
    expect((await signIn({}, { connection })).kind).toBe("refused")
    world.devices.set("room-orion", world.orion)
    expect((await signIn({}, { connection })).kind).toBe("refused")
  })

  test("is neither offered nor taken where one connection may carry several devices' requests", async () => {
    const shared = { connection: {}, isConnectionShared: true }
    expect(offersOf(await signIn({}, shared))).toEqual(['Basic realm="KALENDS"'])
    expect(offersOf(await signIn(ntlm(negotiate), shared))).toEqual(['Basic realm="KALENDS"'])
  })
})
