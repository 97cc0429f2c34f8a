import { parseCalendarId, parseProviderName, parseSessionId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { withPassword } from "../testing/fail-each-step.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryProvider } from "../testing/memory-provider.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { stateLifeMs } from "./connect-state.ts"
import { chooseCalendars } from "./establish.ts"

const elsewhere = parseProviderName("elsewhere")
const passwordInput = {
  provider: "memory",
  signIn: "password",
  permission: "read",
  server: "https://dav.example",
  username: "ada",
  password: "right",
} as const
const oauthInput = { provider: "memory", signIn: "oauth", permission: "read" } as const

function otherService() {
  const { provider } = createMemoryProvider({ clock: fakeClock(), cursorComes: "after-the-last" })
  return { ...provider, name: elsewhere }
}

describe("connecting", () => {
  test("by the provider's sign-in stores a sealed grant, its calendar and the first work", async () => {
    const { connect, see, base, vault, accountId, hints } = await connectedWorld()
    const view = await connect()
    expect(view).toMatchObject({ state: "connecting", permission: "read", subjectEmail: "person@memory.invalid" })
    const { credential, calendars, audit } = await see()
    if (credential === null) throw new Error("it was stored")
    expect(Buffer.from(credential.sealedSecret).includes("memory-refresh")).toBe(false)
    const opening = {
      connectionId: credential.connectionId,
      kind: "refresh-token",
      actor: { kind: "service", part: "test" },
      reason: "checkup",
      call: "job:test:1",
    } as const
    const opened = await base.inAccount(accountId, (tables) =>
      vault.openSecret(tables, opening, credential.sealedSecret),
    )
    expect(opened).toMatch(/^memory-refresh-/)
    expect(calendars).toHaveLength(1)
    expect(audit.map(({ action }) => action)).toEqual(["data-key-created", "secret-sealed", "connection-made"])
    expect(hints).toHaveLength(1)
  })

  test("sends the browser away with a challenge and a state, and without a verifier", async () => {
    const { connections, asker } = await connectedWorld()
    const begun = await connections.begin(asker, oauthInput)
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    expect(url.searchParams.get("code_challenge")).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(url.href).not.toContain("verifier")
  })

  test("an attempt is finished only by the session that began it, and only while it is young", async () => {
    const { connections, asker, remote, clock, see } = await connectedWorld()
    const begun = await connections.begin(asker, oauthInput)
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    const answer = { code: await remote.consent(url, "agree"), state: url.searchParams.get("state") ?? "" }
    const thief = { ...asker, session: { ...asker.session, sessionId: "another" as typeof asker.session.sessionId } }
    await expect(connections.finish(thief, answer)).rejects.toMatchObject({ code: "connect-expired" })
    await clock.advance(stateLifeMs + 1)
    await expect(connections.finish(asker, answer)).rejects.toMatchObject({ code: "connect-expired" })
    expect((await see()).connection).toBeNull()
  })

  test("stores nothing when the permission was withheld", async () => {
    const { connect, see } = await connectedWorld()
    await expect(connect("withhold")).rejects.toMatchObject({ code: "permission-withheld" })
    expect((await see()).connection).toBeNull()
  })

  test("stores nothing when the password is wrong", async () => {
    const { connections, asker, see } = await connectedWorld({ dress: withPassword })
    const wrong = connections.begin(asker, { ...passwordInput, password: "wrong" })
    await expect(wrong).rejects.toMatchObject({ code: "wrong-password" })
    expect((await see()).connection).toBeNull()
  })

  test("refuses the way of signing in that a service does not have, and a service that is not set up", async () => {
    const { connections, asker } = await connectedWorld()
    await expect(connections.begin(asker, passwordInput)).rejects.toMatchObject({ code: "wrong-sign-in-kind" })
    for (const provider of ["nobody", "../etc", ""])
      await expect(connections.begin(asker, { ...oauthInput, provider })).rejects.toMatchObject({
        code: "provider-not-configured",
      })
  })

  test("refuses a mailbox without a calendar", async () => {
    const { connect } = await connectedWorld({ dress: (provider) => ({ ...provider, listCalendars: async () => [] }) })
    await expect(connect()).rejects.toMatchObject({ code: "no-calendar" })
  })
})

describe("one calendar service at a time", () => {
  test("a second service is refused before the browser is sent away", async () => {
    const { connect, connections, asker } = await connectedWorld({ more: [otherService()] })
    await connect()
    await expect(connections.begin(asker, { ...oauthInput, provider: "elsewhere" })).rejects.toMatchObject({
      kind: "conflict",
      code: "one-at-a-time",
    })
  })

  test("and when one was connected while the browser was away", async () => {
    const { connect, connections, asker, remote, see } = await connectedWorld({ more: [otherService()] })
    const begun = await connections.begin(asker, { ...oauthInput, provider: "elsewhere" })
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    await connect()
    const answer = { code: await remote.consent(url, "agree"), state: url.searchParams.get("state") ?? "" }
    await expect(connections.finish(asker, answer)).rejects.toMatchObject({ code: "one-at-a-time" })
    expect((await see()).connection?.provider).toBe("memory")
  })

  test("of two first attempts at once one wins and the other is told", async () => {
    const { connect, see } = await connectedWorld()
    const outcomes = await Promise.allSettled([connect(), connect()])
    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(1)
    for (const outcome of outcomes)
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ code: "one-at-a-time" })
    expect((await see()).calendars).toHaveLength(1)
  })
})

describe("connecting again", () => {
  test("the same mailbox mends the connection in place and keeps its calendars", async () => {
    const { connect, see, base, accountId } = await connectedWorld()
    const first = await connect()
    const before = await see()
    const [calendar] = before.calendars
    if (calendar === undefined || before.connection === null) throw new Error("it was connected")
    const { connectionId } = before.connection
    await base.inAccount(accountId, async (tables) => {
      await tables.updateCalendar(calendar.calendarId, { cursor: "cursor-1", failureCount: 4 })
      await tables.updateConnection(connectionId, { state: "needs-reauth", problemKind: "auth-revoked" })
    })
    const view = await connect()
    const after = await see()
    expect(view).toMatchObject({ connectionId: first.connectionId, state: "connecting", problem: null })
    expect(after.calendars).toMatchObject([{ calendarId: calendar.calendarId, cursor: "cursor-1", failureCount: 0 }])
    expect(after.credential?.version).toBe((before.credential?.version ?? 0) + 1)
    expect(await verifyChain(after.audit)).toMatchObject({ isWhole: true })
  })

  test("another mailbox drops what was known of the old one's calendars", async () => {
    const { connect, see, base, accountId } = await connectedWorld()
    await connect()
    const before = await see()
    const connectionId = before.connection?.connectionId
    if (connectionId === undefined) throw new Error("it was connected")
    await base.inAccount(accountId, (tables) => tables.updateConnection(connectionId, { subjectId: "somebody-else" }))
    await connect()
    const after = await see()
    expect(after.connection).toMatchObject({ connectionId, subjectId: "memory-subject" })
    expect(after.calendars).toHaveLength(1)
    expect(after.calendars[0]?.calendarId).not.toBe(before.calendars[0]?.calendarId)
    expect(after.calendars[0]).toMatchObject({ cursor: null, isFirstListing: true })
  })
})

describe("handing over", () => {
  test("gives an app the access, and records to whom", async () => {
    const { connect, connections, asker, see } = await connectedWorld()
    const { connectionId } = await connect()
    const id = (await see()).connection?.connectionId ?? (connectionId as never)
    const answer = await connections.handOverAccess(callerOf(asker.user), id, {
      reach: "browser",
      sessionId: asker.session.sessionId,
    })
    expect(answer.access).toMatchObject({ kind: "bearer", apiBase: "https://memory.invalid" })
    expect(Object.keys(answer.access).sort()).toEqual(["apiBase", "expiresAt", "kind", "token"])
    expect((await see()).audit.at(-1)).toMatchObject({ action: "access-handed-over", reason: "browser" })
  })

  test.each(["oauth", "password"] as const)("gives a browser no secret that it cannot use (%s)", async (signIn) => {
    const world = await connectedWorld({
      dress: (provider) =>
        signIn === "password"
          ? withPassword(provider)
          : { ...provider, limits: { ...provider.limits, isReachableFromBrowser: false } },
    })
    if (signIn === "password") await world.connections.begin(world.asker, passwordInput)
    else await world.connect()
    const { connection } = await world.see()
    if (connection === null) throw new Error("it was connected")
    const hand = (reach: "browser" | "native") =>
      world.connections.handOverAccess(callerOf(world.asker.user), connection.connectionId, {
        reach,
        sessionId: world.asker.session.sessionId,
      })
    expect((await hand("browser")).access).toEqual({ kind: "read-through", apiBase: "https://memory.invalid" })
    expect((await hand("native")).access.kind).toBe(signIn === "password" ? "password" : "bearer")
  })

  test("another user's connection is answered like none", async () => {
    const { connect, connections, see } = await connectedWorld()
    await connect()
    const { connection } = await see()
    if (connection === null) throw new Error("it was connected")
    const stranger = { ...sampleRows(2).user, accountId: connection.accountId }
    const { connectionId } = connection
    const window = timeWindow(
      Temporal.Instant.from("2026-11-23T00:00:00Z"),
      Temporal.Instant.from("2026-11-24T00:00:00Z"),
    )
    const calendarId = parseCalendarId("9b2f7a3e-0c1d-4e5f-8a9b-0c1d2e3f4a5b")
    const through = { connectionId, calendarId, window, zone: "UTC", signal: AbortSignal.timeout(120_000) }
    for (const refused of [
      connections.handOverAccess(callerOf(stranger), connectionId, {
        reach: "native",
        sessionId: parseSessionId(connectionId),
      }),
      connections.readThrough(callerOf(stranger), through),
      connections.remove(callerOf(stranger), connectionId),
    ])
      await expect(refused).rejects.toMatchObject({ kind: "not-found", code: "no-connection" })
    expect((await see()).connection).not.toBeNull()
  })
})

test("the primary calendar is chosen, or all up to a bound where there is none", () => {
  const listed = Array.from({ length: 30 }, (_, index) => ({
    id: `calendar-${index}` as never,
    isPrimary: false,
    canWrite: false,
  }))
  expect(chooseCalendars(listed)).toHaveLength(20)
  const primary = { id: "own" as never, isPrimary: true, canWrite: true }
  expect(chooseCalendars([...listed, primary])).toEqual([primary])
})
