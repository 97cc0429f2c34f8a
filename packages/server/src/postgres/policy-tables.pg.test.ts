import { parseGroupId, parseUserId } from "@kalends/domain/ids"
import { type PolicyValues, type PolicyWord, policySettings, policyValues } from "@kalends/domain/policy"
import { beforeAll, describe, expect, test } from "vitest"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
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
