import {
  type AccountId,
  type CalendarId,
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  parseGroupId,
  parseMeetingId,
  parseProviderCalendarId,
  parseProviderEventId,
  parseProviderName,
  parseUserId,
} from "@kalends/domain/ids"
import { createBroker } from "../broker/broker.ts"
import { createConnectionLife } from "../connections/life.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { Random } from "../ports/random.ts"
import type { Store, UserRow } from "../ports/store.ts"
import { createRollouts } from "../tenants/rollouts.ts"
import { createRunRollout } from "../tenants/run-rollout.ts"
import { createTenants } from "../tenants/tenants.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { type FakeClock, fakeClock } from "./fake-clock.ts"
import { createMemoryProvider } from "./memory-provider.ts"
import { createMemoryStore } from "./memory-store.ts"
import { createMemoryTenant } from "./memory-tenant.ts"
import { sampleRows } from "./rows.ts"
import { seededRandom } from "./seeded-random.ts"
import { silentMetrics } from "./silent-metrics.ts"
import { vaultWith } from "./vault-with.ts"

export type TenantWorldOptions = {
  readonly people?: number
  readonly seed?: number
  /** Puts something between the features and the store. */
  readonly dressStore?: (store: Store) => Store
}

const oldName = parseProviderName("memory")
const newName = parseProviderName("memory-new")

/**
 * An organisation with an administrator and people, some of whom are in a group; two calendar services, of which the new
 * one lets whole organisations in. In both, an event's UID is its id of before the move.
 */
export async function tenantWorld({
  people: count = 3,
  seed = 1,
  dressStore = (same) => same,
}: TenantWorldOptions = {}) {
  const clock = fakeClock()
  const random = seededRandom(seed + 700)
  const base = createMemoryStore()
  const store = dressStore(base)
  const { providers, tenant, lost, oldToken } = twoServices(clock)
  const hints: Hint[] = []
  const fanOut: FanOut = {
    publish: (_topic, hint) => void hints.push(hint),
    listen: () => () => {},
    isConnected: true,
    close: async () => {},
  }
  const metrics = silentMetrics
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const vault = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random }).vault
  const life = createConnectionLife({ store, clock, fanOut, metrics, log })
  const broker = createBroker({ store, vault, providers, life, clock, metrics })
  const deps = { store, vault, broker, providers, fanOut, world: { clock, random, labelOf: (name: string) => name } }
  const { accountId, administrator, groupId, people } = await organisation(base, random, { seed, count })

  /** Everybody is connected to the old service, each with so many meetings. */
  async function connectOld(meetings: number) {
    const made: [UserRow, CalendarId][] = []
    await base.inAccount(accountId, async (tables) => {
      for (const person of people) {
        const rows = sampleRows(seed)
        const connectionId = parseConnectionId(random.uuid())
        const calendarId = parseCalendarId(random.uuid())
        const sealedAccessToken = await vault.sealSecret(tables, { connectionId, kind: "access-token" }, oldToken())
        await tables.insertConnection({
          ...{ ...rows.connection, accountId, connectionId, userId: person.userId, provider: oldName },
          ...{ subjectEmail: person.email, permission: "read-write" },
        })
        await tables.upsertCredential({
          ...{ ...rows.credential, accountId, connectionId, credentialId: parseCredentialId(random.uuid()) },
          ...{ sealedAccessToken, accessExpiresAt: clock.now().add({ hours: 24 }) },
        })
        const cursor = { cursor: "old-cursor", isFirstListing: false }
        await tables.insertCalendar({ ...rows.calendar, accountId, connectionId, calendarId, ...cursor })
        made.push([person, calendarId])
      }
    })
    for (const [person, calendarId] of made)
      for (let index = 0; index < meetings; index++)
        await meetingOf(accountId, person, calendarId, `${person.email}-${index}`)
  }

  async function meetingOf(account: AccountId, person: UserRow, calendarId: CalendarId, event: string) {
    await base.inAccount(account, async (tables) => {
      const meetingId = parseMeetingId(random.uuid())
      await tables.meetings.insertMeeting({
        ...{
          accountId: account,
          meetingId,
          userId: person.userId,
          backend: "built-in",
          backendId: event,
          state: "live",
        },
        ...{ key: meetingId.replaceAll("-", ""), revision: 1, isRecurring: false, scheduledUntil: null },
        ...{
          lastStartedAt: null,
          templateId: null,
          givenUpAt: null,
          settlingUntil: null,
          createdAt: clock.now(),
          reviewAt: clock.now().add({ hours: 1 }),
        },
      })
      await tables.meetings.putLink({
        ...{ accountId: account, calendarId, eventId: parseProviderEventId(event), meetingId, role: "driver" },
        ...{ version: "1", agreedTopic: null, agreedSchedule: null, shownTopic: null, shownSchedule: null },
        ...{ endsAt: null, heldAt: null },
      })
    })
  }

  const connectTenant = (permission: "read" | "read-write" = "read-write") =>
    createTenants(deps).connect(administrator, {
      ...{ provider: newName, method: "client-secret", permission, given: { clientSecret: "open-all" } },
    })

  return {
    ...{
      accountId,
      administrator,
      base,
      clock,
      connectOld,
      connectTenant,
      deps,
      groupId,
      hints,
      lost,
      meetingOf,
      people,
    },
    ...{ tenant, store, newName, oldName },
    tenants: createTenants(deps),
    rollouts: createRollouts(deps),
    runner: createRunRollout(deps),
    /** What is stored of each person's connection, in the order of their addresses. */
    see: () =>
      base.inAccount(accountId, async (tables) => {
        const seen = []
        for (const { userId, email } of people) {
          const connection = await tables.findConnectionOfUser(userId)
          const calendars = connection === null ? [] : await tables.listCalendars(connection.connectionId)
          const links = (
            await Promise.all(calendars.map(({ calendarId }) => tables.meetings.listLinksOfCalendar(calendarId)))
          ).flat()
          const credential = connection === null ? null : await tables.findCredential(connection.connectionId)
          seen.push({ email, connection, calendars, links, credential })
        }
        return seen
      }),
  }
}

/** The old service, and the new one, which lets whole organisations in. */
function twoServices(clock: FakeClock) {
  const old = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const remote = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const tokenOf = (provider: typeof remote) => {
    const access = provider.access()
    return access.kind === "bearer" ? access.token : ""
  }
  const tenant = createMemoryTenant(clock, () => tokenOf(remote), { isTokenForAll: true })
  const lost = new Set<string>()
  const oldProvider: CalendarProvider = {
    ...old.provider,
    identities: {
      uidsOf: async ({ eventIds }) => new Map(eventIds.map((id) => [id, `uid-${id}`])),
      eventsOf: async () => new Map(),
    },
  }
  const newProvider: CalendarProvider = {
    ...{ ...remote.provider, name: newName, tenant: tenant.source },
    listCalendars: async () => [{ id: parseProviderCalendarId("new"), isPrimary: true, canWrite: true }],
    identities: {
      uidsOf: async () => new Map(),
      eventsOf: async ({ uids }) =>
        new Map(uids.filter((uid) => !lost.has(uid)).map((uid) => [uid, parseProviderEventId(`new-${uid}`)])),
    },
  }
  const providers = new Map([oldProvider, newProvider].map((one) => [one.name, one]))
  return { providers, tenant, lost, oldToken: () => tokenOf(old) }
}

type Size = { readonly seed: number; readonly count: number }

async function organisation(base: Store, random: Random, { seed, count }: Size) {
  const { account, user } = sampleRows(seed)
  const { accountId } = account
  const administrator: UserRow = { ...user, role: "owner" }
  const groupId = parseGroupId(random.uuid())
  const people = Array.from({ length: count }, (_, number) => ({
    ...{ ...user, userId: parseUserId(random.uuid()), email: `p${String(number).padStart(4, "0")}@example.org` },
  }))
  await base.asSystem((tables) => tables.insertAccount(account))
  await base.inAccount(accountId, async (tables) => {
    await tables.insertUser(administrator)
    await tables.groups.putGroup({ accountId, groupId, name: "All" })
    for (const person of people) {
      await tables.insertUser(person)
      await tables.groups.setGroupOfUser(person.userId, groupId)
    }
  })
  return { accountId, administrator, groupId, people }
}
