import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { someDraft, startEngine } from "../testing/engine.ts"
import { recordOf } from "../testing/memory-events.ts"

/** An engine whose waiting jobs can be run until none is due, and a meeting made by keyword. */
async function world(options: Parameters<typeof startEngine>[0] = {}) {
  const engine = await startEngine(options)
  const { jobs, pass, settle, clock, meetings, accountId, calendarId, store } = engine
  const run = async () => {
    for (let round = 0; round < 50; round++) {
      const due = jobs.take()
      if (due.length === 0) return
      for (const job of due) {
        if (job.kind === "pass") await pass(job)
        if (job.kind === "settle") await settle(job)
      }
    }
    throw new Error("the jobs do not come to an end")
  }
  const sync = async () => {
    await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
    await run()
  }
  const stored = () =>
    store.inAccount(accountId, async (tables) => ({
      links: await tables.meetings.listLinksOfCalendar(calendarId),
      meetings: await tables.meetings.listMeetings({ userId: engine.userId, before: null, limit: 10 }),
      audit: (await tables.listAudit({ after: 0, limit: 200 })).flatMap(({ action, reason }) =>
        action.startsWith("meeting") ? [`${action} ${reason}`] : [],
      ),
    }))
  const calendar = engine.remote.calendar
  const event = (id: Parameters<typeof calendar.find>[0]) => {
    const found = calendar.find(id)
    if (found === null) throw new Error("no such event")
    return recordOf(found)
  }
  const withMeeting = async (draft: Parameters<typeof engine.remote.hand.create>[0] = someDraft()) => {
    const id = await engine.remote.hand.create(draft)
    await calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "Room 4, @meet" }))
    await sync()
    return id
  }
  const kept = () => [...meetings.kept.values()]
  return { ...engine, sync, run, stored, event, withMeeting, kept, calendar, clock }
}

describe("an event whose location asks for a meeting", () => {
  test("gets one meeting, written into it once: link in the location, block and tag", async () => {
    const { withMeeting, event, kept, sync, meetings, stored } = await world()
    const id = await withMeeting()
    const { location, description, tag } = event(id)
    expect(location).toBe("Room 4; https://meet.example/m-1")
    expect(description).toContain("Join the meeting: https://meet.example/m-1")
    expect(tag).toMatch(/^kalends:/)
    expect(kept()).toMatchObject([{ face: { topic: "Observation night" }, isEnded: false }])
    await sync()
    await sync()
    expect(meetings.calls.get("create")).toBe(1)
    expect(meetings.calls.get("update") ?? 0).toBe(0)
    expect((await stored()).audit).toEqual(["meeting-linked keyword", "meeting-made keyword"])
  })

  test("is followed when it is renamed or moved, once for each change", async () => {
    const { withMeeting, kept, sync, remote, meetings, stored } = await world()
    const id = await withMeeting()
    await remote.hand.rename(id, "Perseids")
    await sync()
    expect(kept()[0]?.face.topic).toBe("Perseids")
    await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-25T21:00:00"))
    await sync()
    const { schedule } = kept()[0]?.face ?? {}
    expect(schedule?.kind === "single" && schedule.time.kind === "timed" && schedule.time.startsAt.toString()).toBe(
      "2026-11-25T20:00:00Z",
    )
    await sync()
    expect(meetings.calls.get("update")).toBe(2)
    expect((await stored()).audit.slice(2)).toEqual(["meeting-changed event-renamed", "meeting-changed event-moved"])
  })

  test("says what became of it, whatever the look was for that found it", async () => {
    const { withMeeting, remote, stored, jobs, accountId, run } = await world()
    const id = await withMeeting()
    const meetingId = (await stored()).meetings[0]?.meetingId
    if (meetingId === undefined) throw new Error("no meeting")
    const look = async (cause: "review" | "event-linked" | "tool-edited") => {
      await jobs.queue.add([{ kind: "settle", accountId, meetingId, cause }])
      await run()
    }
    await remote.hand.rename(id, "Perseids")
    await look("review")
    await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-25T21:00:00"))
    await look("event-linked")
    await remote.hand.rename(id, "Leonids")
    await look("tool-edited")
    expect((await stored()).audit.slice(2)).toEqual([
      ...["meeting-changed event-renamed", "meeting-changed event-moved", "meeting-changed tool-edited"],
    ])
  })

  test("ends its meeting when it is deleted", async () => {
    const { withMeeting, kept, sync, remote, stored } = await world()
    const id = await withMeeting()
    await remote.hand.remove(id)
    await sync()
    expect(kept()[0]?.isEnded).toBe(true)
    const { links, meetings, audit } = await stored()
    expect(links).toEqual([])
    expect(meetings).toMatchObject([{ state: "ended" }])
    expect(audit.slice(2)).toEqual(["meeting-unlinked event-gone", "meeting-ended event-gone"])
  })

  test("passes its meeting on to a copy when it is deleted", async () => {
    const { withMeeting, kept, sync, remote, calendar, stored, event } = await world()
    const id = await withMeeting()
    const { location, description, tag } = event(id)
    const copy = await remote.hand.create({ ...someDraft("Copied"), rule: null })
    await calendar.edit(copy, ({ texts }) => void Object.assign(texts, { location, description, tag }))
    await sync()
    expect((await stored()).links.map(({ role }) => role).sort()).toEqual(["copy", "driver"])
    expect(kept()[0]?.face.topic).toBe("Observation night")
    await remote.hand.remove(id)
    await sync()
    expect(kept()).toMatchObject([{ isEnded: false, face: { topic: "Copied" } }])
    expect((await stored()).links).toMatchObject([{ eventId: copy, role: "driver" }])
  })

  test("keeps its meeting alive when only the link was taken out, until it expires", async () => {
    const { withMeeting, kept, sync, calendar, stored, clock, run, jobs, accountId } = await world()
    const id = await withMeeting()
    await calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: null, description: null, tag: null }))
    await sync()
    const [meeting] = (await stored()).meetings
    expect(meeting?.state).toBe("live")
    expect(kept()[0]?.isEnded).toBe(false)
    await clock.advance(40 * 86_400_000)
    if (meeting === undefined) throw new Error("no meeting")
    await jobs.queue.add([{ kind: "settle", accountId, meetingId: meeting.meetingId, cause: "review" }])
    await run()
    expect(kept()[0]?.isEnded).toBe(true)
  })
})

describe("a meeting that is changed in its own service", () => {
  test("changes its event, field by field", async () => {
    const { withMeeting, event, run, jobs, accountId, stored, meetings, remote, sync } = await world()
    const id = await withMeeting()
    meetings.edit("m-1", { topic: "Leonids" })
    await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-26T21:00:00"))
    const meetingId = (await stored()).meetings[0]?.meetingId
    if (meetingId === undefined) throw new Error("no meeting")
    await jobs.queue.add([{ kind: "settle", accountId, meetingId, cause: "review" }])
    await run()
    expect(event(id).subject).toBe("Leonids")
    const face = meetings.kept.get("m-1")?.face
    expect(face?.topic).toBe("Leonids")
    expect(face?.schedule).toEqual(event(id).schedule)
    const updates = meetings.calls.get("update")
    await sync()
    await sync()
    expect(meetings.calls.get("update")).toBe(updates)
  })

  test("yields to its event where both were changed, and keeps its own version as a note", async () => {
    const { withMeeting, event, kept, meetings, remote, sync, stored } = await world()
    const id = await withMeeting()
    meetings.edit("m-1", { topic: "Leonids" })
    await remote.hand.rename(id, "Geminids")
    await sync()
    expect(event(id).subject).toBe("Geminids")
    expect(kept()[0]).toMatchObject({ face: { topic: "Geminids" }, note: expect.stringContaining("Leonids") })
    expect((await stored()).audit).toContain("meeting-note both-changed")
  })

  test("that is gone there while its event lives is made anew, so that no live event keeps a dead link", async () => {
    const { withMeeting, event, kept, meetings, remote, sync } = await world()
    const id = await withMeeting()
    await meetings.backend.end("m-1")
    await remote.hand.rename(id, "Geminids")
    await sync()
    expect(event(id).location).toContain("https://meet.example/m-2")
    expect(event(id).location).not.toContain("m-1")
    expect(event(id).description).not.toContain("m-1")
    expect(kept().map(({ isEnded }) => isEnded)).toEqual([true, false])
  })
})

describe("a meeting that a person changes between our write and the look after it", () => {
  /** `afterWrite` happens right after the next update of a meeting. */
  async function changed(afterWrite: (here: Awaited<ReturnType<typeof world>>) => void) {
    let next: (() => void) | null = null
    const here = await world({
      dressBackend: (backend) => ({
        ...backend,
        async update(...told) {
          await backend.update(...told)
          next?.()
          next = null
        },
      }),
    })
    const id = await here.withMeeting()
    next = () => afterWrite(here)
    await here.remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-11-26T21:00:00"))
    await here.sync()
    return { ...here, id }
  }

  test("changes its event at once, in the field that the person changed", async () => {
    const here = await changed(({ meetings }) => void meetings.edit("m-1", { topic: "Leonids" }))
    expect(here.event(here.id).subject).toBe("Leonids")
    expect(here.kept()[0]?.face).toEqual({ topic: "Leonids", schedule: here.event(here.id).schedule })
    expect((await here.stored()).audit.slice(2)).toEqual([
      "meeting-changed event-moved",
      "meeting-changed meeting-edited",
    ])
    const updates = here.meetings.calls.get("update")
    await here.sync()
    expect(here.meetings.calls.get("update")).toBe(updates)
    expect(updates).toBe(1)
  })

  test("moves its event, too, where both had moved it", async () => {
    const endsAt = Temporal.Instant.from("2026-11-27T21:00:00Z")
    const time = { kind: "timed", startsAt: endsAt.subtract({ hours: 1 }), endsAt, zone: "Europe/Berlin" } as const
    const here = await changed(({ meetings }) => void meetings.edit("m-1", { schedule: { kind: "single", time } }))
    expect(here.event(here.id).schedule).toEqual({ kind: "single", time })
    expect(here.meetings.calls.get("update")).toBe(1)
  })

  test("is made anew when the person deleted it", async () => {
    const here = await changed(({ kept }) => void Object.assign(kept()[0] ?? {}, { isEnded: true }))
    expect(here.event(here.id).location).toContain("https://meet.example/m-2")
  })
})

describe("of two that bring a meeting in step at once", () => {
  test("one waits, so that what a person changes meanwhile is not written over", async () => {
    const looked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    let isFirst = true
    const here = await world({
      dressBackend: (backend) => ({
        ...backend,
        async fetch(backendId) {
          const face = await backend.fetch(backendId)
          if (isFirst) {
            isFirst = false
            looked.resolve()
            await goOn.promise
          }
          return face
        },
      }),
    })
    const making = here.withMeeting()
    await looked.promise
    here.meetings.edit("m-1", { topic: "Perseids" })
    const [meeting] = (await here.stored()).meetings
    if (meeting === undefined) throw new Error("a meeting is expected")
    const { accountId, meetingId } = meeting
    await here.settle({ kind: "settle", accountId, meetingId, cause: "review" })
    expect(here.kept()[0]?.face.topic).toBe("Perseids")
    goOn.resolve()
    const id = await making
    await here.clock.advance(1_000)
    await here.run()
    expect(here.event(id).subject).toBe("Perseids")
    expect(here.kept()[0]?.face.topic).toBe("Perseids")
  })

  test("one that was killed keeps it for half a minute, no longer", async () => {
    const { withMeeting, store, stored, accountId, clock, remote, sync, run, kept } = await world()
    const id = await withMeeting()
    const [meeting] = (await stored()).meetings
    if (meeting === undefined) throw new Error("a meeting is expected")
    const now = clock.now()
    await store.inAccount(accountId, (tables) =>
      tables.meetings.takeMeeting(meeting.meetingId, { now, until: now.add({ seconds: 30 }) }),
    )
    await remote.hand.rename(id, "Perseids")
    await sync()
    expect(kept()[0]?.face.topic).toBe("Observation night")
    await clock.advance(30_000)
    await run()
    expect(kept()[0]?.face.topic).toBe("Perseids")
  })
})

describe("the mass-deletion brake", () => {
  test("holds the links when a fifth and more than five vanish at once, and lets go when they come back", async () => {
    const { withMeeting, remote, sync, kept, stored, calendar } = await world()
    const ids = []
    for (let count = 0; count < 8; count++) ids.push(await withMeeting(someDraft(`Night ${count}`)))
    for (const id of ids) await remote.hand.remove(id)
    await sync()
    expect(kept().filter(({ isEnded }) => isEnded)).toEqual([])
    expect((await stored()).links.every(({ heldAt }) => heldAt !== null)).toBe(true)
    for (const id of ids) await calendar.edit(id, (event) => void Object.assign(event, { isRemoved: false }))
    await sync()
    expect((await stored()).links.every(({ heldAt }) => heldAt === null)).toBe(true)
  })
})

describe("an event that cannot be understood", () => {
  test("is set aside and counted, and stops neither the pass nor the others", async () => {
    const unreadable = new Set<string>()
    const here = await world({
      dress: (provider) => {
        const { events } = provider
        if (events === null) throw new Error("events are expected")
        return {
          ...provider,
          events: {
            ...events,
            fetch: (input) =>
              unreadable.has(input.eventId)
                ? Promise.reject(new Problem("unsupported", "The series takes away days by a rule."))
                : events.fetch(input),
          },
        }
      },
    })
    const bad = await here.withMeeting(someDraft("Bad"))
    const good = await here.withMeeting(someDraft("Good"))
    unreadable.add(bad)
    await here.remote.hand.rename(bad, "Worse")
    await here.remote.hand.rename(good, "Better")
    await here.sync()
    expect(here.kept().map(({ face, isEnded }) => [face.topic, isEnded])).toEqual([
      ["Bad", false],
      ["Better", false],
    ])
    expect(here.metrics.counts.get("malformed_items_total memory")).toBe(1)
    expect((await here.see()).calendar.failureCount).toBe(0)
  })
})

describe("the sync switched off", () => {
  test("leaves meetings and events alone", async () => {
    const { store, accountId, remote, calendar, sync, kept } = await world()
    await store.inAccount(accountId, (tables) => tables.policy.say(null, "sync", { value: "off", isLocked: false }))
    const id = await remote.hand.create(someDraft())
    await calendar.edit(id, ({ texts }) => void Object.assign(texts, { location: "@meet" }))
    await sync()
    expect(kept()).toEqual([])
  })
})
