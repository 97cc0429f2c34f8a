import { parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { TOTP } from "otpauth"
import { beforeEach, describe, expect, test } from "vitest"
import type { SessionRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { vaultWith } from "../testing/vault-with.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { createPeople } from "./people.ts"
import { createSecondFactor } from "./second-factor.ts"
import type { Asker } from "./sessions.ts"

const ada = { email: "ada@example.org", password: "correct horse" }

function openWorld() {
  const store = createMemoryStore()
  const clock = fakeClock()
  const random = seededRandom(3)
  const { vault } = vaultWith(createKeyFileCustody(new Uint8Array(32).fill(1), random), { clock, random })
  const weakness = async (text: string, words: readonly string[]) =>
    words.some((word) => text.startsWith(word))
      ? ("own-words" as const)
      : text === "1234567890"
        ? ("common" as const)
        : null
  const passwords = { hash: async (text: string) => `scrypt$${text}`, isRight: isSame, weakness }
  const fanOut = { publish() {}, listen: () => () => {}, isConnected: true, close: async () => {} }
  const people = createPeople({ store, passwords, fanOut, clock, random, lives: sessionLives })
  const factors = createSecondFactor({ store, vault, passwords, sessions: { clock, random, lives: sessionLives } })

  async function signedIn(token: string): Promise<Asker> {
    const found = await people.findSignedIn(token)
    if (found === null) throw new Error("this token opens nothing")
    return { ...found, user: { ...found.user, call: "request:1" } }
  }
  const codeNow = (seed: string, offsetSeconds = 0) =>
    new TOTP({ secret: seed }).generate({ timestamp: clock.now().epochMilliseconds + offsetSeconds * 1000 })
  return {
    ...{ store, clock, people, factors, signedIn, codeNow },
    setUp: async () => {
      const administrator = { ...ada, displayName: "Ada", role: "owner" } as const
      return signedIn((await people.setUp({ organisation: "Observatory", administrator, deviceName: "D" })).token)
    },
    signIn: async () => signedIn((await people.signIn({ ...ada, deviceName: "Phone" })).token),
  }
}
const isSame = async (text: string, hash: string | null) => hash === `scrypt$${text}`

/** With an authenticator app; and a session that was raised by it. */
async function enrolled(world: World) {
  const by = await world.setUp()
  const { seed } = await world.factors.beginTotp(by)
  const { token, recoveryCodes } = await world.factors.confirmTotp(by, world.codeNow(seed))
  // The code that confirmed it is spent.
  await world.clock.advance(30_000)
  return { seed, recoveryCodes: recoveryCodes ?? [], by: await world.signedIn(token) }
}

type World = ReturnType<typeof openWorld>
let world: World
beforeEach(() => {
  world = openWorld()
})
const refused = (code: string) => expect.objectContaining({ kind: "forbidden", code })

describe("an authenticator app", () => {
  test("counts once its first code was shown, raises the session under a new token, and brings recovery codes", async () => {
    const by = await world.setUp()
    const { seed } = await world.factors.beginTotp(by)
    await expect(world.factors.confirmTotp(by, "000000")).rejects.toEqual(refused("wrong-code"))
    expect((await world.factors.factors(by)).totpSince).toBeNull()
    const given = await world.factors.confirmTotp(by, world.codeNow(seed))
    expect(new Set(given.recoveryCodes).size).toBe(10)
    const raised = await world.signedIn(given.token)
    expect(raised.session).toMatchObject({ sessionId: by.session.sessionId, secondFactor: "totp" })
    expect(raised.session.secondFactorAt?.toString()).toBe(world.clock.now().toString())
    expect(Buffer.from(raised.session.tokenHash).equals(by.session.tokenHash)).toBe(false)
  })

  test("is not undone by another that is begun while its first code is shown", async () => {
    const by = await world.setUp()
    const { seed } = await world.factors.beginTotp(by)
    const both = [world.factors.confirmTotp(by, world.codeNow(seed)), world.factors.beginTotp(by)]
    const [confirmed, begun] = await Promise.allSettled(both)
    expect([confirmed?.status, begun?.status].sort()).toEqual(["fulfilled", "rejected"])
    expect((await world.factors.factors(by)).totpSince !== null).toBe(confirmed?.status === "fulfilled")
  })

  test("a sign-in with the password alone opens nothing until a code is shown, and is over soon", async () => {
    const { seed } = await enrolled(world)
    const half = await world.signIn()
    expect(half.session).toMatchObject({ awaitsSecondFactor: true, secondFactorAt: null })
    expect(half.session.createdAt.until(half.session.expiresAt).total("minutes")).toBe(15)
    const { token } = await world.factors.giveCode(half, world.codeNow(seed))
    const { session } = await world.signedIn(token)
    expect(session).toMatchObject({ awaitsSecondFactor: false, secondFactor: "totp", signedInBy: "password" })
    expect(session.createdAt.until(session.endsAt).total("hours")).toBe(14 * 24)
  })

  test("no code is taken twice, nor one that is older than the last", async () => {
    const { seed } = await enrolled(world)
    const older = world.codeNow(seed)
    await world.clock.advance(30_000)
    const code = world.codeNow(seed)
    await world.factors.giveCode(await world.signIn(), code)
    await expect(world.factors.giveCode(await world.signIn(), code)).rejects.toEqual(refused("wrong-code"))
    await expect(world.factors.giveCode(await world.signIn(), older)).rejects.toEqual(refused("wrong-code"))
    await world.factors.giveCode(await world.signIn(), world.codeNow(seed, 30))
  })

  test("of two who show the same code at once, one gets in", async () => {
    const { seed } = await enrolled(world)
    const halves = await Promise.all([world.signIn(), world.signIn()])
    const tried = await Promise.allSettled(halves.map((half) => world.factors.giveCode(half, world.codeNow(seed))))
    expect(tried.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  })

  test("its seed is nowhere in what is kept", async () => {
    const { seed, recoveryCodes } = await enrolled(world)
    const kept = JSON.stringify(world.store.everything(), (_name, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : value,
    )
    expect(kept).toContain(ada.email)
    for (const secret of [seed, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll("-", ""))])
      expect(kept).not.toContain(secret)
  })
})

describe("who has the password, but not the second factor,", () => {
  test("cannot set up another one, take it away, or have recovery codes made", async () => {
    await expect(world.factors.requireFresh((await enrolled(world)).by)).resolves.toBeUndefined()
    const half = await world.signIn()
    const { factors } = world
    for (const attempt of [
      () => factors.beginTotp(half),
      () => factors.confirmTotp(half, "000000"),
      () => factors.removeTotp(half),
      () => factors.renewRecoveryCodes(half),
    ])
      await expect(attempt()).rejects.toEqual(refused("fresh-factor-needed"))
  })
})

describe("a stolen session", () => {
  test("that is no longer young cannot set up a second factor of the thief's", async () => {
    const by = await world.setUp()
    await world.clock.advance(16 * 60_000)
    await expect(world.factors.beginTotp(by)).rejects.toEqual(refused("fresh-sign-in-needed"))
    const { code } = await world.people.handOff(by)
    const handed = await world.signedIn((await world.people.exchange(code, "Thief")).token)
    await expect(world.factors.beginTotp(handed)).rejects.toEqual(refused("fresh-sign-in-needed"))
  })

  test("whose second factor was long ago cannot take it away, however it is handed over", async () => {
    const { by } = await enrolled(world)
    await world.clock.advance(16 * 60_000)
    const { code } = await world.people.handOff(by)
    const handed = await world.signedIn((await world.people.exchange(code, "Thief")).token)
    expect(handed.session.secondFactorAt?.toString()).toBe(by.session.secondFactorAt?.toString())
    for (const session of [by, handed])
      for (const attempt of [world.factors.removeTotp, world.factors.requireFresh])
        await expect(attempt(session)).rejects.toEqual(refused("fresh-factor-needed"))
  })
})

describe("recovery codes", () => {
  test("each lets in once, however it is written, and new ones end the old", async () => {
    const { recoveryCodes, by } = await enrolled(world)
    const [first = "", second = ""] = recoveryCodes
    // 24 of 31 signs are 118 bits.
    expect(first.replaceAll("-", "")).toMatch(/^[a-hjkmnp-z2-9]{24}$/)
    const { token } = await world.factors.giveCode(await world.signIn(), first.toUpperCase().replaceAll("-", " "))
    expect((await world.signedIn(token)).session.secondFactor).toBe("recovery-code")
    await expect(world.factors.giveCode(await world.signIn(), first)).rejects.toEqual(refused("wrong-code"))
    expect((await world.factors.factors(by)).recoveryCodesLeft).toBe(9)
    const renewed = await world.factors.renewRecoveryCodes(by)
    await expect(world.factors.giveCode(await world.signIn(), second)).rejects.toEqual(refused("wrong-code"))
    await world.factors.giveCode(await world.signIn(), renewed[0] ?? "")
  })

  test("go with the last factor, so that they never are all that is needed", async () => {
    const { by, recoveryCodes } = await enrolled(world)
    await world.factors.removeTotp(by)
    expect((await world.factors.factors(by)).recoveryCodesLeft).toBe(0)
    const session: SessionRow = (await world.signIn()).session
    expect(session.awaitsSecondFactor).toBe(false)
    await expect(world.factors.giveCode(await world.signIn(), recoveryCodes[0] ?? "")).rejects.toBeInstanceOf(Problem)
  })
})

test("a password is changed by whoever knows the present one", async () => {
  const by = await world.setUp()
  const change = (current: string) => world.factors.changePassword(by, { current, next: "battery staple" })
  await expect(change("wrong")).rejects.toEqual(refused("wrong-present-password"))
  for (const [next, code] of [
    ["1234567890", "password-common"],
    ["Observatory 7", "password-own-words"],
  ] as const)
    await expect(world.factors.changePassword(by, { current: ada.password, next })).rejects.toMatchObject({ code })
  await change(ada.password)
  await expect(world.signIn()).rejects.toMatchObject({ code: "wrong-sign-in" })
  await world.people.signIn({ email: ada.email, password: "battery staple", deviceName: "Phone" })
})

test("whether everybody is asked for a second factor is kept, told to each, and in the log once", async () => {
  const { by } = await enrolled(world)
  for (const asks of [true, true, false]) {
    await world.factors.askEverybody(by, asks)
    expect((await world.factors.factors(by)).asksEverybody).toBe(asks)
  }
  const log = await world.store.inAccount(by.user.accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
  const told = log.filter(({ action }) => action === "policy-changed").map(({ reason }) => reason)
  expect(told).toEqual(["factor-asked-of-all", "factor-asked-of-some"])
})

test("whom asking everybody would stop: people of no role who may sign in and have none", async () => {
  const { by } = await enrolled(world)
  const without = () => world.factors.peopleWithoutFactor(by)
  const { user } = by
  const named = (count: number, emails: readonly string[]) => ({
    count,
    some: emails.map((email) => expect.objectContaining({ email })),
  })
  expect(await without()).toEqual(named(0, []))
  await world.store.inAccount(user.accountId, async (tables) => {
    for (let number = 0; number < 12; number++) {
      const userId = parseUserId(`0198f7a0-0000-7000-8000-0000000000${10 + number}`)
      const email = `person${10 + number}@example.org`
      const suspendedAt = number === 3 ? world.clock.now() : null
      await tables.insertUser({ ...user, userId, email, role: number === 5 ? "auditor" : "user", suspendedAt })
    }
  })
  const first = [10, 11, 12, 14, 16, 17, 18, 19, 20, 21].map((number) => `person${number}@example.org`)
  expect(await without()).toEqual(named(10, first))
})

test("the log tells of each step, and of no code", async () => {
  const { by, seed } = await enrolled(world)
  await world.factors.giveCode(await world.signIn(), world.codeNow(seed))
  await expect(world.factors.giveCode(await world.signIn(), "000000")).rejects.toEqual(refused("wrong-code"))
  await world.factors.removeTotp(by)
  const log = await world.store.inAccount(by.user.accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
  const told = log.filter(({ action }) => /factor|recovery|signed-in/.test(action))
  expect(told.map(({ action, reason }) => `${action} ${reason}`)).toEqual([
    "signed-in set-up",
    "factor-added totp",
    "recovery-codes-made asked",
    "second-factor-given totp",
    "signed-in password",
    "second-factor-given totp",
    "signed-in password",
    "second-factor-refused wrong-code",
    "factor-removed totp",
  ])
})
