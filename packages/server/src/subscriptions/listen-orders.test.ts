import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type ListenNode, type ListenWorld, listenWorld } from "../testing/listen-world.ts"
import { leaseMs, longestRetryMs, lookEveryMs, takeoverBoundMs } from "./listen-pace.ts"

const connections = 4
const nodesMost = 3

/** What may happen, in any order. `which` picks a node or a connection by its remainder. */
const act = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("wait" as const), which: fc.integer({ min: 1, max: 45 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom("start" as const, "kill" as const, "stop" as const, "cut-off" as const, "heal" as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom("change" as const, "change" as const, "break" as const, "refuse" as const),
      which: fc.nat(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        "reauth" as const,
        "reconnect" as const,
        "remove" as const,
        "lose-hints" as const,
        "bring-hints" as const,
      ),
      which: fc.nat(),
    }),
  },
)
type Act = (typeof act)["generate"] extends (...rest: never[]) => { readonly value: infer Value } ? Value : never

/** A world under random acts, with what must be true of it in the end. */
async function disorder(seed: number) {
  const world = await listenWorld({ connections, seed })
  await world.askForAll()
  const nodes: ListenNode[] = []
  const changedAtMs = new Map<number, number>()
  const unwanted = new Map<number, "reauth" | "gone">()
  let started = 0
  const start = () => {
    if (nodes.length < nodesMost) nodes.push(world.startNode(`node-${++started}`))
  }
  start()

  async function withNode(kind: "kill" | "stop" | "cut-off" | "heal", which: number): Promise<void> {
    const node = nodes[which % Math.max(1, nodes.length)]
    if (node === undefined) return
    if (kind === "cut-off" || kind === "heal") {
      node.state.isCutOff = kind === "cut-off"
      return
    }
    nodes.splice(nodes.indexOf(node), 1)
    if (kind === "kill") node.kill()
    else await node.stop()
  }

  async function withConnection(kind: "change" | "break" | "refuse", index: number): Promise<void> {
    const { connectionId, calendars } = world.at(index)
    if (kind === "break") return world.remote.cut(connectionId)
    if (kind === "refuse") {
      // Once: the provider does not tell why.
      world.remote.refuse.set(connectionId, () => {
        world.remote.refuse.delete(connectionId)
        throw new Error("a bug")
      })
      return world.remote.cut(connectionId)
    }
    changedAtMs.set(index, world.clock.now().epochMilliseconds)
    for (const { providerCalendarId } of calendars)
      await world.remote.tell(connectionId, { kind: "changed", calendarId: providerCalendarId })
  }

  async function withPerson(kind: "reauth" | "reconnect" | "remove", index: number): Promise<void> {
    if (unwanted.get(index) === "gone") return
    if (kind === "reconnect") {
      unwanted.delete(index)
      await world.setState(index, "connecting")
      return world.ask(index)
    }
    unwanted.set(index, kind === "reauth" ? "reauth" : "gone")
    await world.setState(index, kind === "reauth" ? "needs-reauth" : "gone")
  }

  async function run({ kind, which }: Act): Promise<void> {
    const index = which % connections
    // Some waits are shorter than what keeps notices together, some longer than a lease.
    if (kind === "wait") await world.clock.advance(which < 15 ? which * 70 : which * 1_500)
    else if (kind === "start") start()
    else if (kind === "lose-hints" || kind === "bring-hints") world.faults.areHintsLost = kind === "lose-hints"
    else if (kind === "kill" || kind === "stop" || kind === "cut-off" || kind === "heal") await withNode(kind, which)
    else if (kind === "change" || kind === "break" || kind === "refuse") await withConnection(kind, index)
    else await withPerson(kind, index)
    expect(world.remote.doubles).toEqual([])
  }

  return { world, nodes, changedAtMs, unwanted, start, run }
}

/** Waits for so long that all must be well, with signs of life on the streams meanwhile. */
async function recover(world: ListenWorld): Promise<void> {
  // A takeover, or a renewal, and then the longest wait after failures.
  const longestMs = takeoverBoundMs(connections) + leaseMs + lookEveryMs + longestRetryMs
  for (let passedMs = 0; passedMs < longestMs; passedMs += 20_000) {
    await world.clock.advance(20_000)
    world.remote.beat()
  }
}

describe("listening in any order of events", () => {
  test("nobody is listened to twice, and in the end everybody once and every change is found", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(act, { minLength: 5, maxLength: 40 }), async (seed, acts) => {
        const { world, nodes, changedAtMs, unwanted, start, run } = await disorder(seed)
        for (const next of acts) await run(next)
        for (const { state } of nodes) state.isCutOff = false
        start()
        await recover(world)
        for (let index = 0; index < connections; index++) {
          const { connectionId, calendars } = world.at(index)
          expect(world.remote.openOf(connectionId)).toHaveLength(unwanted.has(index) ? 0 : 1)
          const atMs = changedAtMs.get(index)
          if (atMs === undefined || unwanted.has(index)) continue
          const isTold = world.announced.some(
            (job) =>
              job.kind === "pass" &&
              job.calendarId === calendars[0]?.calendarId &&
              job.noticedAtMs !== null &&
              job.noticedAtMs >= atMs,
          )
          const isLookedFor = world.remote.streams.some(
            (stream) => stream.connectionId === connectionId && stream.openedAtMs >= atMs,
          )
          expect(isTold || isLookedFor).toBe(true)
        }
        expect(world.remote.doubles).toEqual([])
        for (const node of nodes) await node.stop()
        expect(world.remote.open()).toEqual([])
      }),
      { numRuns: 80 },
    )
  })
})
