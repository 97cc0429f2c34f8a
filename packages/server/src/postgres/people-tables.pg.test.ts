import {
  type AccountId,
  type GroupId,
  parseGroupId,
  parsePasskeyId,
  parseUserId,
  type UserId,
} from "@kalends/domain/ids"
import { beforeAll, describe, expect, test } from "vitest"
import type { Store, UserPage } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore } from "./store.ts"

const database = useDatabase()

const group = (number: number): GroupId => parseGroupId(`00000000-0000-4000-8000-0000000000a${number}`)
const userId = (number: number): UserId => parseUserId(`00000000-0000-4000-8000-0000000000b${number}`)
const names = ["Ada Lovelace", "Grace Hopper", "100% Hanako", "Mary_Jane"]

const passkey = {
  ...{ userId: userId(2), name: "Laptop", transports: "internal", counter: 0, usedAt: null },
  passkeyId: parsePasskeyId("0198f7a0-0000-7000-8000-0000000000aa"),
  ...{ credentialId: new Uint8Array([1]), publicKey: new Uint8Array([2]), isBackupEligible: true, isBackedUp: false },
}

/**
 * Four people, the first connected: two among the pilots (a word of their own), one among the others (none). The first has an
 * authenticator app, the second has begun to set one up, the third has a passkey.
 */
async function fill(store: Store) {
  const { account, user, connection } = sampleRows(1)
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(account.accountId, async (tables) => {
    for (const [index, displayName] of names.entries())
      await tables.insertUser({ ...user, userId: userId(index), displayName, email: `p${index}@example.org` })
    await tables.insertConnection({ ...connection, userId: userId(0) })
    const app = { accountId: account.accountId, ...{ lastStep: 1, createdAt: account.createdAt } }
    const totp = { ...app, sealedSecret: new Uint8Array([1]) }
    await tables.signIn.putTotp({ ...totp, userId: userId(0), confirmedAt: account.createdAt })
    await tables.signIn.putTotp({ ...totp, userId: userId(1), confirmedAt: null })
    await tables.signIn.insertPasskey({ ...passkey, accountId: account.accountId, createdAt: account.createdAt })
    const row = { accountId: account.accountId }
    await tables.groups.putGroup({ ...row, groupId: group(1), name: "Pilots" })
    await tables.groups.putGroup({ ...row, groupId: group(2), name: "Others" })
    for (const [index, groupId] of [group(1), group(1), group(2)].entries())
      await tables.groups.setGroupOfUser(userId(index), groupId)
  })
  return account.accountId
}

describe.each(["PostgreSQL", "memory"])("people and their groups in %s", (kind) => {
  let store: Store
  let accountId: AccountId
  beforeAll(async () => {
    store = kind === "memory" ? createMemoryStore() : createStore(database())
    accountId = await fill(store)
  })

  test("are listed by page, by part of a name, by group, and by the state of their calendar", async () => {
    const listed = async (page: Partial<UserPage>) =>
      (
        await store.inAccount(accountId, (tables) =>
          tables.listUsers({ after: null, limit: 10, search: null, group: null, ...page }),
        )
      ).map(({ email }) => Number(email.slice(1, 2)))
    expect(await listed({})).toEqual([0, 1, 2, 3])
    expect(await listed({ after: "p0@example.org", limit: 2 })).toEqual([1, 2])
    expect(await listed({ search: "HOPPER" })).toEqual([1])
    expect(await listed({ search: "p3@" })).toEqual([3])
    // Wide letters, as a Japanese keyboard may write them.
    expect(await listed({ search: "ＨＯＰＰＥＲ" })).toEqual([1])
    // What means something to the database means nothing in a search.
    expect(await listed({ search: "%" })).toEqual([2])
    expect(await listed({ search: "y_j" })).toEqual([3])
    expect(await listed({ search: "\\" })).toEqual([])
    expect(await listed({ group: group(1) })).toEqual([0, 1])
    expect(await listed({ group: group(1), search: "ada" })).toEqual([0])
    expect(await listed({ state: "healthy" })).toEqual([0])
    expect(await listed({ state: "none" })).toEqual([1, 2, 3])
    expect(await listed({ state: "none", group: group(1), search: "hopper" })).toEqual([1])
    expect(await listed({ state: "needs-reauth" })).toEqual([])
    expect(await listed({ role: "user", limit: 1 })).toHaveLength(1)
    expect(await listed({ role: "auditor" })).toEqual([])
    expect(await listed({ hasFactor: true })).toEqual([0, 2])
    expect(await listed({ hasFactor: false })).toEqual([1, 3])
    expect(await listed({ hasFactor: false, state: "none", group: group(1), role: "user" })).toEqual([1])
    expect(await listed({ hasFactor: true, state: "none", search: "hanako" })).toEqual([2])
  })

  test("are counted, and each knows its group", async () => {
    const { counts, groups, first } = await store.inAccount(accountId, async (tables) => ({
      counts: await tables.groups.countPeople(),
      groups: await Promise.all([0, 3].map((number) => tables.groups.findGroupOfUser(userId(number)))),
      first: await tables.listUsers({ after: null, limit: 1, search: null, group: null }),
    }))
    expect(counts).toHaveLength(3)
    expect(counts).toContainEqual({ groupId: group(1), people: 2, connected: 1 })
    expect(counts).toContainEqual({ groupId: group(2), people: 1, connected: 0 })
    expect(counts).toContainEqual({ groupId: null, people: 1, connected: 0 })
    expect(groups).toEqual([group(1), null])
    expect(first).toMatchObject([{ groupId: group(1), connectionState: "healthy" }])
  })
})
