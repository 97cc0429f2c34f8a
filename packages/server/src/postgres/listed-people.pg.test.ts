import {
  type AccountId,
  type GroupId,
  parseConnectionId,
  parseGroupId,
  parsePasskeyId,
  parseProviderName,
  parseUserId,
} from "@kalends/domain/ids"
import fc from "fast-check"
import { sql } from "kysely"
import { expect, test } from "vitest"
import type { PasskeyRow, TotpRow } from "../ports/sign-in-tables.ts"
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

type Rows = ReturnType<typeof sampleRows>

const personOf = ({ user }: Rows, number: number): UserRow => ({
  ...{ ...user, userId: userId(number), email: `p${number}@example.org`, displayName: `P ${number}` },
})

const appOf = ({ account }: Rows, who: number, isConfirmed: boolean): TotpRow => ({
  ...{ accountId: account.accountId, userId: userId(who), sealedSecret: new Uint8Array(1), lastStep: 0 },
  ...{ createdAt: account.createdAt, confirmedAt: isConfirmed ? account.createdAt : null },
})

const passkeyOf = ({ account }: Rows, who: number, which: number): PasskeyRow => ({
  ...{ accountId: account.accountId, userId: userId(who), name: "Laptop", transports: "internal" },
  passkeyId: parsePasskeyId(`00000000-0000-4000-8000-0000000000f${who * 2 + which}`),
  ...{ credentialId: new Uint8Array([who, which]), publicKey: new Uint8Array([1]), counter: 0, usedAt: null },
  ...{ isBackupEligible: true, isBackedUp: false, createdAt: account.createdAt },
})

/** Whatever can change what is listed of a person. */
function acts(rows: Rows): fc.Arbitrary<Act> {
  const { account, connection } = rows
  const person = fc.nat(people - 1)
  const word = fc.nat(1)
  const at = connection.createdAt
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
    act("add", (tables, who) => tables.insertUser(personOf(rows, who))),
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
    act("app", ({ signIn }, who, what) => signIn.putTotp(appOf(rows, who, what === 1))),
    act("confirm app", ({ signIn }, who) => signIn.confirmTotp(userId(who), at)),
    act("no app", ({ signIn }, who) => signIn.deleteTotp(userId(who))),
    act("passkey", ({ signIn }, who, what) => signIn.insertPasskey(passkeyOf(rows, who, what))),
    act("no passkey", ({ signIn }, who, what) => signIn.deletePasskey(passkeyOf(rows, who, what).passkeyId)),
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
        for (let number = 0; number < people; number++) await tables.insertUser(personOf(rows, number))
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

test("a person is listed with a second factor for as long as they have one, however it came and went", async () => {
  const store = createStore(database())
  const rows = sampleRows(++seed)
  const { accountId, createdAt } = rows.account
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await store.inAccount(accountId, (tables) => tables.insertUser(personOf(rows, 0)))
  const who = userId(0)
  type SignIn = AccountTables["signIn"]
  const steps: readonly (readonly [isListed: boolean, (signIn: SignIn) => Promise<unknown>])[] = [
    [false, (signIn) => signIn.putTotp(appOf(rows, 0, false))],
    [true, (signIn) => signIn.confirmTotp(who, createdAt)],
    [true, (signIn) => signIn.takeTotpStep(who, 1)],
    [false, (signIn) => signIn.putTotp(appOf(rows, 0, false))],
    [true, (signIn) => signIn.putTotp(appOf(rows, 0, true))],
    [false, (signIn) => signIn.deleteTotp(who)],
    [true, (signIn) => signIn.putTotp(appOf(rows, 0, true))],
    [true, (signIn) => signIn.insertPasskey(passkeyOf(rows, 0, 0))],
    [true, (signIn) => signIn.deleteTotp(who)],
    [true, (signIn) => signIn.insertPasskey(passkeyOf(rows, 0, 1))],
    [true, (signIn) => signIn.deletePasskey(passkeyOf(rows, 0, 0).passkeyId)],
    [false, (signIn) => signIn.deletePasskey(passkeyOf(rows, 0, 1).passkeyId)],
  ]
  const everybody = { after: null, limit: 10, search: null, group: null }
  const listed: boolean[] = []
  for (const [, work] of steps) {
    await store.inAccount(accountId, ({ signIn }) => work(signIn))
    const found = await store.inAccount(accountId, (tables) => tables.listUsers({ ...everybody, hasFactor: true }))
    listed.push(found.length > 0)
    expect(await differences(accountId)).toEqual([])
  }
  expect(listed).toEqual(steps.map(([isListed]) => isListed))
})

/** People whose kept row is not as their other rows, and kept rows of nobody. */
async function differences(accountId: AccountId): Promise<readonly unknown[]> {
  return inScope(database(), accountId, async (tx) => {
    const fresh = sql`select u.user_id, u.email, u.kind, u.role, m.group_id, c.provider, c.permission, c.contacts_permission,
          u.search_text, (u.account_id, u.user_id) in (
            select account_id, user_id from totp where confirmed_at is not null
            union select account_id, user_id from passkey) as has_factor
        from app_user as u left join group_member as m using (account_id, user_id)
          left join connection as c using (account_id, user_id)`
    const kept = sql`select user_id, email, kind, role, group_id, provider, permission, contacts_permission, search_text, has_factor
      from listed_person`
    const { rows } = await sql`(${fresh} except ${kept}) union all (${kept} except ${fresh})`.execute(tx)
    return rows
  })
}
