import { parseSubscriptionId } from "@kalends/domain/ids"
import { startSimulator } from "@kalends/simulator/simulator"
import { describe, expect, test } from "vitest"
import { simulatedWorld } from "../../testing/simulated-world.ts"
import { drain, meeting, problemOf, touches } from "../conformance/drain.ts"
import { createGraphProvider } from "./index.ts"

// Two connections of one mailbox through one registration. Microsoft's documents say that a second subscription is refused
// with 409; others have seen it taken (docs/gotchas.md). Both must be bearable.

const signal = new AbortController().signal

async function mailboxTwice(takesDuplicates: boolean) {
  const simulator = await startSimulator()
  simulator.knobs("microsoft").takesDuplicates = takesDuplicates
  const { baseUrls, clients } = simulator
  const world = await simulatedWorld({
    simulator,
    service: "microsoft",
    create: (deps) =>
      createGraphProvider(deps, {
        clientId: clients.microsoft.id,
        clientSecret: clients.microsoft.secret,
        tenant: "common",
        loginUrl: baseUrls.microsoftLogin,
        apiUrl: baseUrls.microsoftApi,
      }),
    writeScopes: [],
    eventsForTwoPages: 0,
  })
  const { push } = world.provider
  const { push: reached } = world
  if (push === null || reached === null) throw new Error("push is expected")
  const subscribe = async (secret: string) =>
    push.subscribe({
      access: await world.access(),
      calendarId: world.calendarId,
      subscriptionId: parseSubscriptionId("11111111-2222-4333-8444-555555555555"),
      secret,
      hookUrl: reached.hookUrl,
      signal,
    })
  /** Whose secrets come with what has arrived. */
  const heard = async () =>
    (await reached.arrived()).flatMap((request) => {
      const recognised = push.recognise(request)
      return recognised.kind === "notices" ? recognised.notices.map(({ secret }) => secret) : []
    })
  return { world, push, subscribe, heard, close: () => world.close().then(() => simulator.close()) }
}

describe("a mailbox that is connected twice", () => {
  test("where a second subscription is refused, the later one hears, and the other finds the change by looking", async () => {
    const { world, push, subscribe, heard, close } = await mailboxTwice(false)
    try {
      const first = await subscribe("first")
      const { cursor } = await drain(world, null)
      const second = await subscribe("second")
      expect(second.providerSubscriptionId).not.toBe(first.providerSubscriptionId)
      await heard()
      const id = await world.hand.create(meeting(world, "Told to one"))
      expect(await heard()).toEqual(["second"])
      expect(touches((await drain(world, cursor)).changes, id, "upserted")).toBe(true)
      // What the first comes upon when it renews: gone, so it is armed anew.
      const live = { ...first, access: await world.access(), signal }
      expect((await problemOf(Promise.resolve(push.renew?.(live)))).kind).toBe("not-found")
    } finally {
      await close()
    }
  })

  test("where it is taken, both hear, each by its own secret", async () => {
    const { world, subscribe, heard, close } = await mailboxTwice(true)
    try {
      await subscribe("first")
      await subscribe("second")
      await heard()
      await world.hand.create(meeting(world, "Told to both"))
      expect((await heard()).sort()).toEqual(["first", "second"])
    } finally {
      await close()
    }
  })
})
