import { occurrencesIn, type Schedule } from "@kalends/domain/schedule"
import { describe, expect, type TestContext, test } from "vitest"
import type { EventDraft, EventInput, EventSource } from "../../ports/calendar-provider.ts"
import { drain, meeting, morning, problemOf, touches } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"

const key = "0123456789abcdef0123456789abcdef"
const tag = "kalends:00000000-0000-4000-8000-000000000001"
const block = "Join the meeting: https://meet.example/room"

/** Whole events, read and written: what the sync stands on. */
export function eventRules(here: Here): void {
  const source = (context: TestContext): EventSource =>
    requireAbility(
      context,
      here.world.provider.events,
      "this provider's events are not read and written one at a time yet",
    )
  const at = async (eventId: EventInput["eventId"]): Promise<EventInput> => ({
    access: await here.world.access(),
    calendarId: here.world.calendarId,
    eventId,
    signal: AbortSignal.timeout(20_000),
  })
  const draft = (subject: string): EventDraft => {
    const startsAt = morning(here.world, 3).toZonedDateTime("Europe/Berlin").toInstant()
    const time = { kind: "timed", startsAt, endsAt: startsAt.add({ minutes: 30 }), zone: "Europe/Berlin" } as const
    return { subject, schedule: { kind: "single", time }, location: "https://meet.example/room", block, tag }
  }
  const create = async (events: EventSource, made: EventDraft = draft("Made by us")) => {
    const { eventId: _, ...place } = await at(anyId)
    return events.create({ ...place, draft: made, key })
  }
  /** When it takes place, occurrence by occurrence. */
  const timesOf = (schedule: Schedule) =>
    occurrencesIn(schedule, here.world.window, "Europe/Berlin").map(({ time }) =>
      time.kind === "timed" ? time.startsAt.toString() : JSON.stringify(time),
    )

  describe("whole events", () => {
    test("write-idempotent: written twice with one key, an event is there once", async (context) => {
      const events = source(context)
      const first = await create(events)
      const second = await create(events)
      expect(second).toEqual(first)
      const record = await events.fetch(await at(first.eventId))
      expect(record).toMatchObject({ ...first, subject: "Made by us", location: "https://meet.example/room", tag })
      expect(record).toMatchObject({ isOrganizer: true, isCancelled: false })
      expect(record?.description).toContain(block)
      expect(record && timesOf(record.schedule)).toEqual(timesOf(draft("").schedule))
      const made = (await drain(here.world, null)).changes.filter((change) => change.kind === "upserted")
      expect(new Set(made.map(({ eventId, seriesId }) => seriesId ?? eventId)).size).toBe(1)
    })

    test("write-precondition: an older version is not written over, and not removed", async (context) => {
      const events = source(context)
      const id = await here.world.hand.create(meeting(here.world, "Theirs"))
      const seen = await events.fetch(await at(id))
      await here.world.hand.rename(id, "Theirs, renamed")
      const expected = { ...(await at(id)), expect: seen?.version ?? "" }
      expect((await problemOf(events.update({ ...expected, patch: { subject: "Ours" } }))).kind).toBe("conflict")
      expect((await problemOf(events.remove(expected))).kind).toBe("conflict")
      expect((await events.fetch(await at(id)))?.subject).toBe("Theirs, renamed")
    })

    test("an update writes what is named and nothing else, and the block once", async (context) => {
      const events = source(context)
      const id = await here.world.hand.create(meeting(here.world, "Theirs"))
      const before = await events.fetch(await at(id))
      const patch = { location: "Room 4; https://meet.example/room", block, tag }
      const first = await events.update({ ...(await at(id)), patch, expect: before?.version ?? "" })
      const second = await events.update({ ...(await at(id)), patch: { block }, expect: first.version })
      const after = await events.fetch(await at(id))
      expect(after).toMatchObject({ subject: "Theirs", location: patch.location, tag, version: second.version })
      expect(after?.schedule).toEqual(before?.schedule)
      expect(after?.description?.split("Join the meeting").length).toBe(2)
      await events.update({ ...(await at(id)), patch: { block: null }, expect: second.version })
      expect((await events.fetch(await at(id)))?.description ?? "").not.toContain("Join the meeting")
    })

    test("our own write comes back with the version that we were given", async (context) => {
      const events = source(context)
      const id = await here.world.hand.create(meeting(here.world, "Echo"))
      const { cursor } = await drain(here.world, null)
      const before = await events.fetch(await at(id))
      const { version } = await events.update({
        ...(await at(id)),
        patch: { subject: "Echo, ours" },
        expect: before?.version ?? "",
      })
      expect(touches((await drain(here.world, cursor)).changes, id, "upserted")).toBe(true)
      expect((await events.fetch(await at(id)))?.version).toBe(version)
    })

    test("exception-by-original-start: a series is read with what was moved and what was cancelled", async (context) => {
      const events = source(context)
      const start = morning(here.world, 1)
      const id = await here.world.hand.create({ ...meeting(here.world, "Series"), rule: "FREQ=DAILY;COUNT=5" })
      const whole = await events.fetch(await at(id))
      await here.world.hand.moveOccurrence(id, start.add({ days: 1 }), start.add({ days: 1, hours: 3 }))
      await here.world.hand.cancelOccurrence(id, start.add({ days: 2 }))
      const changed = await events.fetch(await at(id))
      expect(changed?.version).not.toBe(whole?.version)
      const before = whole === null ? [] : timesOf(whole.schedule)
      const after = changed === null ? [] : timesOf(changed.schedule)
      expect(before).toHaveLength(5)
      expect(after).toHaveLength(4)
      expect(after.filter((time) => before.includes(time))).toHaveLength(3)
    })

    test("a series is moved as a whole", async (context) => {
      const events = source(context)
      const id = await here.world.hand.create({ ...meeting(here.world, "Series"), rule: "FREQ=WEEKLY;COUNT=4" })
      const record = await events.fetch(await at(id))
      if (record === null || record.schedule.kind !== "series") throw new Error("a series is expected")
      const { recurrence } = record.schedule
      const later = recurrence.start.add({ days: 1 })
      const schedule: Schedule = {
        ...record.schedule,
        recurrence: { ...recurrence, start: later, rules: ["FREQ=WEEKLY;COUNT=3"] },
      }
      await events.update({ ...(await at(id)), patch: { schedule }, expect: record.version })
      const after = await events.fetch(await at(id))
      expect(after && timesOf(after.schedule)).toEqual(timesOf(schedule))
    })

    test("what is removed is gone, and removing it again is no trouble", async (context) => {
      const events = source(context)
      const { eventId, version } = await create(events)
      await events.remove({ ...(await at(eventId)), expect: version })
      expect(await events.fetch(await at(eventId))).toBeNull()
      await events.remove({ ...(await at(eventId)), expect: version })
    })

    test("a lookout is shown the texts of what changed, and its finds come with the change", async (context) => {
      const events = source(context)
      const { cursor } = await drain(here.world, null)
      const { eventId } = await create(events)
      await here.world.hand.create(meeting(here.world, "Nothing to find", 2))
      const shown: string[] = []
      const lookout = (texts: { readonly location: string | null; readonly others: readonly (string | null)[] }) => {
        const all = [texts.location, ...texts.others].filter((text) => text !== null)
        shown.push(...all)
        return all.some((text) => text.includes("meet.example")) ? ["found"] : []
      }
      const pages = here.world.provider.changes({
        access: await here.world.access(),
        ...{ calendarId: here.world.calendarId, cursor, window: here.world.window },
        ...{ signal: AbortSignal.timeout(20_000), lookout },
      })
      const changes = (await Array.fromAsync(pages)).flatMap((page) => page.changes)
      const found = changes.filter((change) => change.kind === "upserted" && change.finds.length > 0)
      expect(new Set(found.map((change) => change.seriesId ?? change.eventId))).toEqual(new Set([eventId]))
      expect(shown.join()).toContain(block)
    })
  })
}

const anyId = "" as EventInput["eventId"]
