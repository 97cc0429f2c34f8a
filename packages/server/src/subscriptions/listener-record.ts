import { statesForPerson } from "@kalends/domain/connection"
import type { CalendarId, ProviderCalendarId, ProviderName } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { HeldAccess } from "../ports/access-broker.ts"
import type { StreamSource } from "../ports/calendar-provider.ts"
import { stateAfter } from "../ports/connection-life.ts"
import type { Job } from "../ports/job-queue.ts"
import type { TakenListening } from "../ports/listening-tables.ts"
import { isSuspended } from "../ports/person-tables.ts"
import type { CalendarRow } from "../ports/store.ts"
import { passSpreadMs } from "./listen-pace.ts"
import type { ListenerDeps } from "./listener.ts"

/** What a listener is about, as stored when it opens. */
export type Subject = {
  readonly provider: ProviderName
  readonly source: StreamSource
  readonly calendarIds: ReadonlyMap<ProviderCalendarId, CalendarId>
}

type RecordDeps = Pick<ListenerDeps, "store" | "life" | "providerOf" | "world">

/** What is stored of one connection that this node listens for. */
export function createListenerRecord(
  { store, life, providerOf, world: { clock, random, log } }: RecordDeps,
  nodeId: string,
  { accountId, connectionId }: TakenListening,
) {
  let askedAt: Temporal.Instant | null = null

  /** Null when there is nothing to listen to, or not for this node. */
  function find(): Promise<Subject | null> {
    return store.inAccount(accountId, async (tables) => {
      const connection = await tables.findConnection(connectionId)
      const row = await tables.listening.find(connectionId)
      if (connection === null || row?.nodeId !== nodeId) return null
      askedAt = row.askedAt
      const source = providerOf(connection)?.listen ?? null
      if (source === null || statesForPerson.includes(connection.state)) return null
      if (await isSuspended(tables, connection.userId)) return null
      const calendarIds = new Map((await tables.listCalendars(connectionId)).map(namedByProvider))
      return calendarIds.size === 0 ? null : { provider: connection.provider, source, calendarIds }
    })
  }

  return {
    find,
    /** Stores that it listens, with a pass of each calendar for what changed before; false when the lease is another's. */
    listening: (): Promise<boolean> =>
      store.inAccount(accountId, async (tables) => {
        if (!(await tables.listening.mark(connectionId, nodeId, clock.now()))) return false
        await tables.addJobs((await tables.listCalendars(connectionId)).map(passOf))
        return true
      }),
    /**
     * Stores that it does not, with a pass of each calendar in a moment: from now on its timer looks as often as where
     * nobody tells. False while the database is away.
     */
    async silent(): Promise<boolean> {
      const soon = clock.now().add({ milliseconds: Math.round(random.fraction() * passSpreadMs) })
      try {
        await store.inAccount(accountId, async (tables) => {
          if (!(await tables.listening.mark(connectionId, nodeId, null))) return
          await tables.addJobs((await tables.listCalendars(connectionId)).map(passOf), soon)
        })
        return true
      } catch {
        return false
      }
    },
    /** Sees to it that nobody listens until it is asked for again. A row that stays is found at the next renewal. */
    async drop(): Promise<void> {
      const known = askedAt
      if (known === null) return
      await store
        .inAccount(accountId, (tables) => tables.listening.drop(connectionId, nodeId, known))
        .catch((error: unknown) =>
          log.warn("a connection is still marked as listened to", {
            error: error instanceof Error ? error.name : "unknown",
          }),
        )
    },
    /** Tells of trouble that only a person can mend; true when there is nothing to listen to any more. */
    async isHopeless(problem: Problem, access: HeldAccess | null): Promise<boolean> {
      const next = stateAfter(problem, true)
      const isForPerson = next !== null && statesForPerson.includes(next)
      if (!isForPerson && problem.kind !== "not-found") return false
      const met = { isLasting: true, credentialVersion: access?.credentialVersion ?? null }
      try {
        if (isForPerson) await life.isTroubled(accountId, connectionId, problem, met)
        return (await find()) === null
      } catch {
        // The database is away: it is met again, and told then.
        return false
      }
    },
    /** Whether it was asked for again since it was last looked up. */
    isAskedSince: (at: Temporal.Instant): boolean => askedAt !== null && Temporal.Instant.compare(at, askedAt) > 0,
  }
}

const passOf = ({ accountId, calendarId }: CalendarRow): Job => ({
  kind: "pass",
  accountId,
  calendarId,
  noticedAtMs: null,
})
const namedByProvider = ({ providerCalendarId, calendarId }: CalendarRow) => [providerCalendarId, calendarId] as const
