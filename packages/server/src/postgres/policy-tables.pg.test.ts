import {
  parseConnectionId,
  parseGroupId,
  parsePolicyChangeId,
  parseProviderName,
  parseUserId,
} from "@kalends/domain/ids"
import { type PolicyValues, type PolicyWord, policySettings, policyValues } from "@kalends/domain/policy"
import { beforeAll, describe, expect, test } from "vitest"
import { effectivePolicyOf, type PolicyChangeRow } from "../ports/policy-tables.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore } from "./store.ts"

const database = useDatabase()
const groupId = parseGroupId("00000000-0000-4000-8000-0000000000a1")
const stranger = parseUserId("00000000-0000-4000-8000-0000000000b1")
const rows = sampleRows(1)
const other = sampleRows(2)
const { accountId } = rows.account
const { userId } = rows.user

const open = <Value>(value: Value): { readonly value: Value; readonly isLocked: false } => ({ value, isLocked: false })

describe.each(["PostgreSQL", "memory"])("policy in %s", (kind) => {
  let store: Store
  const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, work)

  beforeAll(async () => {
    store = kind === "memory" ? createMemoryStore() : createStore(database())
    for (const { account, user } of [rows, other]) {
      await store.asSystem((tables) => tables.insertAccount(account))
      await store.inAccount(account.accountId, (tables) => tables.insertUser(user))
    }
    await inAccount(async ({ groups }) => {
      await groups.putGroup({ accountId, groupId, name: "Pilots" })
      await groups.setGroupOfUser(userId, groupId)
    })
  })

  test("is what nobody said otherwise of, until somebody does", async () => {
    const policy = await inAccount((tables) => effectivePolicyOf(tables, userId))
    expect(policySettings.map((setting) => policy[setting].from)).toEqual(policySettings.map(() => "default"))
    expect(await inAccount(({ policy }) => policy.ofGroups())).toEqual(new Map())
  })

  test("is kept of every setting and value, at both levels, and taken back", async () => {
    const all: { [Setting in keyof PolicyValues]: readonly PolicyValues[Setting][] } = {
      ...policyValues,
      providers: ["all", [], ["cloud", "garden"]],
    }
    for (const setting of policySettings)
      for (const value of all[setting])
        for (const group of [null, groupId]) {
          const word: PolicyWord = { value, isLocked: group === null }
          const level = await inAccount(async ({ policy }) => {
            await policy.say(group, setting, word)
            return group === null ? policy.ofAccount() : policy.ofGroup(group)
          })
          expect(level).toEqual({ [setting]: word })
          await inAccount(({ policy }) => policy.say(group, setting, null))
        }
    expect(await inAccount(({ policy }) => policy.ofAccount())).toEqual({})
  })

  test("reaches a person by the account, their group and their own choice", async () => {
    await inAccount(async ({ policy }) => {
      await policy.say(null, "sync", open("off"))
      await policy.say(groupId, "contactsPermission", open("read"))
      await policy.choose(userId, "contactsPermission", "none")
      await policy.choose(userId, "contactsPermission", "read-write")
      await policy.choose(userId, "sync", "on")
      await policy.choose(userId, "sync", null)
    })
    expect(await inAccount(({ policy }) => policy.ofUser(userId))).toEqual({
      account: { sync: open("off") },
      group: { contactsPermission: open("read") },
      choice: { contactsPermission: "read-write" },
    })
    expect(await inAccount((tables) => effectivePolicyOf(tables, userId))).toMatchObject({
      sync: { value: "off", from: "account" },
      contactsPermission: { value: "read-write", from: "user" },
    })
    expect(await inAccount(({ policy }) => policy.ofGroups())).toEqual(
      new Map([[groupId, { contactsPermission: open("read") }]]),
    )
  })

  test("says nothing to another organisation, nor to who is not there", async () => {
    const nothing = { group: {}, choice: {} }
    expect(await store.inAccount(other.account.accountId, ({ policy }) => policy.ofUser(userId))).toEqual({
      account: {},
      ...nothing,
    })
    expect(await inAccount(({ policy }) => policy.ofUser(stranger))).toMatchObject(nothing)
  })

  test("of a group ends with the group", async () => {
    await inAccount(async (tables) => {
      await tables.policy.say(groupId, "sync", open("off"))
      await tables.groups.deleteGroup(groupId)
    })
    expect(await inAccount(({ policy }) => policy.ofGroups())).toEqual(new Map())
    expect(await inAccount(({ policy }) => policy.ofUser(userId))).toMatchObject({ group: {} })
  })
})

describe.each(["PostgreSQL", "memory"])("changes of policy in %s", (kind) => {
  const third = sampleRows(3)
  const { accountId } = third.account
  let store: Store
  const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, work)
  const changeId = parsePolicyChangeId("00000000-0000-4000-8000-0000000000c1")
  const at = Temporal.Instant.from("2026-11-23T09:00:00Z")
  const row: PolicyChangeRow = {
    ...{ accountId, changeId, state: "waiting", createdBy: third.user.userId, concerned: 2, disconnected: 0 },
    ...{ createdAt: at, runsAt: at.add({ seconds: 30 }), touchedAt: at, endedAt: null },
    edits: [
      { groupId, setting: "providers", was: null, word: { value: ["cloud", "garden"], isLocked: true } },
      { groupId: null, setting: "sync", was: open("off"), word: null },
    ],
  }
  const members = [1, 2, 3, 4].map((number) => parseUserId(`00000000-0000-4000-8000-0000000000e${number}`))

  beforeAll(async () => {
    store = kind === "memory" ? createMemoryStore() : createStore(database())
    await store.asSystem((tables) => tables.insertAccount(third.account))
    await inAccount(async (tables) => {
      await tables.insertUser(third.user)
      await tables.groups.putGroup({ accountId, groupId, name: "Pilots" })
      for (const [index, userId] of members.entries()) {
        await tables.insertUser({ ...third.user, userId, email: `m${index}@example.org`, displayName: `M${index}` })
        if (index < 2) await tables.groups.setGroupOfUser(userId, groupId)
        if (index === 3) continue
        const connectionId = parseConnectionId(`00000000-0000-4000-8000-0000000000f${index}`)
        await tables.insertConnection({ ...third.connection, connectionId, userId })
      }
    })
  })

  test("come back as they were written, and change only while they are as they were", async () => {
    await inAccount(({ policyChanges }) => policyChanges.insert(row))
    expect(await inAccount(({ policyChanges }) => policyChanges.find(changeId))).toEqual(row)
    expect(await inAccount(({ policyChanges }) => policyChanges.listWaiting())).toEqual([row])
    const moved = await inAccount(async ({ policyChanges }) => [
      await policyChanges.updateIf(changeId, ["running"], { state: "done" }),
      await policyChanges.updateIf(changeId, ["waiting"], { state: "running" }),
    ])
    expect(moved).toEqual([false, true])
    await inAccount(({ policyChanges }) => policyChanges.countDisconnected(changeId, 3, at.add({ seconds: 31 })))
    const changed = { ...row, state: "running", disconnected: 3, touchedAt: at.add({ seconds: 31 }) }
    expect(await inAccount(({ policyChanges }) => policyChanges.list(5))).toEqual([changed])
    expect(await inAccount(({ policyChanges }) => policyChanges.listWaiting())).toEqual([])
  })

  test("whose worker is silent are taken once, and none before its time", async () => {
    const take = (now: Temporal.Instant) =>
      store.asSystem((tables) =>
        tables.takeStalledPolicyChanges({ untouchedSince: now.subtract({ seconds: 20 }), now, limit: 9 }),
      )
    expect(await take(at.add({ seconds: 29 }))).toEqual([])
    expect(await take(at.add({ seconds: 60 }))).toEqual([{ accountId, changeId }])
    expect(await take(at.add({ seconds: 61 }))).toEqual([])
  })

  test("count people by kind, and list them and their connections by pages", async () => {
    const classes = await inAccount(({ policyChanges }) => policyChanges.countClasses(null))
    const kinds = classes.map(({ groupId, provider, permission, count }) => [groupId, provider, permission, count])
    expect(kinds).toHaveLength(3)
    expect(kinds).toEqual(
      expect.arrayContaining([
        [groupId, "memory", "read", 2],
        [null, "memory", "read", 1],
        [null, null, null, 2],
      ]),
    )
    const named = await inAccount(({ policyChanges }) => policyChanges.countClasses(members.slice(3)))
    expect(named).toMatchObject([{ groupId: null, provider: null, count: 1 }])
    const connected = classes.filter(({ provider }) => provider !== null)
    const page = { userIds: null, after: null, limit: 2 }
    const first = await inAccount(({ policyChanges }) => policyChanges.listPeople(connected, page))
    const rest = await inAccount(({ policyChanges }) =>
      policyChanges.listPeople(connected, { ...page, after: "m1@example.org" }),
    )
    expect([...first, ...rest].map(({ email }) => email)).toEqual([0, 1, 2].map((index) => `m${index}@example.org`))
    const connections = await inAccount(({ policyChanges }) =>
      policyChanges.listConnections(connected, { after: null, limit: 2 }),
    )
    const [, second] = connections
    if (second === undefined) throw new Error("there are two")
    const later = await inAccount(({ policyChanges }) =>
      policyChanges.listConnections(connected, { after: second.connectionId, limit: 2 }),
    )
    expect([...connections, ...later].map(({ userId }) => userId)).toEqual(members.slice(0, 3))
    expect(await inAccount(({ policyChanges }) => policyChanges.listPeople([], page))).toEqual([])
  })

  test("tell a person why, once", async () => {
    const [userId] = members
    if (userId === undefined) throw new Error("there is one")
    const notice = {
      accountId,
      userId,
      changeId,
      provider: parseProviderName("memory"),
      cause: "providers",
      at,
    } as const
    await inAccount(({ policyChanges }) => policyChanges.putNotices([{ ...notice, cause: "sync" }]))
    await inAccount(({ policyChanges }) => policyChanges.putNotices([notice]))
    expect(await inAccount(({ policyChanges }) => policyChanges.findNotice(userId))).toEqual(notice)
    await inAccount(({ policyChanges }) => policyChanges.deleteNotice(userId))
    expect(await inAccount(({ policyChanges }) => policyChanges.findNotice(userId))).toBeNull()
  })
})
