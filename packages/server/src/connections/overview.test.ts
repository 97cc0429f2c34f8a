import { parseConnectionId, parseCredentialId, parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { connectedWorld } from "../testing/connected-world.ts"

import { callerOf } from "../testing/rows.ts"
import { silentMetrics } from "../testing/silent-metrics.ts"
import { createForecast } from "./forecast.ts"

import { createOverview, idleLivesOf } from "./overview.ts"
import { createTenantLife } from "./tenant-life.ts"

const wish = { actor: { kind: "service", part: "pass" }, reason: "pass", call: "job:pass:1" } as const

/** One connected person, `others` more of the same tenant, and what an administrator sees; `asked` counts refreshes. */
async function world({ others = 0, refuses = false }: { readonly others?: number; readonly refuses?: boolean } = {}) {
  const state = { asked: 0, problem: refuses ? tenantGone() : null }
  const dress = (provider: CalendarProvider): CalendarProvider => {
    const { signIn } = provider
    if (signIn.kind !== "oauth") throw new Error("the memory provider signs in with OAuth")
    const refresh: typeof signIn.refresh = (token, permission) => {
      state.asked += 1
      return state.problem === null ? signIn.refresh(token, permission) : Promise.reject(state.problem)
    }
    return { ...provider, signIn: { ...signIn, refresh } }
  }
  const base = await connectedWorld({ dress })
  await base.connect()
  const { connection, credential } = await base.see()
  if (connection === null || credential === null) throw new Error("it was connected")
  const ids = Array.from({ length: others }, () => parseConnectionId(base.random.uuid()))
  await base.base.inAccount(base.accountId, async (tables) => {
    for (const [index, connectionId] of ids.entries()) {
      const userId = parseUserId(base.random.uuid())
      await tables.insertUser({ ...base.rows.user, userId, email: `person${index}@example.org` })
      await tables.insertConnection({ ...connection, connectionId, userId, state: "healthy" })
      const credentialId = parseCredentialId(base.random.uuid())
      const place = { connectionId, kind: "refresh-token" } as const
      const sealedSecret = await base.vault.sealSecret(tables, place, "memory-refresh-2")
      await tables.upsertCredential({
        ...credential,
        connectionId,
        credentialId,
        sealedSecret,
        sealedAccessToken: null,
      })
    }
  })
  const { store, clock, hints, broker, notices } = base
  const log = { info() {}, warn: (message: string) => void notices.push(message), error() {} }
  const fanOut = { publish: (_: unknown, hint: (typeof hints)[number]) => void hints.push(hint) }
  const tenantLife = createTenantLife({
    ...{ store, clock, metrics: silentMetrics, log },
    fanOut: { ...fanOut, listen: () => () => {}, isConnected: true, close: async () => {} },
  })
  const providers = new Map([[base.provider.name, base.provider]])
  const addresses = { labelOf: (name: string) => name, stalenessBoundSeconds: () => 900 }
  const overview = createOverview({ store, providers, broker, tenantLife, addresses, clock })
  const forecast = createForecast({
    ...{ store, idle: idleLivesOf(providers), labelOf: (name) => name, clock },
    serviceSecrets: [{ provider: "memory", endsAt: clock.now().add({ hours: 24 * 29 }) }],
  })
  hints.length = 0
  const { user } = base.asker
  const tenant = { provider: base.provider.name, tenantId: connection.tenantId ?? "" }
  return { ...base, connection, state, overview, forecast, user, tenant }
}

const tenantGone = () =>
  new Problem("forbidden", "The application is gone.", { code: "app-removed", isTenantWide: true })

describe("a tenant that removes us", () => {
  test("is asked once: one notice for all of its connections, and one entry of the log for itself", async () => {
    const { broker, clock, accountId, connection, state, forecast, user, hints, notices, see, tenant } = await world({
      others: 200,
      refuses: true,
    })
    await clock.advance(3_600_000)
    const access = broker.freshAccess(accountId, connection.connectionId, wish)
    await expect(access).rejects.toMatchObject({ code: "app-removed" })
    expect(state.asked).toBe(1)
    const { toDo, isWell, counts } = await forecast.summary(user)
    expect(isWell).toBe(false)
    expect(toDo.filter(({ kind }) => kind === "tenant-shut")).toMatchObject([
      { ...tenant, count: 201, code: "app-removed" },
    ])
    expect(counts).toMatchObject([{ state: "disabled", count: 201 }])
    expect(notices).toHaveLength(1)
    expect(hints.filter((hint) => hint.kind === "connection-changed")).toHaveLength(201)
    const { audit } = await see()
    expect(audit.filter(({ action }) => action === "tenant-state-changed")).toHaveLength(1)
    expect(audit.filter(({ action }) => action === "connection-state-changed")).toHaveLength(201)
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
  })

  test("and lets us in again has all of its connections opened by one action", async () => {
    const { broker, clock, accountId, connection, state, overview, forecast, user, tenant } = await world({
      others: 20,
      refuses: true,
    })
    await clock.advance(3_600_000)
    await broker.freshAccess(accountId, connection.connectionId, wish).catch(() => {})
    state.problem = null
    expect(await overview.reopen(callerOf(user), tenant)).toEqual({ reopened: 21 })
    expect(state.asked).toBe(2)
    const { counts, toDo } = await forecast.summary(user)
    expect(counts).toMatchObject([{ state: "connecting", count: 21 }])
    expect(toDo.some(({ kind }) => kind === "tenant-shut")).toBe(false)
    await expect(overview.reopen(callerOf(user), tenant)).rejects.toMatchObject({ code: "tenant-not-shut" })
  })

  test("and still refuses is asked once more, and all stay as they were", async () => {
    const { broker, clock, accountId, connection, state, overview, forecast, user, tenant } = await world({
      others: 20,
      refuses: true,
    })
    await clock.advance(3_600_000)
    await broker.freshAccess(accountId, connection.connectionId, wish).catch(() => {})
    await expect(overview.reopen(callerOf(user), tenant)).rejects.toMatchObject({ code: "tenant-still-shut" })
    expect(state.asked).toBe(2)
    expect((await forecast.summary(user)).counts).toMatchObject([{ state: "disabled", count: 21 }])
  })
})

describe("what administrators see", () => {
  test("a dead grant is on their page, and its person told, with the first failure", async () => {
    const { broker, clock, accountId, connection, state, forecast, overview, user, hints } = await world()
    state.problem = new Problem("auth-revoked", "The grant is dead.", { code: "reconnect" })
    await clock.advance(3_600_000)
    const failedAt = clock.now()
    await broker.freshAccess(accountId, connection.connectionId, wish).catch(() => {})
    expect(state.asked).toBe(1)
    expect(hints).toEqual([
      { kind: "connection-changed", connectionId: connection.connectionId, state: "needs-reauth" },
    ])
    const { toDo } = await forecast.summary(user)
    expect(toDo).toContainEqual({ kind: "reconnect", count: 1 })
    const { connections } = await overview.page(user, { state: "needs-reauth" })
    expect(connections).toMatchObject([{ state: "needs-reauth", problem: { at: failedAt.toString() } }])
  })

  test("whether a connection was looked at within its bound, or waits for a person", async () => {
    const { base, accountId, clock, overview, user, see, connection } = await world()
    const isWithin = async () => (await overview.page(user, {})).connections[0]?.isWithinBound
    expect(await isWithin()).toBeNull()
    const [calendar] = (await see()).calendars
    if (calendar === undefined) throw new Error("there is a calendar")
    await base.inAccount(accountId, (tables) => tables.updateCalendar(calendar.calendarId, { lastPassAt: clock.now() }))
    await clock.advance(900_000)
    expect(await isWithin()).toBe(true)
    await clock.advance(1_000)
    expect(await isWithin()).toBe(false)
    const detail = await overview.detail(user, connection.connectionId)
    expect(detail.timeline.map(({ action }) => action)).toEqual(["connection-made", "secret-sealed"])
    expect(detail.timeline[0]?.by).toBe(user.displayName)
    const unknown = parseConnectionId(user.userId)
    await expect(overview.detail(user, unknown)).rejects.toMatchObject({ code: "no-connection" })
  })

  test("the days of the month ahead without a hole, with what ends on each", async () => {
    const { forecast, user, base, accountId, connection, clock } = await world()
    await base.inAccount(accountId, async (tables) => {
      const credential = await tables.findCredential(connection.connectionId)
      if (credential === null) throw new Error("there is one")
      await tables.upsertCredential({ ...credential, refreshExpiresAt: clock.now().add({ hours: 48 }) })
    })
    const { days, secrets, people, peopleCount } = await forecast.forecast(user)
    expect(days).toHaveLength(31)
    expect(
      days.flatMap((day, index) => (day.grants + day.secrets > 0 ? [[index, day.grants, day.secrets]] : [])),
    ).toEqual([
      [2, 1, 0],
      [29, 0, 1],
    ])
    expect(secrets).toMatchObject([{ provider: "memory", tenantConnectionId: null }])
    expect(people).toMatchObject([{ kind: "grant", isOfDisuse: false, connectionId: connection.connectionId }])
    expect(peopleCount).toBe(1)
    const { toDo } = await forecast.summary(user)
    expect(toDo.map(({ kind }) => kind)).toEqual(["secret-ends", "grants-end"])
  })
})
