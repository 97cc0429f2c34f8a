import { describe, expect, test } from "vitest"
import { berlin, meeting, morning, readAll, readNamed } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"

export function windowRules(here: Here): void {
  describe("a window", () => {
    test("shows a timed event at its instants", async () => {
      await here.world.hand.create(meeting(here.world, "Timed"))
      const [event] = await readNamed(here.world, "Timed")
      const startsAt = berlin(morning(here.world, 1))
      expect(event?.time).toMatchObject({ kind: "timed" })
      expect(event?.time.kind === "timed" && [event.time.startsAt.toString(), event.time.endsAt.toString()]).toEqual([
        startsAt.toString(),
        startsAt.add({ minutes: 45 }).toString(),
      ])
    })

    test("all-day-exclusive-end: a two-day event is two dates, the same for readers in any zone", async () => {
      const startsOn = morning(here.world, 2).toPlainDate()
      await here.world.hand.create({ subject: "Fair", time: { kind: "all-day", startsOn, days: 2 }, rule: null })
      for (const zone of ["Pacific/Kiritimati", "UTC", "Pacific/Pago_Pago"]) {
        const [event] = await readNamed(here.world, "Fair", zone)
        expect(
          event?.time.kind === "all-day" && [event.time.startsOn.toString(), event.time.endsBefore.toString()],
        ).toEqual([startsOn.toString(), startsOn.add({ days: 2 }).toString()])
      }
    })

    test("floating-time: an event without a zone keeps its wall clock", async (context) => {
      requireAbility(context, here.world.hasFloatingEvents || null, "events never float here")
      const starts = morning(here.world, 2)
      await here.world.hand.create({ subject: "Tea", time: { kind: "floating", starts, minutes: 30 }, rule: null })
      const [event] = await readNamed(here.world, "Tea", "Asia/Tokyo")
      expect(event?.time.kind === "floating" && event.time.starts.toString()).toBe(starts.toString())
    })

    test("exception-by-original-start: a moved occurrence stays the one it was", async () => {
      const start = morning(here.world, 1)
      const id = await here.world.hand.create({ ...meeting(here.world, "Daily"), rule: "FREQ=DAILY;COUNT=4" })
      await here.world.hand.moveOccurrence(id, start.add({ days: 1 }), start.add({ days: 1, hours: 5 }))
      const occurrences = await readNamed(here.world, "Daily")
      const times = occurrences
        .map(({ series, time }) => `${series?.originalStart} at ${time.kind === "timed" ? time.startsAt : ""}`)
        .sort()
      const expected = [0, 1, 2, 3].map(
        (days) => `${berlin(start.add({ days }))} at ${berlin(start.add({ days, hours: days === 1 ? 5 : 0 }))}`,
      )
      expect(times).toEqual(expected)
      expect(new Set(occurrences.map(({ series }) => series?.seriesId)).size).toBe(1)
    })

    test("cancelled-hole: a cancelled occurrence is gone and the others stay", async () => {
      const start = morning(here.world, 1)
      const id = await here.world.hand.create({ ...meeting(here.world, "Holed"), rule: "FREQ=DAILY;COUNT=3" })
      await here.world.hand.cancelOccurrence(id, start.add({ days: 1 }))
      const starts = (await readNamed(here.world, "Holed"))
        .map(({ time }) => (time.kind === "timed" ? time.startsAt.toString() : ""))
        .sort()
      expect(starts).toEqual([berlin(start).toString(), berlin(start.add({ days: 2 })).toString()])
    })

    test("unknown-zone-refused: a zone that no table knows is not guessed; the instants hold", async (context) => {
      const create = requireAbility(context, here.world.createInUnknownZone, "events cannot carry an unknown zone here")
      const at = berlin(morning(here.world, 3))
      await create("Elsewhere", at)
      const [event] = await readNamed(here.world, "Elsewhere")
      expect(event?.time.kind === "timed" && [event.time.startsAt.toString(), event.time.zone]).toEqual([
        at.toString(),
        null,
      ])
    })

    test("out-of-window: an event that moves out of the window is no longer shown", async () => {
      const id = await here.world.hand.create(meeting(here.world, "Wandering"))
      expect(await readNamed(here.world, "Wandering")).toHaveLength(1)
      await here.world.hand.moveTo(id, morning(here.world, 4_000))
      expect(await readNamed(here.world, "Wandering")).toEqual([])
    })

    test("malformed: an item that cannot be read is set aside and counted; the others are shown", async (context) => {
      const malform = requireAbility(context, here.world.faults.malform, "events are always well formed here")
      const bad = await here.world.hand.create(meeting(here.world, "Broken"))
      await here.world.hand.create(meeting(here.world, "Whole", 2))
      await malform(bad)
      const { events, malformedCount } = await readAll(here.world)
      expect([malformedCount, events.map(({ subject }) => subject)]).toEqual([1, ["Whole"]])
    })

    test("one event is fetched by its id, and is null once it is removed", async () => {
      const fetch = async () =>
        here.world.provider.fetchEvent({
          access: await here.world.access(),
          calendarId: here.world.calendarId,
          eventId: id,
          zone: "UTC",
          signal: new AbortController().signal,
        })
      const id = await here.world.hand.create(meeting(here.world, "Fetched"))
      expect((await fetch())?.subject).toBe("Fetched")
      await here.world.hand.remove(id)
      const gone = await fetch()
      expect(gone === null || gone.isCancelled).toBe(true)
    })
  })
}
