import { expect, test } from "vitest"
import type { SessionRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createPeople } from "./people.ts"
import { openSession, type Proof, raiseSession } from "./sessions.ts"
import { createToolCodes } from "./tool-codes.ts"

const administrator = {
  email: "ada@example.org",
  password: "correct horse",
  displayName: "Ada",
  role: "owner",
} as const
const minute = 60_000
const hour = 60 * minute

/** Ada, signed in once by the set-up; three sessions of a kind at most. */
async function openWorld() {
  const store = createMemoryStore()
  const [clock, random] = [fakeClock(), seededRandom(3)]
  const lives = { days: 14, idleHours: 72, toolIdleHours: 240, issuedHours: 168, most: 3 }
  const passwords = {
    hash: async (text: string) => text,
    isRight: async (text: string, hash: string | null) => text === hash,
    weakness: async () => null,
  }
  const fanOut = { publish() {}, listen: () => () => {}, isConnected: true, close: async () => {} }
  const people = createPeople({ store, passwords, fanOut, clock, random, lives })
  const { user, token } = await people.setUp({ organisation: "O", administrator, deviceName: "Set-up" })
  const inAccount = <Result>(work: Parameters<typeof store.inAccount<Result>>[1]) =>
    store.inAccount(user.accountId, work)
  const sessions = { clock, random, lives }
  return {
    ...{ store, clock, people, user, token, inAccount, sessions },
    codes: createToolCodes({ store, ...sessions }),
    open: (deviceName: string, proof: Partial<Proof> = {}) =>
      inAccount((tables) => openSession(sessions, tables, user, { deviceName, signedInBy: "password", ...proof })),
    async require(of: string): Promise<SessionRow> {
      const found = await people.findSignedIn(of)
      if (found === null) throw new Error("this token opens nothing")
      return found.session
    },
    names: async () =>
      (await inAccount((tables) => tables.listSessions(user.userId, clock.now()))).map((row) => row.deviceName).sort(),
    giveFactor: () =>
      inAccount((tables) =>
        tables.signIn.putTotp({
          ...{ accountId: user.accountId, userId: user.userId, sealedSecret: new Uint8Array([1]), lastStep: 0 },
          ...{ createdAt: clock.now(), confirmedAt: clock.now() },
        }),
      ),
  }
}

const lastsHours = ({ createdAt, endsAt }: SessionRow) => createdAt.until(endsAt).total("hours")

test("a use is written down once in ten minutes, and gives the session as long again", async () => {
  const { people, clock, token, require } = await openWorld()
  const begun = await require(token)
  await clock.advance(9 * minute)
  await require(token)
  expect((await require(token)).usedAt).toEqual(begun.usedAt)
  await clock.advance(minute)
  await require(token)
  const used = await require(token)
  expect(used.usedAt).toEqual(clock.now())
  expect(used.expiresAt).toEqual(clock.now().add({ hours: 72 }))
  await clock.advance(72 * hour)
  expect(await people.findSignedIn(token)).toBeNull()
  expect(await people.useSessions(begun.accountId, [begun.sessionId])).toEqual([])
})

test("a tool's session waits ten days for its next meeting, and then it signs in again", async () => {
  const { people, clock, open, require } = await openWorld()
  const { token } = await open("Outlook", { kind: "tool" })
  await clock.advance(9 * 24 * hour)
  await require(token)
  const used = await require(token)
  // Not beyond its last day, in use or not.
  expect(used.expiresAt).toEqual(used.endsAt)
  const other = await open("Gmail", { kind: "tool" })
  expect((await require(other.token)).expiresAt).toEqual(clock.now().add({ hours: 240 }))
  await clock.advance(10 * 24 * hour)
  expect(await people.findSignedIn(other.token)).toBeNull()
})

test("one session too many ends the one that was unused for longest, of the same kind, and the log says so", async () => {
  const { clock, open, names, require, inAccount, token } = await openWorld()
  await open("Phone")
  await open("Outlook", { kind: "tool" })
  await clock.advance(hour)
  await require(token)
  await clock.advance(hour)
  await open("Laptop")
  await open("Agenda")
  expect(await names()).toEqual(["Agenda", "Laptop", "Outlook", "Set-up"])
  const log = await inAccount((tables) => tables.listAudit({ after: 0, limit: 100 }))
  const ended = log.filter(({ action }) => action === "signed-out")
  expect(ended.map(({ reason }) => reason)).toEqual(["too-many-sessions"])
})

test("whoever has the password alone signs nobody out, however often they try", async () => {
  const { open, names, giveFactor, inAccount, sessions, user, people } = await openWorld()
  await open("Phone", { secondFactor: "totp" })
  await open("Laptop", { secondFactor: "totp" })
  await giveFactor()
  for (const name of ["a", "b", "c", "d"]) await open(name)
  expect(await names()).toEqual(["Laptop", "Phone", "Set-up", "b", "c", "d"])
  const half = await people.findSignedIn((await open("Tablet")).token)
  if (half === null) throw new Error("no session")
  await inAccount(async (tables) => {
    await tables.lockAccount()
    return raiseSession(sessions, tables, { ...half, user }, "totp")
  })
  expect((await names()).filter((name) => name.length > 1)).toHaveLength(3)
})

test("whom an issuer vouched for goes back there a week after it saw them, whatever the session was passed on to", async () => {
  const { clock, open, require, people, user, codes } = await openWorld()
  const authenticatedAt = clock.now().subtract({ hours: 24 })
  const { token } = await open("Portal", { signedInBy: "provider", issuer: "Works", authenticatedAt })
  const session = await require(token)
  expect(lastsHours(session)).toBe(6 * 24)
  await clock.advance(24 * hour)
  const { code } = await people.handOff({ user, session })
  const agenda = await require((await people.exchange(code, "Agenda")).token)
  expect([agenda.endsAt, agenda.issuer]).toEqual([session.endsAt, "Works"])
  const shown = await codes.begin("Desktop")
  await codes.connect({ user, session }, shown.code)
  expect((await require(shown.token)).endsAt).toEqual(session.endsAt)
  expect(lastsHours(await require((await open("Phone")).token))).toBe(14 * 24)
})

test("an issuer that says a time to come is taken to mean now", async () => {
  const { clock, open, require } = await openWorld()
  const proof = { signedInBy: "provider", issuer: "Works", secondFactor: "provider" } as const
  const { token } = await open("Portal", { ...proof, authenticatedAt: clock.now().add({ hours: 1 }) })
  expect((await require(token)).secondFactorAt).toEqual(clock.now())
})
