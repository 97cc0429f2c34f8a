import { parsePasskeyId, parseSessionId, parseUserId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createAdministration } from "../people/administration.ts"
import { type Asker, newSession } from "../people/sessions.ts"
import type { Store, UserRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { createDatabase, createPool } from "./database.ts"
import { createStore } from "./store.ts"

// What administrators change of people, on a real database: where two of them act at once, it decides.

const rows = sampleRows(1)
const { account, connection, credential, calendar } = rows
const { accountId } = account
const other = sampleRows(2)
const random = seededRandom(3)
const clock = fakeClock()
const ada: UserRow = { ...rows.user, role: "owner" }

let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let store: Store
beforeAll(async () => {
  base = await cloneDatabase()
  database = createDatabase(createPool(base.url, 8))
  store = createStore(database)
  for (const one of [account, other.account]) await store.asSystem((tables) => tables.insertAccount(one))
  await inAccount((tables) => tables.insertUser(ada))
  await store.inAccount(other.account.accountId, (tables) => tables.insertUser({ ...other.user, role: "owner" }))
})
afterAll(async () => {
  await database.destroy()
  await base.drop()
})

const inAccount = <Result>(work: Parameters<typeof store.inAccount<Result>>[1]) => store.inAccount(accountId, work)
const find = ({ userId }: UserRow) => inAccount((tables) => tables.findUser(userId))
const owners = () => inAccount((tables) => tables.persons.listOwners())

async function addPerson(name: string, role: UserRow["role"]): Promise<UserRow> {
  const person = { ...ada, userId: parseUserId(random.uuid()), email: `${name}@example.org`, displayName: name, role }
  await inAccount((tables) => tables.insertUser(person))
  return person
}

test("a person is changed in what is named alone, and nobody takes another's address or another organisation's person", async () => {
  const bo = await addPerson("bo", "user")
  await inAccount((tables) => tables.persons.updateUser(bo.userId, { displayName: "Bo Diddley" }))
  await inAccount((tables) => tables.persons.updateUser(bo.userId, { suspendedAt: clock.now() }))
  expect(await find(bo)).toMatchObject({ displayName: "Bo Diddley", email: "bo@example.org", role: "user" })
  expect((await find(bo))?.suspendedAt?.toString()).toBe(clock.now().toString())
  const taking = inAccount((tables) => tables.persons.updateUser(bo.userId, { email: ada.email }))
  await expect(taking).rejects.toMatchObject({ kind: "conflict", code: "email-taken" })
  await inAccount((tables) => tables.persons.updateUser(other.user.userId, { role: "user" }))
  expect(await inAccount((tables) => tables.persons.deleteUser(other.user.userId))).toBe(false)
  const kept = await store.inAccount(other.account.accountId, (tables) => tables.findUser(other.user.userId))
  expect(kept).toMatchObject({ role: "owner" })
})

test("owners are those of one organisation who may sign in", async () => {
  const second = await addPerson("second", "owner")
  expect([...(await owners())].sort()).toEqual([ada.userId, second.userId].sort())
  await inAccount((tables) => tables.persons.updateUser(second.userId, { suspendedAt: clock.now() }))
  expect(await owners()).toEqual([ada.userId])
})

test("one link for each person, found while it is known, and taken by one of two while it is not over", async () => {
  const cy = await addPerson("cy", "user")
  const link = (byte: number, minutes: number) => ({
    ...{ accountId, userId: cy.userId, tokenHash: new Uint8Array(32).fill(byte), createdBy: ada.userId },
    ...{ createdAt: clock.now(), expiresAt: clock.now().add({ minutes }) },
  })
  const [first, second, late] = [link(1, 10), link(2, 10), link(3, -1)]
  const put = (row: typeof first) => inAccount((tables) => tables.persons.putPasswordLink(row))
  const known = async ({ tokenHash }: typeof first) =>
    (await store.asSystem((tables) => tables.findPasswordLinkByHash(tokenHash)))?.userId ?? null
  const take = ({ tokenHash }: typeof first) =>
    inAccount((tables) => tables.persons.takePasswordLink(tokenHash, clock.now()))
  await put(first)
  await put(second)
  expect([await known(first), await known(second)]).toEqual([null, cy.userId])
  expect((await Promise.all([take(second), take(second)])).filter((one) => one !== null)).toEqual([cy.userId])
  expect(await known(second)).toBeNull()
  await put(late)
  expect([await known(late), await take(late)]).toEqual([cy.userId, null])
  expect(await store.asSystem((tables) => tables.deleteExpiredPasswordLinks(clock.now()))).toBe(1)
  expect(await known(late)).toBeNull()
})

test("with a person goes all that is theirs", async () => {
  const di = await addPerson("di", "user")
  const { userId } = di
  await inAccount(async (tables) => {
    await tables.insertConnection({ ...connection, userId })
    await tables.upsertCredential(credential)
    await tables.insertCalendar(calendar)
    const session = newSession({ clock, random, lives: sessionLives }, di, {
      ...{ deviceName: "Phone", hash: new Uint8Array(32).fill(9), endsAt: clock.now().add({ minutes: 10 }) },
    })
    await tables.insertSession({ ...session, sessionId: parseSessionId(random.uuid()) })
    await tables.signIn.insertPasskey({
      ...{ accountId, userId, passkeyId: parsePasskeyId(random.uuid()), name: "Laptop", transports: "internal" },
      ...{ credentialId: new Uint8Array([1]), publicKey: new Uint8Array([2]), counter: 0, isBackupEligible: true },
      ...{ isBackedUp: false, createdAt: clock.now(), usedAt: null },
    })
    await tables.persons.putPasswordLink({
      ...{ accountId, userId, tokenHash: new Uint8Array(32).fill(8), createdBy: ada.userId },
      ...{ createdAt: clock.now(), expiresAt: clock.now().add({ minutes: 1 }) },
    })
  })
  const gone = await Promise.all([1, 2].map(() => inAccount((tables) => tables.persons.deleteUser(userId))))
  expect(gone.sort()).toEqual([false, true])
  const left = await inAccount(async (tables) => [
    await tables.findUser(userId),
    await tables.findConnectionOfUser(userId),
    await tables.persons.findPasswordLink(userId),
    ...(await tables.listSessions(userId, clock.now())),
    ...(await tables.signIn.listPasskeys(userId)),
  ])
  expect(left).toEqual([null, null, null])
})

test.each(["demote", "suspend", "remove"] as const)(
  "of two owners who %s each other at once, one is left",
  async (act) => {
    const bo = await addPerson(`${act}-bo`, "owner")
    const administration = createAdministration({
      store,
      fanOut: { publish() {}, listen: () => () => {}, isConnected: true, close: async () => {} },
      remover: { remove: () => Promise.reject(new Error("nobody here is connected")) },
      sessions: { clock, random },
    })
    const asking = (user: UserRow): Asker => ({
      user: { ...user, call: "request:1" },
      session: {
        ...newSession({ clock, random, lives: sessionLives }, user, {
          ...{ deviceName: "Test", hash: new Uint8Array(32), endsAt: clock.now().add({ minutes: 10 }) },
        }),
        secondFactorAt: clock.now(),
      },
    })
    const on = (by: UserRow, { userId }: UserRow) => {
      if (act === "demote") return administration.edit(asking(by), userId, { role: "user" })
      return act === "suspend" ? administration.suspend(asking(by), userId) : administration.remove(asking(by), userId)
    }
    const [by, whom] = [await find(ada), bo]
    if (by === null) throw new Error("Ada is left by each of these")
    const outcomes = await Promise.all(
      [on(by, whom), on(whom, by)].map((work) =>
        work.then(
          () => "done",
          (error: unknown) => (isProblem(error) ? error.code : String(error)),
        ),
      ),
    )
    expect(outcomes.filter((one) => one === "done")).toHaveLength(1)
    expect(await owners()).toHaveLength(1)
    // The next round begins with Ada as the only owner again.
    await inAccount(async (tables) => {
      if ((await tables.findUser(ada.userId)) === null) await tables.insertUser(ada)
      await tables.persons.updateUser(ada.userId, { role: "owner", suspendedAt: null })
      await tables.persons.deleteUser(bo.userId)
    })
  },
)
