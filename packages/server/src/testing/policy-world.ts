import { type Role, roles } from "@kalends/domain/ability"
import {
  type GroupId,
  parseConnectionId,
  parseCredentialId,
  parseGroupId,
  parseProviderName,
  parseUserId,
} from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import { policyChangeInputSchema, policyPreviewInputSchema } from "@kalends/protocol/policy"
import { createFarewells } from "../connections/farewells.ts"
import { createManyRemover } from "../connections/remove-many.ts"
import { createRunRevocation } from "../connections/run-revocation.ts"
import { createOwnPolicy } from "../policy/own-policy.ts"
import { createPolicy } from "../policy/policy.ts"
import { createRunPolicyChange } from "../policy/run-change.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { connectedWorld } from "./connected-world.ts"
import { createMemoryStore } from "./memory-store.ts"
import { silentMetrics } from "./silent-metrics.ts"

export type PolicyPerson = {
  readonly name: string
  readonly permission: Permission | null
  readonly provider?: string
  readonly group?: GroupId
  readonly role?: Role
}

export const pilots: GroupId = parseGroupId("00000000-0000-4000-8000-0000000000a1")
export const graceSeconds = 30

/** An organisation whose people are connected as they are described, and what sets and enforces its policy. */
export async function policyWorld(
  people: readonly PolicyPerson[],
  dressStore: (store: Store) => Store = (same) => same,
  given: { readonly base?: Store; readonly seed?: number; readonly isKilled?: boolean } = {},
) {
  const memory = createMemoryStore()
  const { base = memory, seed = 1, isKilled = false } = given
  const connected = await connectedWorld({ base, dressStore, seed })
  const { accountId, clock, random, store, rows } = connected
  const inAccount = <Result>(work: (tables: AccountTables) => Promise<Result>) => base.inAccount(accountId, work)
  const users = new Map<string, UserRow>()
  await inAccount(async (tables) => {
    await tables.groups.putGroup({ accountId, groupId: pilots, name: "Pilots" })
    for (const person of people) users.set(person.name, await insertPerson(tables, connected, person))
  })
  const labels = [parseProviderName("memory"), parseProviderName("other")]
  const policy = createPolicy({
    ...{ store, world: { clock, random }, graceSeconds },
    providers: labels.map((provider) => ({ provider, label: provider })),
  })
  const farewells = createFarewells(clock)
  const tell = {
    ...connected,
    providers: new Map([[connected.provider.name, connected.provider]]),
    metrics: silentMetrics,
  }
  const runs = createRunRevocation({ ...connected, tell, farewells })
  // A node that is killed tells nobody of what it removed.
  const remover = createManyRemover({ ...connected, farewells, runs: isKilled ? { start: () => {} } : runs })
  const run = createRunPolicyChange({ store, remover, clock })
  const admin: UserRow = { ...rows.user, role: "owner" }
  return {
    ...{ base, store, clock, policy, run, runs, farewells, admin, accountId, inAccount, establish: connected },
    ownPolicy: createOwnPolicy({ store, labelOf: (provider) => provider }),
    userOf(name: string): UserRow {
      const user = users.get(name)
      if (user === undefined) throw new Error(`there is no ${name}`)
      return user
    },
    save: (input: Parameters<typeof policyChangeInputSchema.parse>[0]) =>
      policy.save(admin, policyChangeInputSchema.parse(input)),
    preview: (input: Parameters<typeof policyPreviewInputSchema.parse>[0]) =>
      policy.preview(admin, policyPreviewInputSchema.parse(input)),
    /** Runs every job of the policy that waits, as a worker does once each is due. */
    async work() {
      for (const { job } of memory.takeJobs())
        if (job.kind === "policy-change") await run.run(accountId, job.changeId, "job:policy-change:1")
      await runs.idle()
    },
    /** Who has a connection still. */
    connectedNow: () =>
      inAccount(async (tables) => {
        const names: string[] = []
        for (const [name, { userId }] of users)
          if ((await tables.findConnectionOfUser(userId)) !== null) names.push(name)
        return names
      }),
    audit: () => inAccount((tables) => tables.listAudit({ after: 0, limit: 1_000 })),
  }
}

async function insertPerson(
  tables: AccountTables,
  { rows, random, clock }: Awaited<ReturnType<typeof connectedWorld>>,
  { name, permission, provider = "memory", group, role = "user" }: PolicyPerson,
): Promise<UserRow> {
  const { accountId } = tables
  const userId = parseUserId(random.uuid())
  const email = `${name}@example.org`
  const user: UserRow = {
    ...rows.user,
    userId,
    email,
    displayName: name,
    role: roles.find((one) => one === role) ?? "user",
  }
  await tables.insertUser(user)
  if (group !== undefined) await tables.groups.setGroupOfUser(userId, group)
  if (permission === null) return user
  const connectionId = parseConnectionId(random.uuid())
  await tables.insertConnection({
    ...{ ...rows.connection, connectionId, userId, permission, createdAt: clock.now() },
    provider: parseProviderName(provider),
  })
  const credentialId = parseCredentialId(random.uuid())
  await tables.upsertCredential({ ...rows.credential, accountId, connectionId, credentialId })
  return user
}
