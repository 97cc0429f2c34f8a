import {
  type AccountId,
  type GroupId,
  parseConnectionId,
  parseGroupId,
  parseProviderName,
  parseUserId,
} from "@kalends/domain/ids"
import fc from "fast-check"
import { sql } from "kysely"
import { expect, test } from "vitest"
import type { AccountTables, UserRow } from "../ports/store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore, inScope } from "./store.ts"

const database = useDatabase(6)
let seed = 700

const people = 3
const groups = 2
const userId = (number: number) => parseUserId(`00000000-0000-4000-8000-0000000000c${number}`)
const connectionId = (number: number) => parseConnectionId(`00000000-0000-4000-8000-0000000000d${number}`)
const groupId = (number: number): GroupId => parseGroupId(`00000000-0000-4000-8000-0000000000e${number}`)

type Act = { readonly name: string; readonly do: (tables: AccountTables) => Promise<unknown> }

/** Whatever can change what is counted of a person. */
function acts({ account, user, connection }: ReturnType<typeof sampleRows>): fc.Arbitrary<Act> {
  const person = fc.nat(people - 1)
  const word = fc.nat(1)
  const at = connection.createdAt
  const made = (number: number): UserRow => ({
    ...{ ...user, userId: userId(number), email: `p${number}@example.org`, displayName: `P ${number}` },
  })
  const act = (name: string, work: (tables: AccountTables, who: number, what: number) => Promise<unknown>) =>
    fc.tuple(person, word).map(([who, what]) => ({
      name: `${name} ${who} ${what}`,
      // As everybody does who changes people (ports/lock-order.ts).
      async do(tables: AccountTables) {
        await tables.lockAccount()
        await work(tables, who, what)
      },
    }))
  return fc.oneof(
    act("add", (tables, who) => tables.insertUser(made(who))),
    act("remove", ({ persons }, who) => persons.deleteUser(userId(who))),
    act("role", ({ persons }, who, what) => persons.updateUser(userId(who), { role: what === 0 ? "auditor" : "user" })),
    act("name", ({ persons }, who, what) => persons.updateUser(userId(who), { displayName: `Name ${what}` })),
    act("group", ({ groups }, who, what) => groups.setGroupOfUser(userId(who), groupId(what))),
    act("no group", ({ groups }, who) => groups.setGroupOfUser(userId(who), null)),
    act("dissolve", async ({ groups }, _who, what) => {
      await groups.deleteGroup(groupId(what))
      await groups.putGroup({ accountId: account.accountId, groupId: groupId(what), name: `Group ${what}` })
    }),
    act("connect", async (tables, who, what) => {
      await tables.insertConnection({
        ...{ ...connection, userId: userId(who), connectionId: connectionId(who) },
        provider: parseProviderName(what === 0 ? "memory" : "other"),
      })
      const actor = { kind: "user", userId: userId(who) } as const
      await tables.appendAudit(
        { actor, action: "connection-removed", subjectId: connectionId(who), reason: "revoked" },
        at,
      )
    }),
    act("permission", (tables, who, what) =>
      tables.updateConnection(connectionId(who), { permission: what === 0 ? "read" : "read-write" }),
    ),
    act("disconnect", (tables, who) => tables.deleteConnection(connectionId(who))),
  )
}

test("what is listed of people is what their rows say, whatever changed in whatever order and at once", async () => {
  const store = createStore(database())
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (draw) => {
      const rows = sampleRows(++seed)
      const { accountId } = rows.account
      await store.asSystem((tables) => tables.insertAccount(rows.account))
      await store.inAccount(accountId, async (tables) => {
        for (let number = 0; number < groups; number++)
          await tables.groups.putGroup({ accountId, groupId: groupId(number), name: `Group ${number}` })
      })
      // Several transactions at once, again and again. What one refuses for its own reasons changes nothing.
      const rounds = fc.sample(fc.array(acts(rows), { minLength: 2, maxLength: 4 }), { seed: draw, numRuns: 12 })
      for (const round of rounds) {
        const ended = await Promise.allSettled(round.map((one) => store.inAccount(accountId, one.do)))
        expect(await differences(accountId)).toEqual([])
        const stuck = ended.filter((end) => end.status === "rejected" && String(end.reason).includes("deadlock"))
        expect(stuck).toEqual([])
      }
    }),
    { numRuns: 12 },
  )
})

test("a person is listed with what the last of two that changed them at once left, whichever waited", async () => {
  const store = createStore(database())
  const { account, user, connection } = sampleRows(++seed)
  const { accountId } = account
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.groups.putGroup({ accountId, groupId: groupId(0), name: "Pilots" })
  })
  // Each begins, and has changed its own row, before the other ends.
  const bothChanged = Promise.withResolvers<void>()
  let changed = 0
  const change = (work: (tables: AccountTables) => Promise<unknown>) =>
    store.inAccount(accountId, async (tables) => {
      await work(tables)
      if (++changed === 2) bothChanged.resolve()
      await bothChanged.promise
    })
  await Promise.all([
    change((tables) => tables.insertConnection(connection)),
    change((tables) => tables.groups.setGroupOfUser(user.userId, groupId(0))),
  ])
  const counts = await store.inAccount(accountId, (tables) => tables.groups.countPeople())
  expect(counts).toEqual([{ groupId: groupId(0), people: 1, connected: 1 }])
})

/** People whose kept row is not as their other rows, and kept rows of nobody. */
async function differences(accountId: AccountId): Promise<readonly unknown[]> {
  return inScope(database(), accountId, async (tx) => {
    const fresh = sql`select u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission,
          u.search_text
        from app_user as u left join group_member as m using (account_id, user_id)
          left join connection as c using (account_id, user_id)`
    const kept = sql`select user_id, email, kind, role, group_id, provider, permission, contacts_permission, search_text from listed_person`
    const { rows } = await sql`(${fresh} except ${kept}) union all (${kept} except ${fresh})`.execute(tx)
    return rows
  })
}
