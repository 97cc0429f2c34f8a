import { type GroupId, parseGroupId, parsePasskeyId } from "@kalends/domain/ids"
import { isProblem, Problem } from "@kalends/domain/problem"
import { createRevocations } from "../connections/revocations.ts"
import { createAdministration, requirePerson } from "../people/administration.ts"
import { type Asker, openSession } from "../people/sessions.ts"
import type { AuditRow, Store } from "../ports/store.ts"
import { graceSeconds, pilots, policyWorld } from "./policy-world.ts"
import { callerOf } from "./rows.ts"
import { sessionLives } from "./session-lives.ts"

const proof = { deviceName: "Test", signedInBy: "password" } as const
const others: GroupId = parseGroupId("00000000-0000-4000-8000-0000000000a2")
const email = "ada@example.org"

export type LockWorld = Awaited<ReturnType<typeof lockWorld>>

/**
 * An organisation in which a lock is due that disconnects Ada, a pilot, who has a passkey and is signed in twice; and the owner has a calendar
 * of their own whose token has run out. The same for the same seed.
 */
export async function lockWorld(base: Store, seed: number) {
  const world = await policyWorld(
    [
      { name: "ada", permission: "read-write", group: pilots },
      { name: "bob", permission: "read" },
    ],
    undefined,
    { base, seed },
  )
  const { accountId, admin, clock, inAccount, store, farewells, runs, establish } = world
  const { random, connections, fanOut, broker, life } = establish
  const sessions = { clock, random, lives: sessionLives }
  const ada = world.userOf("ada")
  await inAccount(async (tables) => {
    await tables.groups.putGroup({ accountId, groupId: others, name: "Others" })
    await tables.persons.updateUser(admin.userId, { role: "owner" })
    await tables.signIn.insertPasskey({
      ...{ accountId, userId: ada.userId, passkeyId: parsePasskeyId(random.uuid()), name: "Laptop", transports: "" },
      ...{ credentialId: new Uint8Array([1]), publicKey: new Uint8Array([2]), counter: 0, isBackupEligible: false },
      ...{ isBackedUp: false, createdAt: clock.now(), usedAt: null },
    })
  })
  const signIn = () =>
    inAccount(async (tables) => {
      await tables.lockAccount()
      return openSession(sessions, tables, await requirePerson(tables, ada.userId), proof)
    })
  await signIn()
  await signIn()
  await establish.connect()
  const { changeId } = await world.save({
    edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value: "read", isLocked: true } }],
  })
  await clock.advance(graceSeconds * 1000)
  await clock.advance(3_600_000)
  const own = await inAccount((tables) => tables.findConnectionOfUser(admin.userId))
  const hers = await inAccount((tables) => tables.findConnectionOfUser(ada.userId))
  const [change] = await inAccount((tables) => tables.policyChanges.list(1))
  if (own === null || hers === null || change?.changeId !== changeId) throw new Error("all of it was made")
  const by: Asker = {
    user: callerOf(admin),
    session: { ...establish.asker.session, secondFactorAt: clock.now() },
  }
  return {
    ...{ ...world, ada, others, own, hers, change, by, broker, life, connections, signIn },
    administration: createAdministration({ store, fanOut, remover: connections.remover, sessions }),
    revocations: createRevocations({ store, farewells, runs, clock, random, labelOf: (name) => name }),
    /** What jobs do with what is left. */
    async finish(): Promise<void> {
      await clock.advance(graceSeconds * 1000)
      for (const { changeId } of await inAccount((tables) => tables.policyChanges.list(20)))
        await world.run.run(accountId, changeId, "job:policy-change:2")
      await runs.idle()
    },
    /** All that is to be the same after the same operations, in whatever store and order. */
    state: () =>
      inAccount(async (tables) => {
        const everybody = { after: null, limit: 50, search: null, group: null }
        const people = await tables.listUsers(everybody)
        const entries = await tables.listAudit({ after: 0, limit: 1_000 })
        return {
          people: await Promise.all(
            people.map(async ({ userId, role, suspendedAt, groupId, connectionState, ...user }) => ({
              ...{ email: user.email === admin.email ? "owner" : user.email, role, groupId, connectionState },
              isSuspended: suspendedAt !== null,
              permission: (await tables.findConnectionOfUser(userId))?.permission ?? null,
              sessions: (await tables.listSessions(userId, clock.now())).length,
              notice: (await tables.policyChanges.findNotice(userId))?.cause ?? null,
            })),
          ),
          counts: (await tables.groups.countPeople()).toSorted((a, b) =>
            (a.groupId ?? "") < (b.groupId ?? "") ? -1 : 1,
          ),
          withFactor: (await tables.listUsers({ ...everybody, hasFactor: true })).map(({ email }) => email),
          groups: (await tables.groups.listGroups()).map(({ name }) => name),
          account: await tables.policy.ofAccount(),
          changes: (await tables.policyChanges.list(20)).map(({ disconnected }) => disconnected).sort(),
          removed: entries.filter(({ action }) => action === "connection-removed").length,
          audit: [...new Set(entries.filter(isOfDeed).map(({ action, reason }) => `${action} ${reason}`))].sort(),
        }
      }),
  }
}

/** How often a secret is opened, and which of two that remove a connection did so, is not asked to be as in turn. */
const isOfDeed = ({ action }: AuditRow) => action !== "secret-opened" && action !== "connection-removed"

type Operation = (world: LockWorld) => Promise<unknown>

const word = { value: "off", isLocked: true }

/** What people, administrators and jobs do at the same moment: each takes locks of several kinds. */
export const operations: Readonly<Record<string, Operation>> = {
  "move to a group": ({ save, ada, others }) =>
    save({ edits: [], move: { groupId: others, userIds: [ada.userId] }, dissolves: null }),
  "dissolve the group": ({ save }) => save({ edits: [], move: null, dissolves: pilots }),
  "change policy": ({ save }) => save({ edits: [{ groupId: pilots, setting: "sync", was: null, word }] }),
  "disconnect whom policy is against": async ({ run, runs, accountId, change }) => {
    await run.run(accountId, change.changeId, "job:policy-change:1")
    await runs.idle()
  },
  "revoke the group": async ({ revocations, by, runs }) => {
    await revocations.create(by.user, { scope: { kind: "group", groupId: pilots }, confirmation: null })
    await runs.idle()
  },
  "remove the person": ({ administration, by, ada }) => administration.remove(by, ada.userId),
  "change the address": ({ administration, by, ada }) =>
    administration.edit(by, ada.userId, { email: `new-${email}`, role: "auditor" }),
  "sign out everywhere": ({ administration, by, ada }) => administration.signOut(by, ada.userId),
  "sign in": ({ signIn }) => signIn(),
  "lose the grant": ({ life, accountId, hers }) =>
    life.isTroubled(accountId, hers.connectionId, new Problem("auth-revoked", "It is dead.", { code: "dead" }), {
      ...{ isLasting: true, credentialVersion: 1 },
    }),
  "refresh a token": ({ broker, accountId, own }) =>
    broker.freshAccess(accountId, own.connectionId, {
      ...{ actor: { kind: "service", part: "test" }, reason: "client-request", call: "request:test" },
    }),
  "connect again": ({ establish }) => establish.connect(),
  "disconnect oneself": ({ connections, by, own }) => connections.remove(by.user, own.connectionId),
}

/** What came of it. Anything else than a refusal is thrown. */
export async function outcomeOf(work: Promise<unknown>): Promise<"done" | "refused"> {
  try {
    await work
    return "done"
  } catch (error) {
    if (isProblem(error)) return "refused"
    throw error
  }
}
