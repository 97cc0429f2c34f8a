import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { CalendarProvider, PushSource } from "../ports/calendar-provider.ts"
import { type Engine, startEngine } from "../testing/engine.ts"
import { halfLife } from "./arm.ts"

const days = 86_400_000

/** The provider with parts of its push replaced; every call that reaches it is written down. */
function pushing(calls: string[], change: (push: PushSource) => Partial<PushSource> = () => ({})) {
  return (provider: CalendarProvider): CalendarProvider => {
    if (provider.push === null) throw new Error("the memory provider pushes")
    const inner = provider.push
    const push = { ...inner, ...change(inner) }
    return {
      ...provider,
      listen: null,
      push: {
        ...push,
        subscribe: (input) => {
          calls.push("subscribe")
          return push.subscribe(input)
        },
        renew:
          push.renew === null
            ? null
            : (live) => {
                calls.push("renew")
                return push.renew?.(live) ?? Promise.reject()
              },
        stop: (live) => {
          calls.push(`stop ${live.providerSubscriptionId}`)
          return push.stop(live)
        },
      },
    }
  }
}

const arm = (engine: Engine) => engine.arm(engine.accountId, engine.calendarId)

describe("arming a calendar", () => {
  test("leaves one subscription, renewed at about half of the life that was granted", async () => {
    const engine = await startEngine()
    expect(await arm(engine)).toBe("pushed")
    const { subscriptions } = await engine.see()
    const life = 7 * days
    expect(subscriptions).toHaveLength(1)
    const renewInMs = subscriptions[0]?.renewAt.since(engine.clock.now()).total("milliseconds") ?? 0
    expect(renewInMs).toBeGreaterThanOrEqual(life * 0.45)
    expect(renewInMs).toBeLessThanOrEqual(life * 0.55)
  })

  test("gives the provider a secret that names this calendar and this subscription", async () => {
    const secrets: string[] = []
    const engine = await startEngine({
      dress: pushing([], (push) => ({
        subscribe: (input) => {
          secrets.push(input.secret)
          return push.subscribe(input)
        },
      })),
    })
    await arm(engine)
    const { accountId, calendarId } = engine
    expect(engine.secrets.read(secrets[0] ?? "")).toEqual({ accountId, calendarId })
    const rows = (await engine.see()).subscriptions
    expect(secrets).toEqual(
      rows.map(({ subscriptionId }) => engine.secrets.write({ accountId, calendarId, subscriptionId })),
    )
  })

  test("makes a pass due, for what changed before the provider began to tell", async () => {
    const engine = await startEngine()
    await arm(engine)
    expect(engine.jobs.waiting().map(({ job }) => job)).toEqual([
      { kind: "pass", accountId: engine.accountId, calendarId: engine.calendarId, noticedAtMs: null },
    ])
  })

  test("renews what is there", async () => {
    const calls: string[] = []
    const engine = await startEngine({ dress: pushing(calls) })
    await arm(engine)
    const [before] = (await engine.see()).subscriptions
    await engine.clock.advance(4 * days)
    await arm(engine)
    const { subscriptions } = await engine.see()
    expect(calls).toEqual(["subscribe", "renew"])
    expect(subscriptions.map(({ subscriptionId }) => subscriptionId)).toEqual([before?.subscriptionId])
    expect(subscriptions[0]?.expiresAt).toEqual(engine.clock.now().add({ milliseconds: 7 * days }))
  })

  test("arms a new one before the old is stopped where nothing can be renewed", async () => {
    const calls: string[] = []
    const engine = await startEngine({ dress: pushing(calls, () => ({ renew: null })) })
    await arm(engine)
    const [old] = (await engine.see()).subscriptions
    await engine.clock.advance(4 * days)
    await arm(engine)
    expect(calls).toEqual(["subscribe", "subscribe", `stop ${old?.providerSubscriptionId}`])
    const { subscriptions } = await engine.see()
    expect(subscriptions).toHaveLength(1)
    expect(subscriptions[0]?.subscriptionId).not.toBe(old?.subscriptionId)
  })

  test("arms anew what the provider no longer knows, and looks for what was missed", async () => {
    const calls: string[] = []
    const renew = () => Promise.reject(new Problem("not-found", "No such subscription."))
    const engine = await startEngine({ dress: pushing(calls, () => ({ renew })) })
    await arm(engine)
    engine.jobs.take()
    await arm(engine)
    expect(calls.slice(0, 3)).toEqual(["subscribe", "renew", "subscribe"])
    expect((await engine.see()).subscriptions).toHaveLength(1)
    expect(engine.jobs.waiting().map(({ job }) => job.kind)).toEqual(["pass"])
  })

  test("replaces once a token that the provider refuses", async () => {
    let refusals = 1
    const engine = await startEngine({
      dress: pushing([], (push) => ({
        subscribe: (input) =>
          refusals-- > 0 ? Promise.reject(new Problem("auth-expired", "Not accepted.")) : push.subscribe(input),
      })),
    })
    expect(await arm(engine)).toBe("pushed")
    expect(engine.wishes.map(({ refusedTokenDigest }) => refusedTokenDigest !== undefined)).toEqual([false, true])
  })

  test("polls where push is not offered, here or on this server, and there is no stream", async () => {
    const without = await startEngine({ dress: (provider) => ({ ...provider, listen: null, push: null }) })
    const notHere = await startEngine({
      dress: (provider) => ({ ...provider, listen: null, detectPush: async () => false }),
    })
    const refused = await startEngine({
      dress: pushing([], () => ({ subscribe: () => Promise.reject(new Problem("unsupported", "Not this calendar.")) })),
    })
    for (const engine of [without, notHere, refused]) {
      expect(await arm(engine)).toBe("polled")
      expect((await engine.see()).subscriptions).toEqual([])
    }
  })

  test("asks for a stream where push is not offered, and marks nothing due before it listens", async () => {
    const without = await startEngine({ dress: (provider) => ({ ...provider, push: null }) })
    const notHere = await startEngine({ dress: (provider) => ({ ...provider, detectPush: async () => false }) })
    for (const engine of [without, notHere]) {
      expect(await arm(engine)).toBe("listened")
      const row = await engine.store.inAccount(engine.accountId, (tables) => tables.listening.find(engine.connectionId))
      expect(row).toMatchObject({ nodeId: null, listeningSince: null })
      expect(row?.askedAt.equals(engine.clock.now())).toBe(true)
      expect(engine.jobs.waiting()).toEqual([])
    }
  })

  test("what the provider has dropped and will not arm again is polled from now on", async () => {
    let isRefused = false
    const engine = await startEngine({
      dress: pushing([], (push) => ({
        subscribe: (input) =>
          isRefused ? Promise.reject(new Problem("unsupported", "Not this calendar.")) : push.subscribe(input),
        renew: () => Promise.reject(new Problem("not-found", "No such subscription.")),
      })),
    })
    await arm(engine)
    isRefused = true
    expect(await arm(engine)).toBe("polled")
    expect((await engine.see()).subscriptions).toEqual([])
  })

  test("leaves the old one alone while a new one cannot be armed", async () => {
    let isAway = false
    const engine = await startEngine({
      dress: pushing([], (push) => ({
        renew: null,
        subscribe: (input) =>
          isAway ? Promise.reject(new Problem("unavailable", "No answer.")) : push.subscribe(input),
      })),
    })
    await arm(engine)
    isAway = true
    await expect(arm(engine)).rejects.toMatchObject({ kind: "unavailable" })
    expect((await engine.see()).subscriptions).toHaveLength(1)
  })

  test("keeps in mind one that is gone until another is armed, so that the timer tries again", async () => {
    let isAway = false
    const engine = await startEngine({
      dress: pushing([], (push) => ({
        renew: () => Promise.reject(new Problem("not-found", "No such subscription.")),
        subscribe: (input) =>
          isAway ? Promise.reject(new Problem("unavailable", "No answer.")) : push.subscribe(input),
      })),
    })
    await arm(engine)
    isAway = true
    await expect(arm(engine)).rejects.toMatchObject({ kind: "unavailable" })
    expect((await engine.see()).subscriptions).toHaveLength(1)
    isAway = false
    await arm(engine)
    expect((await engine.see()).subscriptions).toHaveLength(1)
  })

  test("one that cannot be stopped is let go: it expires by itself", async () => {
    const stop = () => Promise.reject(new Problem("unavailable", "No answer."))
    const engine = await startEngine({ dress: pushing([], () => ({ renew: null, stop })) })
    await arm(engine)
    await arm(engine)
    expect((await engine.see()).subscriptions).toHaveLength(1)
  })

  test("a death at any write is mended by the next run: one subscription is left", async () => {
    for (let dies = 1; dies <= 4; dies++) {
      let writes = -1
      const engine = await startEngine({ dress: pushing([], () => ({ renew: null })) })
      await arm(engine)
      const { inAccount } = engine.store
      const dying = {
        ...engine.store,
        inAccount: ((accountId, work) =>
          ++writes === dies
            ? Promise.reject(new Error("died"))
            : inAccount(accountId, work)) satisfies typeof inAccount,
      }
      await engine
        .armWith(dying)(engine.accountId, engine.calendarId)
        .catch(() => {})
      await arm(engine)
      expect({ dies, left: (await engine.see()).subscriptions.length }).toEqual({ dies, left: 1 })
    }
  })

  test("a calendar that is gone is not asked for", async () => {
    const engine = await startEngine()
    await engine.store.inAccount(engine.accountId, (tables) => tables.deleteCalendar(engine.calendarId))
    expect(await arm(engine)).toBe("gone")
    expect(engine.wishes).toEqual([])
  })
})

test("the half of a life is spread by a tenth of it", () => {
  const from = Temporal.Instant.from("2026-11-23T09:00:00Z")
  const at = (fraction: number) => from.until(halfLife(from, from.add({ hours: 100 }), fraction)).total("hours")
  expect([at(0), at(0.5), at(1)].map(Math.round)).toEqual([45, 50, 55])
})
