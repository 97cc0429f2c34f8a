import { scheduleText } from "@kalends/domain/schedule"
import { describe, expect, type TestContext, test } from "vitest"
import { startEngine } from "../../testing/engine.ts"
import { meeting, morning } from "./drain.ts"
import { type Here, requireAbility } from "./suite.ts"

/** The whole sync over this provider's calendar, with the meeting service in memory. */
export function meetingRules(here: Here): void {
  /** Somebody writes a wish for a meeting into an event, and the sync runs. */
  async function begin(context: TestContext, rule: string | null = null) {
    const { world } = here
    const events = requireAbility(
      context,
      world.provider.events,
      "this provider's events are not read and written one at a time yet",
    )
    const engine = await startEngine({
      dress: () => world.provider,
      elsewhere: { now: world.now(), calendarId: world.calendarId, access: world.access },
    })
    const { jobs, pass, settle, accountId, calendarId } = engine
    const sync = async () => {
      await jobs.queue.add([{ kind: "pass", accountId, calendarId, noticedAtMs: null }])
      for (let due = jobs.take(); due.length > 0; due = jobs.take())
        for (const job of due) {
          if (job.kind === "pass") await pass(job)
          if (job.kind === "settle") await settle(job)
        }
    }
    await sync()
    const id = await world.hand.create({ ...meeting(world, "Observation"), rule })
    const input = async () => ({
      access: await world.access(),
      ...{ calendarId: world.calendarId, eventId: id, signal: AbortSignal.timeout(20_000) },
    })
    const record = async () => events.fetch(await input())
    await events.update({
      ...(await input()),
      patch: { location: "Room 4, @meet" },
      expect: (await record())?.version ?? "",
    })
    await sync()
    return { engine, id, sync, record, kept: () => engine.meetings.kept.get("m-1") }
  }

  describe("meetings", () => {
    test("an event that asks for a meeting gets one, and is written once", async (context) => {
      const { engine, record, sync, kept } = await begin(context)
      const made = await record()
      expect(made?.location).toBe("Room 4; https://meet.example/m-1")
      expect(made?.description).toContain("Join the meeting: https://meet.example/m-1")
      expect(kept()?.face.topic).toBe("Observation")
      await sync()
      await sync()
      expect((await record())?.version).toBe(made?.version)
      expect(engine.meetings.kept.size).toBe(1)
      expect(engine.meetings.calls.get("update") ?? 0).toBe(0)
    })

    test("a meeting follows its event when it is renamed, moved and removed by somebody else", async (context) => {
      const { id, engine, record, sync, kept } = await begin(context)
      await here.world.hand.rename(id, "Perseids")
      await sync()
      expect(kept()?.face.topic).toBe("Perseids")
      await here.world.hand.moveTo(id, morning(here.world, 6))
      await sync()
      const moved = await record()
      expect(kept() && scheduleText(kept()?.face.schedule ?? never())).toBe(scheduleText(moved?.schedule ?? never()))
      expect(engine.meetings.calls.get("update")).toBe(2)
      await here.world.hand.remove(id)
      await sync()
      expect(kept()?.isEnded).toBe(true)
    })

    test("a meeting follows its series, and what becomes of single occurrences", async (context) => {
      const { id, record, sync, kept } = await begin(context, "FREQ=DAILY;COUNT=6")
      const start = morning(here.world, 1)
      await here.world.hand.moveOccurrence(id, start.add({ days: 2 }), start.add({ days: 2, hours: 4 }))
      await sync()
      await here.world.hand.cancelOccurrence(id, start.add({ days: 4 }))
      await sync()
      const { schedule } = (await record()) ?? never()
      expect(schedule).toMatchObject({ kind: "series", moved: [{}] })
      expect(scheduleText(kept()?.face.schedule ?? never())).toBe(scheduleText(schedule))
    })
  })
}

function never(): never {
  throw new Error("there is nothing there")
}
