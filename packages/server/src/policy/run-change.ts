import type { AccountId, ConnectionId, PolicyChangeId, UserId } from "@kalends/domain/ids"
import type { PolicySetting } from "@kalends/domain/policy"
import { policyOfGroup } from "@kalends/domain/policy-effect"
import { isProblem } from "@kalends/domain/problem"
import type { Call } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionRemover } from "../ports/connection-removal.ts"
import type { PolicyChangeRow } from "../ports/policy-tables.ts"
import type { AccountTables, ConnectionRow, Store } from "../ports/store.ts"
import { atOdds, brokenOf, levelsInForce } from "./levels.ts"
import { reasonOf } from "./reasons.ts"

export type RunPolicyChangeDeps = {
  readonly store: Store
  readonly remover: ConnectionRemover
  readonly clock: Clock
}

const atOnce = 8
const perLook = 64
/** After this long the job ends and another goes on, so that a node can stop and others get their turn. */
const jobMs = 30_000
const restMs = 15_000

type Worked = PolicyChangeRow & { readonly call: Call }
type Concerned = { readonly connectionId: ConnectionId; readonly userId: UserId }

/** Policy came to agree with the connection while it was being removed. */
class NotAtOdds extends Error {}

/**
 * Disconnects those whose connection is at odds with policy. Nothing says who is done but the connections themselves: what
 * is at odds is looked for anew, and each is removed with its count and its notice in one transaction that looks once more.
 * So whatever is killed anywhere, nobody is disconnected twice, and nobody else.
 */
export function createRunPolicyChange({ store, remover, clock }: RunPolicyChangeDeps) {
  /** The next connections at odds, and that somebody is at it; null where the change is not to be worked at (now). */
  const look = (accountId: AccountId, changeId: PolicyChangeId, after: ConnectionId | null) =>
    store.inAccount(accountId, async (tables) => {
      const change = await tables.policyChanges.find(changeId)
      const now = clock.now()
      if (change === null || (change.state !== "waiting" && change.state !== "running")) return null
      if (Temporal.Instant.compare(now, change.runsAt) < 0) {
        await tables.addJobs([{ kind: "policy-change", accountId, changeId }], change.runsAt)
        return null
      }
      await tables.policyChanges.updateIf(changeId, ["waiting", "running"], { state: "running", touchedAt: now })
      const classes = atOdds(await levelsInForce(tables, now), await tables.policyChanges.countClasses(null))
      const some = await tables.policyChanges.listConnections(classes, { after, limit: perLook })
      return { change, some }
    })

  async function causeOf(tables: AccountTables, { userId, ...facts }: ConnectionRow): Promise<PolicySetting | null> {
    const groupId = await tables.groups.findGroupOfUser(userId)
    const policy = policyOfGroup(await levelsInForce(tables, clock.now()), groupId)
    return brokenOf(policy, { ...facts, groupId, role: "user" })[0] ?? null
  }

  /** False where it is to be tried again. */
  async function disconnect(change: Worked, { connectionId, userId }: Concerned): Promise<boolean> {
    const { accountId, changeId, createdBy, call } = change
    try {
      await remover.remove({
        ...{ accountId, userId, connectionId, call },
        actor: { kind: "user", userId: createdBy },
        async reason(tables, connection) {
          const cause = await causeOf(tables, connection)
          return cause === null ? null : reasonOf[cause]
        },
        async alongside(tables, connection) {
          // The account is held by now, as by whoever changes policy: what is said here holds.
          const cause = await causeOf(tables, connection)
          if (cause === null) throw new NotAtOdds()
          const at = clock.now()
          await tables.policyChanges.putNotice({
            ...{ accountId, userId, changeId, provider: connection.provider, cause, at },
          })
          await tables.policyChanges.countDisconnected(changeId, at)
        },
      })
      return true
    } catch (error) {
      if (error instanceof NotAtOdds) return true
      if (isProblem(error)) return false
      throw error
    }
  }

  async function disconnectAll(change: Worked, some: readonly Concerned[]): Promise<boolean> {
    const waiting = [...some]
    let isAll = true
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
          if (!(await disconnect(change, next))) isAll = false
      }),
    )
    return isAll
  }

  const end = (accountId: AccountId, changeId: PolicyChangeId) =>
    store.inAccount(accountId, async (tables) => {
      await tables.lockAccount()
      const now = clock.now()
      await tables.policyChanges.updateIf(changeId, ["running"], { state: "done", touchedAt: now, endedAt: now })
    })

  return {
    /** The job: begins where the last one ended. */
    async run(accountId: AccountId, changeId: PolicyChangeId, call: Call): Promise<void> {
      const startedAt = clock.now()
      let after: ConnectionId | null = null
      let isAll = true
      const goOn = (runAt: Temporal.Instant) =>
        store.inAccount(accountId, (tables) => tables.addJobs([{ kind: "policy-change", accountId, changeId }], runAt))
      for (;;) {
        const found = await look(accountId, changeId, after)
        if (found === null) return
        const last = found.some.at(-1)
        if (last === undefined) {
          if (isAll) await end(accountId, changeId)
          else await goOn(clock.now().add({ milliseconds: restMs }))
          return
        }
        if (!(await disconnectAll({ ...found.change, call }, found.some))) isAll = false
        after = last.connectionId
        if (startedAt.until(clock.now()).total("milliseconds") >= jobMs) return goOn(clock.now())
      }
    },
  }
}

export type RunPolicyChange = ReturnType<typeof createRunPolicyChange>
