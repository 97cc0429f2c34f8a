import { beforeEach, describe, expect, test } from "vitest"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { type SoftPasskeyHabits, softPasskey } from "../testing/soft-passkey.ts"
import { createStateBox } from "../vault/state-box.ts"
import { createPasskeys, passkeysMost } from "./passkeys.ts"
import { createPeople } from "./people.ts"
import type { SignedIn } from "./sessions.ts"

const ada = { email: "ada@example.org", password: "correct horse" }
const site = { rpId: "localhost", origin: "http://localhost:8080" }
const refused = (code: string) => expect.objectContaining({ kind: "forbidden", code })

function openWorld() {
  const store = createMemoryStore()
  const clock = fakeClock()
  const random = seededRandom(5)
  const isRight = async (text: string, hash: string | null) => hash === `scrypt$${text}`
  const passwords = { hash: async (text: string) => `scrypt$${text}`, isRight, weakness: async () => null }
  const fanOut = { publish() {}, listen: () => () => {}, isConnected: true, close: async () => {} }
  const people = createPeople({ store, passwords, fanOut, clock, random, lives: sessionLives })
  const box = createStateBox(new Uint8Array(32).fill(2), random)
  const passkeys = createPasskeys({ store, sessions: { clock, random, lives: sessionLives }, box, site })

  async function signedIn(token: string): Promise<SignedIn> {
    const found = await people.findSignedIn(token)
    if (found === null) throw new Error("this token opens nothing")
    return found
  }
  async function enrol(by: SignedIn, habits: Partial<SoftPasskeyHabits> = {}, name = "Laptop") {
    const passkey = softPasskey(habits)
    const { options, attempt } = await passkeys.beginRegistration(by)
    const { token, recoveryCodes } = await passkeys.register(by, { attempt, response: passkey.create(options), name })
    return { passkey, recoveryCodes, by: await signedIn(token) }
  }
  return {
    ...{ store, clock, people, passkeys, signedIn, enrol },
    setUp: async () => {
      const administrator = { ...ada, displayName: "Ada", role: "owner" } as const
      return signedIn((await people.setUp({ organisation: "O", administrator, deviceName: "D" })).token)
    },
    withPassword: async () => signedIn((await people.signIn({ ...ada, deviceName: "Phone" })).token),
    /** One begun sign-in, answered. */
    answer: async (passkey: ReturnType<typeof softPasskey>, now: Partial<SoftPasskeyHabits> = {}) => {
      const { options, attempt } = await passkeys.beginSignIn()
      return { attempt, response: passkey.get(options, now), deviceName: "Phone" }
    },
    listed: (by: SignedIn) => store.inAccount(by.user.accountId, ({ signIn }) => signIn.listPasskeys(by.user.userId)),
    refusals: async (by: SignedIn) => {
      const log = await store.inAccount(by.user.accountId, (tables) => tables.listAudit({ after: 0, limit: 100 }))
      return log.filter(({ action }) => action === "sign-in-refused").map(({ reason }) => reason)
    },
  }
}

type World = ReturnType<typeof openWorld>
let world: World
beforeEach(() => {
  world = openWorld()
})

describe("a new passkey", () => {
  test("is asked to be found without a name and to look who is there, and says nothing of its person", async () => {
    const by = await world.setUp()
    const { options } = await world.passkeys.beginRegistration(by)
    expect(options.authenticatorSelection).toMatchObject({ residentKey: "required", userVerification: "required" })
    expect([options.rp.id, options.attestation]).toEqual(["localhost", "none"])
    expect(Buffer.from(options.user.id, "base64url").toString("hex")).toBe(by.user.userId.replaceAll("-", ""))
  })

  test("raises the session under a new token, and the first brings recovery codes", async () => {
    const before = await world.setUp()
    const first = await world.enrol(before)
    expect(new Set(first.recoveryCodes).size).toBe(10)
    expect(first.by.session).toMatchObject({ sessionId: before.session.sessionId, secondFactor: "passkey" })
    const second = await world.enrol(first.by, {}, "Phone")
    expect(second.recoveryCodes).toBeNull()
    expect((await world.listed(second.by)).map(({ name, isBackedUp }) => ({ name, isBackedUp }))).toEqual([
      { name: "Laptop", isBackedUp: true },
      { name: "Phone", isBackedUp: true },
    ])
  })

  test.each<[string, Partial<SoftPasskeyHabits>]>([
    ["of another site", { rpId: "example.org" }],
    ["made on another page", { origin: "http://localhost:9999" }],
    ["of a device that did not look who is there", { isUserVerified: false }],
    ["with certificates whose addresses would have to be asked", { isAttested: true }],
  ])("%s is refused", async (_what, habits) => {
    const by = await world.setUp()
    await expect(world.enrol(by, habits)).rejects.toEqual(refused("passkey-refused"))
    expect(await world.listed(by)).toEqual([])
  })

  test("is registered once, in time, and by the session that began", async () => {
    const by = await world.setUp()
    const other = await world.withPassword()
    const passkey = softPasskey()
    const { options, attempt } = await world.passkeys.beginRegistration(by)
    const input = { attempt, response: passkey.create(options), name: "Laptop" }
    await expect(world.passkeys.register(other, input)).rejects.toEqual(refused("passkey-refused"))
    const { token } = await world.passkeys.register(by, input)
    const raised = await world.signedIn(token)
    await expect(world.passkeys.register(raised, input)).rejects.toEqual(refused("challenge-expired"))
    const late = await world.passkeys.beginRegistration(raised)
    await world.clock.advance(5 * 60_000 + 1)
    const answer = { attempt: late.attempt, response: softPasskey().create(late.options), name: "Late" }
    await expect(world.passkeys.register(raised, answer)).rejects.toEqual(refused("challenge-expired"))
  })

  test("cannot be added by who has the password alone, nor on an old sign-in", async () => {
    const { by } = await world.enrol(await world.setUp())
    await expect(world.passkeys.beginRegistration(await world.withPassword())).rejects.toEqual(
      refused("fresh-factor-needed"),
    )
    await world.clock.advance(16 * 60_000)
    await expect(world.passkeys.beginRegistration(by)).rejects.toEqual(refused("fresh-factor-needed"))
  })

  test("is one of a bounded number", async () => {
    let { by } = await world.enrol(await world.setUp())
    for (let count = 1; count < passkeysMost; count++) by = (await world.enrol(by)).by
    await expect(world.enrol(by)).rejects.toMatchObject({ kind: "conflict", code: "passkeys-full" })
  })
})

describe("signing in with a passkey", () => {
  test("needs nothing typed and counts as a second factor", async () => {
    const { passkey } = await world.enrol(await world.setUp())
    const { options } = await world.passkeys.beginSignIn()
    expect(options).toMatchObject({ rpId: "localhost", userVerification: "required" })
    expect(options.allowCredentials ?? []).toEqual([])
    const { session } = await world.signedIn((await world.passkeys.signIn(await world.answer(passkey))).token)
    expect(session).toMatchObject({ signedInBy: "passkey", secondFactor: "passkey", awaitsSecondFactor: false })
    expect(session.createdAt.until(session.endsAt).total("hours")).toBe(14 * 24)
  })

  test("an answer lets in once, and in time", async () => {
    const { passkey } = await world.enrol(await world.setUp())
    const answer = await world.answer(passkey)
    await world.passkeys.signIn(answer)
    await expect(world.passkeys.signIn(answer)).rejects.toEqual(refused("challenge-expired"))
    const late = await world.answer(passkey)
    await world.clock.advance(5 * 60_000 + 1)
    await expect(world.passkeys.signIn(late)).rejects.toEqual(refused("challenge-expired"))
  })

  test("of two who come with one answer at once, one gets in", async () => {
    const { passkey } = await world.enrol(await world.setUp())
    const answer = await world.answer(passkey)
    const tried = await Promise.allSettled([world.passkeys.signIn(answer), world.passkeys.signIn(answer)])
    expect(tried.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
  })

  test.each<[string, Partial<SoftPasskeyHabits>]>([
    ["on another page", { origin: "https://kalends.example" }],
    ["for another site", { rpId: "kalends.example" }],
    ["by a device that did not look who is there", { isUserVerified: false }],
    ["by a passkey that could not be copied and now can", { isBackupEligible: false }],
  ])("an answer made %s is refused and noted", async (_what, now) => {
    const { passkey, by } = await world.enrol(await world.setUp())
    await expect(world.passkeys.signIn(await world.answer(passkey, now))).rejects.toEqual(refused("passkey-refused"))
    expect(await world.refusals(by)).toEqual(["wrong-passkey"])
  })

  test("an answer to another question is refused, as are a forged attempt and one for registering", async () => {
    const { passkey, by } = await world.enrol(await world.setUp())
    const { response } = await world.answer(passkey)
    const given = { response, deviceName: "Phone" }
    const { attempt } = await world.passkeys.beginSignIn()
    await expect(world.passkeys.signIn({ ...given, attempt })).rejects.toEqual(refused("passkey-refused"))
    await expect(world.passkeys.signIn({ ...given, attempt: "forged" })).rejects.toEqual(refused("challenge-expired"))
    const registering = await world.passkeys.beginRegistration(by)
    const other = { ...given, attempt: registering.attempt }
    await expect(world.passkeys.signIn(other)).rejects.toEqual(refused("passkey-refused"))
  })

  test("a passkey that nobody here has is not known", async () => {
    await world.setUp()
    await expect(world.passkeys.signIn(await world.answer(softPasskey()))).rejects.toEqual(refused("passkey-unknown"))
  })

  test("one whose counter does not go on is refused, and the log says that it may have been copied", async () => {
    const { passkey, by } = await world.enrol(await world.setUp(), { counter: 7 })
    await world.passkeys.signIn(await world.answer(passkey, { counter: 9 }))
    for (const counter of [9, 8, 0])
      await expect(world.passkeys.signIn(await world.answer(passkey, { counter }))).rejects.toEqual(
        refused("passkey-refused"),
      )
    await world.passkeys.signIn(await world.answer(passkey, { counter: 10 }))
    expect(await world.refusals(by)).toEqual(["passkey-copied", "passkey-copied", "passkey-copied"])
    expect((await world.listed(by)).map(({ counter }) => counter)).toEqual([10])
  })
})

describe("a passkey as the second step", () => {
  test("raises the session that was begun with the password", async () => {
    const { passkey } = await world.enrol(await world.setUp())
    const half = await world.withPassword()
    expect(half.session.awaitsSecondFactor).toBe(true)
    const { token } = await world.passkeys.show(half, await world.answer(passkey))
    const { session } = await world.signedIn(token)
    expect(session).toMatchObject({
      sessionId: half.session.sessionId,
      signedInBy: "password",
      secondFactor: "passkey",
    })
  })

  test("is one of the same person's", async () => {
    const { by } = await world.enrol(await world.setUp())
    const bo = { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" } as const
    await world.people.addUser(by, bo)
    const own = await world.signedIn((await world.people.signIn({ ...bo, deviceName: "Phone" })).token)
    const { passkey } = await world.enrol(own)
    const half = await world.withPassword()
    await expect(world.passkeys.show(half, await world.answer(passkey))).rejects.toEqual(refused("passkey-refused"))
  })
})

describe("a passkey of one's own", () => {
  test("is renamed and removed by its person, on a fresh proof", async () => {
    const { by } = await world.enrol(await world.setUp())
    const [{ passkeyId } = { passkeyId: null }] = await world.listed(by)
    if (passkeyId === null) throw new Error("there is one")
    await world.passkeys.rename(by, passkeyId, "Old laptop")
    expect((await world.listed(by)).map(({ name }) => name)).toEqual(["Old laptop"])
    await expect(world.passkeys.remove(await world.withPassword(), passkeyId)).rejects.toEqual(
      refused("fresh-factor-needed"),
    )
    await world.passkeys.remove(by, passkeyId)
    expect(await world.listed(by)).toEqual([])
    await expect(world.passkeys.remove(await world.withPassword(), passkeyId)).rejects.toMatchObject({
      code: "no-passkey",
    })
  })

  test("takes with it the other sessions that it signed in, and no others", async () => {
    const owner = await world.setUp()
    const elsewhere = await world.withPassword()
    const { passkey, by } = await world.enrol(owner)
    const { token: thief } = await world.passkeys.signIn(await world.answer(passkey))
    await world.people.signOutShownBy(by, "passkey")
    expect(await world.people.findSignedIn(thief)).toBeNull()
    const left = await world.people.sessions(by)
    expect(left.map(({ sessionId }) => sessionId).sort()).toEqual(
      [by.session.sessionId, elsewhere.session.sessionId].sort(),
    )
  })
})
