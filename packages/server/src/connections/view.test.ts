import { describe, expect, test } from "vitest"
import { connectedWorld } from "../testing/connected-world.ts"

const nodeId = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

/** A connection that a node listens to for a minute from now. */
async function listenedWorld() {
  const world = await connectedWorld()
  await world.connect()
  const { connection } = await world.see()
  if (connection === null) throw new Error("connected")
  const now = world.clock.now()
  const { accountId, connectionId } = connection
  await world.base.inAccount(accountId, ({ listening }) => listening.ask(connectionId, now))
  await world.base.asSystem((tables) =>
    tables.takeListening({ nodeId, now, leasedUntil: now.add({ seconds: 60 }), limit: 1 }),
  )
  const mark = (since: Temporal.Instant | null) =>
    world.base.inAccount(accountId, ({ listening }) => listening.mark(connectionId, nodeId, since))
  const hears = async () => (await world.connections.list(world.asker.user))[0]?.hears
  return { world, mark, hears }
}

describe("how a connection is said to hear of changes", () => {
  test("at once while it is listened to, by polling before and after", async () => {
    const { world, mark, hears } = await listenedWorld()
    expect(await hears()).toBe("polling")
    await mark(world.clock.now())
    expect(await hears()).toBe("push")
    await mark(null)
    expect(await hears()).toBe("polling")
  })

  test("by polling again when the node that listened was killed, as soon as its lease is over", async () => {
    const { world, mark, hears } = await listenedWorld()
    await mark(world.clock.now())
    await world.clock.advance(59_000)
    expect(await hears()).toBe("push")
    await world.clock.advance(1_000)
    expect(await hears()).toBe("polling")
  })
})
