import { parsePasskeyId, parseUserId } from "@kalends/domain/ids"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { PasskeyRow } from "../ports/sign-in-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createDatabase, createPool } from "./database.ts"
import { createStore } from "./store.ts"

const { account, user } = sampleRows(1)
const at = Temporal.Instant.from("2026-11-29T12:00:00Z")
const passkey: PasskeyRow = {
  ...{ accountId: account.accountId, userId: user.userId, name: "Laptop", transports: "internal hybrid" },
  passkeyId: parsePasskeyId("0198f7a0-0000-7000-8000-0000000000aa"),
  credentialId: new Uint8Array([1, 2, 3]),
  publicKey: new Uint8Array([4, 5, 6]),
  ...{ counter: 0, isBackupEligible: true, isBackedUp: false, createdAt: at, usedAt: null },
}
const { passkeyId } = passkey

let base: TestDatabase
let database: ReturnType<typeof createDatabase>
let store: Store
beforeAll(async () => {
  base = await cloneDatabase()
  database = createDatabase(createPool(base.url, 8))
  store = createStore(database)
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(account.accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.signIn.insertPasskey(passkey)
  })
})
afterAll(async () => {
  await database.destroy()
  await base.drop()
})

const use = (counter: number) =>
  store.inAccount(account.accountId, ({ signIn }) =>
    signIn.usePasskey(passkeyId, { counter, isBackedUp: true, usedAt: at }),
  )

test("a passkey is found by its credential alone, as it was put", async () => {
  const found = await store.asSystem((tables) => tables.findPasskey(passkey.credentialId))
  const plain = found && {
    ...found,
    credentialId: [...found.credentialId],
    publicKey: [...found.publicKey],
    createdAt: found.createdAt.toString(),
  }
  expect(plain).toEqual({ ...passkey, credentialId: [1, 2, 3], publicKey: [4, 5, 6], createdAt: at.toString() })
  expect(await store.asSystem((tables) => tables.findPasskey(new Uint8Array([9])))).toBeNull()
})

test("a counter stays at 0 or goes on, and of two who say the same, one is believed", async () => {
  expect([await use(0), await use(0), await use(5)]).toEqual([true, true, true])
  expect([await use(5), await use(4), await use(0)]).toEqual([false, false, false])
  expect((await Promise.all([use(6), use(6)])).sort()).toEqual([false, true])
})

test("a challenge is spent once, of two at once by one of them", async () => {
  const spend = () =>
    store.inAccount(account.accountId, ({ signIn }) => signIn.spendChallenge(new Uint8Array(32).fill(1), at))
  expect((await Promise.all([spend(), spend()])).sort()).toEqual([false, true])
  expect(await store.asSystem((tables) => tables.deleteSpentChallenges(at))).toBe(1)
})

test("who has neither a passkey nor a confirmed authenticator app is counted, and the first are named", async () => {
  const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) =>
    store.inAccount(account.accountId, work)
  const others = ["b@example.org", "a@example.org", "c@example.org"].map((email, index) => ({
    ...{ ...user, email, role: "user" as const },
    userId: parseUserId(`0198f7a0-0000-7000-8000-0000000000c${index}`),
  }))
  const [b, a, c] = others
  if (a === undefined || b === undefined || c === undefined) throw new Error("there are three")
  const of = () => inAccount(({ signIn }) => signIn.peopleWithoutFactor(2))
  await inAccount(async (tables) => {
    for (const other of others) await tables.insertUser(other)
  })
  const all = await of()
  const seed = { accountId: account.accountId, sealedSecret: new Uint8Array(1), lastStep: 0, createdAt: at }
  await inAccount(({ signIn }) => signIn.putTotp({ ...seed, userId: a.userId, confirmedAt: at }))
  await inAccount(({ signIn }) => signIn.putTotp({ ...seed, userId: b.userId, confirmedAt: null }))
  const without = await of()
  await inAccount(({ persons }) => persons.updateUser(c.userId, { suspendedAt: at }))
  expect(await of()).toMatchObject({ count: 1, some: [{ email: "b@example.org" }] })
  await inAccount(async ({ persons }) => {
    for (const { userId } of others) await persons.deleteUser(userId)
  })
  expect(all).toMatchObject({ count: 3, some: [{ email: "a@example.org" }, { email: "b@example.org" }] })
  expect(without).toMatchObject({ count: 2, some: [{ email: "b@example.org" }, { email: "c@example.org" }] })
})

test("a passkey is renamed, and registered once", async () => {
  const again = store.inAccount(account.accountId, ({ signIn }) =>
    signIn.insertPasskey({ ...passkey, passkeyId: parsePasskeyId("0198f7a0-0000-7000-8000-0000000000bb") }),
  )
  await expect(again).rejects.toMatchObject({ kind: "conflict", code: "passkey-known" })
  const names = await store.inAccount(account.accountId, async ({ signIn }) => {
    await signIn.renamePasskey(passkeyId, "Old laptop")
    return (await signIn.listPasskeys(user.userId)).map(({ name }) => name)
  })
  expect(names).toEqual(["Old laptop"])
})
