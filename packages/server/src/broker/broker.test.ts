import { isProblem, Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { createConnectionLife } from "../connections/life.ts"
import { tokenDigest } from "../ports/access-broker.ts"
import { verifyChain } from "../ports/audit-chain.ts"
import type { CalendarProvider, Grant } from "../ports/calendar-provider.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { silentMetrics } from "../testing/silent-metrics.ts"
import { vaultWith } from "../testing/vault-with.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { createBroker } from "./broker.ts"
import { storeGrant } from "./refresh.ts"

const wish = { actor: { kind: "service", part: "test" }, reason: "checkup", call: "job:test:1" } as const

/** A connected user and `count` nodes on one store. `answer` is what the provider does with a refresh. */
async function world(answer: (refreshToken: string, call: number) => Promise<Grant>) {
  const rows = sampleRows()
  const store = createMemoryStore()
  const clock = fakeClock()
  const random = seededRandom(7)
  const vault = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random }).vault
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const life = createConnectionLife({
    store,
    clock,
    metrics: silentMetrics,
    log: { info: write, warn: write, error: write },
    fanOut: { publish: () => {}, listen: () => () => {}, isConnected: true, close: async () => {} },
  })
  const tried: string[] = []
  const signIn = { kind: "oauth", refresh: (token: string) => answer(token, tried.push(token)) }
  const provider = { name: rows.connection.provider, signIn } as unknown as CalendarProvider
  const node = () =>
    createBroker({ store, vault, providers: new Map([[provider.name, provider]]), life, clock, metrics: silentMetrics })
  const { accountId } = rows.account
  await store.asSystem((tables) => tables.insertAccount(rows.account))
  await store.inAccount(accountId, async (tables) => {
    await tables.insertUser(rows.user)
    await tables.insertConnection(rows.connection)
    await storeGrant({ vault, clock }, tables, rows.credential, grant("access-0", "refresh-0", clock.now()))
  })
  const see = () =>
    store.inAccount(accountId, async (tables) => ({
      connection: await tables.findConnection(rows.connection.connectionId),
      audit: await tables.listAudit({ after: 0, limit: 1000 }),
    }))
  return { accountId, connectionId: rows.connection.connectionId, store, clock, life, lines, tried, node, see }
}

function grant(accessToken: string, refreshToken: string | null, now: Temporal.Instant): Grant {
  return {
    accessToken,
    accessExpiresAt: now.add({ hours: 1 }),
    refreshToken,
    refreshExpiresAt: null,
    permission: "read",
    contacts: "none" as const,
  }
}

const rotating = (at: () => Temporal.Instant) => async (_token: string, call: number) =>
  grant(`access-${call}`, `refresh-${call}`, at())
const startsAt = Temporal.Instant.from("2026-11-23T11:00:00Z")

describe("the token broker", () => {
  test("hands out the stored access while it lasts, without asking the provider", async () => {
    const { node, accountId, connectionId, tried } = await world(rotating(() => startsAt))
    expect(await node().freshAccess(accountId, connectionId, wish)).toMatchObject({ token: "access-0" })
    expect(tried).toEqual([])
  })

  test("refreshes once for many askers on two nodes", async () => {
    const { node, accountId, connectionId, clock, tried } = await world(rotating(() => startsAt))
    await clock.advance(3_600_000)
    const [one, other] = [node(), node()]
    const got = await Promise.all(
      [one, other, one, other].map((broker) => broker.freshAccess(accountId, connectionId, wish)),
    )
    expect(got.map((access) => access.kind === "bearer" && access.token)).toEqual([
      "access-1",
      "access-1",
      "access-1",
      "access-1",
    ])
    expect(tried).toEqual(["refresh-0"])
  })

  test("replaces a token that the provider refused, and uses the rotated refresh token next", async () => {
    const { node, accountId, connectionId, tried } = await world(rotating(() => startsAt))
    const broker = node()
    for (const refused of ["access-0", "access-1"])
      await broker.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest: tokenDigest(refused) })
    expect(tried).toEqual(["refresh-0", "refresh-1"])
  })

  test("does not hold up the rest of the account while the provider takes its time", async () => {
    let answerLate = () => {}
    const late = new Promise<void>((resolve) => (answerLate = resolve))
    const { node, accountId, connectionId, store, clock, tried } = await world(async () =>
      late.then(() => grant("access-1", null, startsAt)),
    )
    await clock.advance(3_600_000)
    const refreshing = node().freshAccess(accountId, connectionId, wish)
    await clock.advance(0)
    expect(tried).toHaveLength(1)
    await store.inAccount(accountId, (tables) =>
      tables.appendAudit({ ...wish, action: "signed-in", subjectId: accountId }, clock.now()),
    )
    answerLate()
    expect(await refreshing).toMatchObject({ token: "access-1" })
  })

  test("a keep-alive during a refresh does not bring back the old refresh token", async () => {
    const { node, accountId, connectionId, clock, tried } = await world(rotating(() => startsAt))
    await clock.advance(3_600_000)
    const broker = node()
    await Promise.all([
      broker.freshAccess(accountId, connectionId, wish),
      node().keepAlive(accountId, connectionId, "job:keep-alive:1"),
    ])
    await broker.freshAccess(accountId, connectionId, {
      ...wish,
      refusedTokenDigest: tokenDigest(`access-${tried.length}`),
    })
    expect(tried.at(-1)).toBe(`refresh-${tried.length - 1}`)
  })

  test("a dead grant makes the connection need its user at once, and is not tried again", async () => {
    const { node, accountId, connectionId, clock, tried, see } = await world(async () => {
      throw new Problem("auth-revoked", "dead")
    })
    await clock.advance(3_600_000)
    const broker = node()
    for (const _ of [1, 2])
      expect(
        isProblem(
          await broker.freshAccess(accountId, connectionId, wish).catch((error: unknown) => error),
          "auth-revoked",
        ),
      ).toBe(true)
    const { connection, audit } = await see()
    expect(connection?.state).toBe("needs-reauth")
    expect(tried).toHaveLength(1)
    expect(audit.map(({ action }) => action)).toContain("connection-state-changed")
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
  })

  test("a disabled connection stays disabled when it is asked for again", async () => {
    const { node, accountId, connectionId, clock, see, life } = await world(async () => {
      throw new Problem("forbidden", "gone", { isTenantWide: true })
    })
    await clock.advance(3_600_000)
    const broker = node()
    for (const _ of [1, 2]) {
      const refused = await broker.freshAccess(accountId, connectionId, wish).catch((error: unknown) => error)
      if (isProblem(refused))
        await life.isTroubled(accountId, connectionId, refused, { isLasting: true, credentialVersion: null })
    }
    expect((await see()).connection?.state).toBe("disabled")
  })

  test("our own wrong set-up is told to the operator and leaves the connection alone", async () => {
    const { node, accountId, connectionId, clock, see, lines } = await world(async () => {
      throw new Problem("misconfigured", "client secret")
    })
    await clock.advance(3_600_000)
    await expect(node().freshAccess(accountId, connectionId, wish)).rejects.toThrow()
    expect((await see()).connection?.state).toBe("healthy")
    expect(lines).toHaveLength(1)
  })

  test("an answer that was lost before it was stored leaves a usable grant", async () => {
    const { node, accountId, connectionId, clock } = await world(async (_token, call) => {
      if (call === 1) throw new Error("the process died here")
      return grant("access-2", null, startsAt)
    })
    await clock.advance(3_600_000)
    await expect(node().freshAccess(accountId, connectionId, wish)).rejects.toThrow("died")
    expect(await node().freshAccess(accountId, connectionId, wish)).toMatchObject({ token: "access-2" })
  })
})
