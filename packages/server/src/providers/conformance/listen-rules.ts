import { isProblem } from "@kalends/domain/problem"
import { describe, expect, type TestContext, test } from "vitest"
import type { StreamNotice, StreamSource } from "../../ports/calendar-provider.ts"
import { drain, meeting, touches } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"
import type { World } from "./world.ts"

/** Notices a stream may tell besides the one that is waited for. */
const noticesMost = 50

export function listenRules(here: Here): void {
  describe("listening", () => {
    const opened = async (context: TestContext) => {
      const source = requireAbility(context, here.world.provider.listen, "this provider is not listened to")
      const world = requireAbility(context, here.world.listen, "no stream reaches this world")
      return { world, stream: await openStream(here.world, source) }
    }

    test("stream-told: a change made after listening began is told, with its calendar", async (context) => {
      const { stream } = await opened(context)
      await here.world.hand.create(meeting(here.world, "Told"))
      expect(await stream.untilTold()).toEqual({ kind: "changed", calendarId: here.world.calendarId })
      await stream.close()
    })

    test("stream-told: every later change is told as well", async (context) => {
      const { stream } = await opened(context)
      const id = await here.world.hand.create(meeting(here.world, "Told"))
      await stream.untilTold()
      await stream.settle()
      await here.world.hand.rename(id, "Told again")
      expect(await stream.untilTold()).toEqual({ kind: "changed", calendarId: here.world.calendarId })
      await stream.close()
    })

    test("stream-own-calendars: a stranger's change is not told", async (context) => {
      const { world, stream } = await opened(context)
      await world.strangerChanges()
      await here.world.hand.create(meeting(here.world, "Own"))
      await stream.untilTold()
      expect(stream.told().every(({ calendarId }) => calendarId === here.world.calendarId)).toBe(true)
      await stream.close()
    })

    test("stream-lost-repaired: a lost stream ends or throws a problem, and what it did not tell the changes tell", async (context) => {
      const { world, stream } = await opened(context)
      const { cursor } = await drain(here.world, null)
      await world.cutStreams()
      const end = await stream.end()
      expect(end === null || isProblem(end)).toBe(true)
      const id = await here.world.hand.create(meeting(here.world, "Untold"))
      expect(touches((await drain(here.world, cursor)).changes, id, "upserted")).toBe(true)
    })

    test("stream-closed: ends as soon as nobody listens any more", async (context) => {
      const { stream } = await opened(context)
      await stream.close()
    })
  })
}

type Told = Extract<StreamNotice, { readonly calendarId: unknown }>

/** A stream that listens already. */
async function openStream(world: World, source: StreamSource) {
  const controller = new AbortController()
  const access = await world.access()
  const input = { access, calendarIds: [world.calendarId], signal: controller.signal }
  const notices = source.listen(input)[Symbol.asyncIterator]()
  expect((await notices.next()).value).toEqual({ kind: "listening" })
  const told: Told[] = []
  // Asked for at once, as whoever listens does; one that was not waited for long enough is kept for the next wait.
  let next = notices.next()

  async function untilTold(): Promise<Told> {
    for (let count = 0; count < noticesMost; count++) {
      const { done, value } = await next
      if (done === true || value === undefined) break
      next = notices.next()
      if (value.kind !== "alive" && value.kind !== "listening") {
        told.push(value)
        return value
      }
    }
    throw new Error("the change was not told")
  }

  return {
    untilTold,
    told: () => told,
    /** Lets what belongs to the change before arrive. */
    settle: () => new Promise<void>((resolve) => setImmediate(resolve)),
    /** What it throws; null where it ends. */
    async end(): Promise<unknown> {
      try {
        for (let count = 0; count < noticesMost; count++) {
          if ((await next).done === true) return null
          next = notices.next()
        }
      } catch (error) {
        return error
      }
      throw new Error("the stream goes on")
    },
    /** Aborts; a stream that throws may throw nothing but the signal's reason. */
    async close(): Promise<void> {
      controller.abort()
      try {
        for (let count = 0; count < noticesMost; count++) {
          if ((await next).done === true) return
          next = notices.next()
        }
        throw new Error("the stream goes on")
      } catch (error) {
        if (error !== controller.signal.reason) throw error
      }
    },
  }
}
