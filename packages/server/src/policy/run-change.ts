import type { AccountId, ConnectionId, PolicyChangeId } from "@kalends/domain/ids"
import { policyOfGroup } from "@kalends/domain/policy-effect"
import { isProblem } from "@kalends/domain/problem"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ManyRemover, RemovalOfMany } from "../ports/connection-removal.ts"
import type { PolicyChangeRow } from "../ports/policy-tables.ts"
import type { AccountTables, ConnectionRow, Store } from "../ports/store.ts"
import { atOdds, brokenOf, levelsInForce } from "./levels.ts"
import { reasonOf } from "./reasons.ts"

export type RunPolicyChangeDeps = {
  readonly store: Store
  readonly remover: ManyRemover
  readonly clock: Clock
}

/** Connections that one transaction removes: some 100 ms. */
const atOnce = 250
/** After this long the job ends and another goes on, so that a node can stop and others get their turn. */
const jobMs = 30_000
const restMs = 15_000

/**
 * Disconnects those whose connection is at odds with policy. Nothing says who is done but the connections themselves: what
 * is at odds is looked for anew, and each is removed with its count and its notice in one transaction that looks once more.
 * So whatever is killed anywhere, nobody is disconnected twice, and nobody else.
 */
export function createRunPolicyChange({ store, remover, clock }: RunPolicyChangeDeps) {
  /** The next connections at odds, and that somebody is at it; null where the change is not to be worked at (now). */
  const look = (accountId: AccountId, changeId: PolicyChangeId, after: ConnectionId | null) =>
    store.inAccount(accountId, async (tables) => {
      // Held, so that nobody is of another class between being counted and being looked for.
      await tables.lockAccount()
      const change = await tables.policyChanges.find(changeId)
      const now = clock.now()
      if (change === null || (change.state !== "waiting" && change.state !== "running")) return null
      if (Temporal.Instant.compare(now, change.runsAt) < 0) {
        await tables.addJobs([{ kind: "policy-change", accountId, changeId }], change.runsAt)
        return null
      }
      await tables.policyChanges.updateIf(changeId, ["waiting", "running"], { state: "running", touchedAt: now })
      const classes = atOdds(await levelsInForce(tables, now), await tables.policyChanges.countClasses(null))
      return { change, some: await tables.policyChanges.listConnections(classes, { after, limit: atOnce }) }
    })

  /** Why each of them is at odds; those that are not, any more, are left out. */
  async function causesOf(tables: AccountTables, connections: readonly ConnectionRow[]) {
    const levels = await levelsInForce(tables, clock.now())
    const groups = await tables.groups.findGroupsOf(connections.map(({ userId }) => userId))
    return connections.flatMap((connection) => {
      const groupId = groups.get(connection.userId) ?? null
      const [cause] = brokenOf(policyOfGroup(levels, groupId), { ...connection, groupId, role: "user" })
      return cause === undefined ? [] : [{ connection, cause }]
    })
  }

  /** The account is held meanwhile, as by whoever changes policy: what is said here holds. */
  async function decide(tables: AccountTables, { changeId }: PolicyChangeRow, connections: readonly ConnectionRow[]) {
    const found = await causesOf(tables, connections)
    const [{ accountId }, at] = [tables, clock.now()]
    await tables.policyChanges.putNotices(
      found.map(({ connection: { userId, provider }, cause }) => ({
        accountId,
        userId,
        changeId,
        provider,
        cause,
        at,
      })),
    )
    await tables.policyChanges.countDisconnected(changeId, found.length, at)
    return new Map(found.map(({ connection, cause }) => [connection.connectionId, reasonOf[cause]]))
  }

  /** False where some of them are to be tried again. */
  async function disconnect(removal: RemovalOfMany, change: PolicyChangeRow, ids: readonly ConnectionId[]) {
    try {
      const { busyCount } = await removal.remove(ids, (tables, connections) => decide(tables, change, connections))
      return busyCount === 0
    } catch (error) {
      if (isProblem(error)) return false
      throw error
    }
  }

  const end = (accountId: AccountId, changeId: PolicyChangeId) =>
    store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const now = clock.now()
      await tables.policyChanges.updateIf(changeId, ["running"], { state: "done", touchedAt: now, endedAt: now })
    })

  async function disconnectAll(accountId: AccountId, changeId: PolicyChangeId, removalFor: RemovalFor): Promise<void> {
    const startedAt = clock.now()
    let after: ConnectionId | null = null
    let isAll = true
    const goOn = (runAt: Temporal.Instant) =>
      store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "policy-change", accountId, changeId }], runAt))
    for (;;) {
      const found = await look(accountId, changeId, after)
      if (found === null) return
      const last = found.some.at(-1)
      if (last === undefined) return isAll ? end(accountId, changeId) : goOn(clock.now().add({ milliseconds: restMs }))
      const ids = found.some.map(({ connectionId }) => connectionId)
      if (!(await disconnect(removalFor(found.change), found.change, ids))) isAll = false
      after = last.connectionId
      if (startedAt.until(clock.now()).total("milliseconds") >= jobMs) return goOn(clock.now())
    }
  }

  return {
    /** The job: begins where the last one ended. Providers are told once all that it removes is removed. */
    async run(accountId: AccountId, changeId: PolicyChangeId, call: Call): Promise<void> {
      let removal: RemovalOfMany | null = null
      const removalFor = ({ createdBy }: PolicyChangeRow) => {
        removal ??= remover.begin({ accountId, decidedBy: createdBy, decision: changeId, call })
        return removal
      }
      const ended = () => removal?.end()
      await disconnectAll(accountId, changeId, removalFor).finally(ended)
    },
  }
}

type RemovalFor = (change: PolicyChangeRow) => RemovalOfMany

export type RunPolicyChange = ReturnType<typeof createRunPolicyChange>
