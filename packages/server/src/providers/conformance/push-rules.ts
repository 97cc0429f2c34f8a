import { parseSubscriptionId } from "@kalends/domain/ids"
import { describe, expect, type TestContext, test } from "vitest"
import type { HookRequest, Notice, PushSource, Subscribed } from "../../ports/calendar-provider.ts"
import { drain, meeting, problemOf, touches } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"
import type { PushWorld, World } from "./world.ts"

const signal = new AbortController().signal
const secret = "a-secret-of-the-subscription-0001"
const subscriptionId = parseSubscriptionId("11111111-2222-4333-8444-555555555555")
/** A second subscription of the same calendar: its secret is another, as each one's is. */
const second = {
  subscriptionId: parseSubscriptionId("22222222-2222-4333-8444-555555555555"),
  secret: "a-secret-of-the-subscription-0002",
}

export function pushRules(here: Here): void {
  describe("push", () => {
    const armed = async (context: TestContext) => {
      const push = requireAbility(context, here.world.provider.push, "this provider does not push")
      const world = requireAbility(context, here.world.push, "no push reaches this world")
      return { push, world, subscribed: await subscribe(here.world, push, world) }
    }

    test("push-verified: an edit is told with the secret of the subscription", async (context) => {
      const { push, world } = await armed(context)
      await noticesOf(push, world)
      await here.world.hand.create(meeting(here.world, "Pushed"))
      const notices = await noticesOf(push, world)
      expect(notices.length).toBeGreaterThan(0)
      expect(new Set(notices.map((notice) => `${notice.secret} ${notice.kind}`))).toEqual(
        new Set([`${secret} changed`]),
      )
    })

    test("push-verified: a request that is none of the provider's is not recognised, whatever it holds", async (context) => {
      const { push } = await armed(context)
      for (const body of ["", "[]", "{", '{"value":7}', "\u0000"])
        expect(
          push.recognise({ method: "POST", path: "", query: {}, headers: {}, body: new TextEncoder().encode(body) }),
        ).toEqual({ kind: "unrecognised" })
    })

    test("push-renewed: a subscription lives on, by renewal or by a second one that is armed before the first is stopped", async (context) => {
      const { push, world, subscribed } = await armed(context)
      expect(Temporal.Instant.compare(subscribed.expiresAt, here.world.now())).toBe(1)
      const live = { ...subscribed, access: await here.world.access(), signal }
      if (push.renew === null) {
        await subscribe(here.world, push, world, second)
        await push.stop(live)
      } else expect(Temporal.Instant.compare((await push.renew(live)).expiresAt, here.world.now())).toBe(1)
      await noticesOf(push, world)
      await here.world.hand.create(meeting(here.world, "After renewal"))
      expect((await noticesOf(push, world)).length).toBeGreaterThan(0)
    })

    test("push-renewed: one that is gone is told as such, and stopping it twice is no trouble", async (context) => {
      const { push, subscribed } = await armed(context)
      const live = { ...subscribed, access: await here.world.access(), signal }
      await push.stop(live)
      await push.stop(live)
      if (push.renew !== null) expect((await problemOf(push.renew(live))).kind).toBe("not-found")
    })

    test("duplicate-push: a delivery has the same fingerprint however often it is looked at", async (context) => {
      const { push, world } = await armed(context)
      await noticesOf(push, world)
      await here.world.hand.create(meeting(here.world, "Pushed"))
      const requests = await world.arrived()
      const prints = () => noticesIn(push, requests).map(({ fingerprint }) => fingerprint)
      expect(prints().length).toBeGreaterThan(0)
      expect(prints()).toEqual(prints())
    })

    test("duplicate-push: what is delivered twice has one fingerprint, and another change has another", async (context) => {
      const { push, world } = await armed(context)
      const double = requireAbility(context, here.world.faults.doublePushes, "nothing is delivered twice here")
      await double()
      await noticesOf(push, world)
      const printsOf = async (subject: string, days: number) => {
        await here.world.hand.create(meeting(here.world, subject, days))
        const prints = (await noticesOf(push, world)).map(({ fingerprint }) => fingerprint)
        expect([prints.length, new Set(prints).size]).toEqual([2, 1])
        return prints[0]
      }
      expect(await printsOf("First", 1)).not.toBe(await printsOf("Second", 2))
    })

    test("missed-push-repaired: what no push told, the changes tell", async (context) => {
      const { push, world } = await armed(context)
      const drop = requireAbility(context, here.world.faults.dropPushes, "no push is lost here")
      const { cursor } = await drain(here.world, null)
      await here.world.hand.create(meeting(here.world, "Announced", 2))
      expect((await noticesOf(push, world)).length).toBeGreaterThan(0)
      await drop()
      const id = await here.world.hand.create(meeting(here.world, "Unannounced"))
      expect(await world.arrived()).toEqual([])
      expect(touches((await drain(here.world, cursor)).changes, id, "upserted")).toBe(true)
    })
  })
}

async function subscribe(
  world: World,
  push: PushSource,
  { hookUrl }: PushWorld,
  identity = { subscriptionId, secret },
): Promise<Subscribed> {
  const { calendarId } = world
  return push.subscribe({ access: await world.access(), calendarId, ...identity, hookUrl, signal })
}

async function noticesOf(push: PushSource, world: PushWorld): Promise<readonly Notice[]> {
  return noticesIn(push, await world.arrived())
}

function noticesIn(push: PushSource, requests: readonly HookRequest[]): readonly Notice[] {
  return requests.flatMap((request) => {
    const recognised = push.recognise(request)
    return recognised.kind === "notices" ? recognised.notices : []
  })
}
