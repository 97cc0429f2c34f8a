import { describe, expect, test } from "vitest"
import type { EventChange } from "../../ports/calendar-provider.ts"
import { drain, meeting, morning, problemOf, touches } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"
import type { World } from "./world.ts"

export function changeRules(here: Here): void {
  describe("changes", () => {
    test("a first listing names what is there and ends with a cursor", async () => {
      const id = await here.world.hand.create(meeting(here.world, "Standing"))
      expect(touches((await drain(here.world, null)).changes, id, "upserted")).toBe(true)
    })

    test("a pass without changes is empty and gives a cursor that works again", async () => {
      await here.world.hand.create(meeting(here.world, "Quiet"))
      const first = await drain(here.world, null)
      const second = await drain(here.world, first.cursor)
      const third = await drain(here.world, second.cursor)
      expect([second.changes, third.changes]).toEqual([[], []])
    })

    test("an event that is made, renamed and removed is told three times", async () => {
      const { hand } = here.world
      const { cursor } = await drain(here.world, null)
      const id = await hand.create(meeting(here.world, "One"))
      const made = await drain(here.world, cursor)
      await hand.rename(id, "Two")
      const renamed = await drain(here.world, made.cursor)
      await hand.remove(id)
      const removed = await drain(here.world, renamed.cursor)
      expect([
        touches(made.changes, id, "upserted"),
        touches(renamed.changes, id, "upserted"),
        touches(removed.changes, id, "removed"),
      ]).toEqual([true, true, true])
    })

    test("a series that is made, and one occurrence that is moved or cancelled, are told", async () => {
      const { hand } = here.world
      const start = morning(here.world, 1)
      const { cursor } = await drain(here.world, null)
      const id = await hand.create({ ...meeting(here.world, "Series"), rule: "FREQ=DAILY;COUNT=5" })
      const made = await drain(here.world, cursor)
      await hand.moveOccurrence(id, start.add({ days: 1 }), start.add({ days: 1, hours: 3 }))
      const moved = await drain(here.world, made.cursor)
      await hand.cancelOccurrence(id, start.add({ days: 2 }))
      const cancelled = await drain(here.world, moved.cursor)
      expect(touches(made.changes, id, "upserted")).toBe(true)
      expect(moved.changes.length).toBeGreaterThan(0)
      expect(cancelled.changes.length).toBeGreaterThan(0)
    })

    test("cursor-lost: a forgotten cursor is told as such, and listing anew works", async (context) => {
      const lose = requireAbility(context, here.world.faults.loseCursors, "cursors cannot be lost here")
      const id = await here.world.hand.create(meeting(here.world, "Kept"))
      const { cursor } = await drain(here.world, null)
      await lose()
      // Some servers look a mark up only once there is something to tell.
      await here.world.hand.create(meeting(here.world, "Later", 2))
      expect((await problemOf(drain(here.world, cursor))).kind).toBe("cursor-lost")
      expect(touches((await drain(here.world, null)).changes, id, "upserted")).toBe(true)
    })

    test("page-interrupted: a listing cut off between pages misses nothing when it goes on", async (context) => {
      const cut = requireAbility(context, here.world.faults.cutAfterPages, "pages cannot be cut here")
      const count = requireAbility(context, here.world.eventsForTwoPages || null, "a page has no end here")
      const ids = []
      for (let index = 0; index < count; index++)
        ids.push(await here.world.hand.create(meeting(here.world, `Page ${index}`, 1 + (index % 20))))
      await cut(1)
      const { seen, cursor } = await interrupted(here.world)
      const rest = await drain(here.world, cursor)
      expect(ids.filter((id) => !touches([...seen, ...rest.changes], id, "upserted"))).toEqual([])
    })

    test("out-of-window: an event that is made outside the window is not told as one inside", async (context) => {
      requireAbility(
        context,
        here.world.provider.limits.isCursorBoundToWindow || null,
        "the changes of this provider have no window",
      )
      const { cursor } = await drain(here.world, null)
      const id = await here.world.hand.create(meeting(here.world, "Far away", 4_000))
      expect(touches((await drain(here.world, cursor)).changes, id, "upserted")).toBe(false)
    })

    test.for([false, true])(
      "rate-limit-honoured: a refusal says when to come back, also where the provider does not (silent: %s)",
      async (isSilent, context) => {
        const throttle = requireAbility(context, here.world.faults.throttle, "nobody is throttled here")
        const { cursor } = await drain(here.world, null)
        await throttle(90, isSilent)
        const problem = await problemOf(drain(here.world, cursor))
        const waitSeconds = problem.retryAt === null ? 0 : here.world.now().until(problem.retryAt).total("seconds")
        expect(problem.kind).toBe("rate-limited")
        expect(waitSeconds).toBeGreaterThan(isSilent ? 0 : 88)
        expect(waitSeconds).toBeLessThan(92)
      },
    )
  })
}

/** Reads until the cut, keeping what a pass would: the changes, and the cursor of the last page that had one. */
async function interrupted(world: World) {
  const seen: EventChange[] = []
  let cursor: string | null = null
  const pages = world.provider.changes({
    access: await world.access(),
    calendarId: world.calendarId,
    cursor: null,
    window: world.window,
    signal: new AbortController().signal,

    lookout: null,
  })
  const problem = await problemOf(
    (async () => {
      for await (const page of pages) {
        cursor = page.cursor ?? cursor
        // What came without a cursor is told again: only what a cursor covers counts as seen.
        if (page.cursor !== null) seen.push(...page.changes)
      }
    })(),
  )
  expect(["unavailable", "malformed"]).toContain(problem.kind)
  return { seen, cursor }
}
