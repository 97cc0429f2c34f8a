import { parseMeetingId, parseTemplateId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { MeetingBackend } from "../ports/meeting-backend.ts"
import { type FaultLine, failEachStep, faultyStore } from "../testing/fail-each-step.ts"
import { toolWish, toolWorld } from "../testing/tool-world.ts"

describe("a meeting that a tool asks for", () => {
  test("is made before its event is saved, and follows it from then on", async () => {
    const { tools, ada, save, sync, kept, remote, actions, event } = await toolWorld()
    const made = await tools.schedule(ada, toolWish)
    expect(made).toMatchObject({
      ...{ joinUrl: "https://meet.example/m-1", location: "https://meet.example/m-1", state: "live" },
      block: {
        text: "Join the meeting: https://meet.example/m-1",
        html: 'Join the meeting: <a href="https://meet.example/m-1">https://meet.example/m-1</a>',
      },
      expiresAt: "2026-12-31T20:00:00Z",
    })
    expect(kept()).toMatchObject([{ face: { topic: "Observation", schedule: { kind: "single" } } }])
    const id = await save(made)
    const { version } = event(id)
    await sync()
    await remote.hand.moveTo(id, Temporal.PlainDateTime.from("2026-12-02T20:00:00"))
    await remote.hand.rename(id, "Perseids")
    await sync()
    const schedule = { time: { startsAt: Temporal.Instant.from("2026-12-02T19:00:00Z") } }
    expect(kept()).toMatchObject([{ face: { topic: "Perseids", schedule }, isEnded: false }])
    expect(event(id).location).toBe("https://meet.example/m-1")
    expect(Number(event(id).version)).toBe(Number(version) + 2)
    expect((await actions()).filter((action) => action.startsWith("meeting"))).toEqual([
      ...["meeting-asked-for tool", "meeting-made tool", "meeting-linked event-linked"],
      ...["meeting-changed event-linked", "meeting-changed event-moved"],
    ])
  })

  test("is made once however often it is asked for, at once or later", async () => {
    const { tools, ada, kept } = await toolWorld()
    const both = await Promise.all([tools.schedule(ada, toolWish), tools.schedule(ada, toolWish)])
    expect(both[1]).toEqual(both[0])
    expect(await tools.schedule(ada, toolWish)).toEqual(both[0])
    expect(kept().length).toBe(1)
  })

  test("is whole when it is asked for again, whichever step failed and however", async () => {
    const faulty = (line: FaultLine) => ({
      dressStore: (store: Parameters<typeof faultyStore>[0]) => faultyStore(store, line),
      dressBackend: (backend: MeetingBackend): MeetingBackend => ({
        ...backend,
        create: (input) => line.call(() => backend.create(input)),
      }),
    })
    const steps = await failEachStep({
      make: (line) => toolWorld(faulty(line)),
      flow: ({ tools, ada }) => tools.schedule(ada, toolWish),
      async check({ tools, ada, kept, save, sync }, { where }) {
        const made = await tools.schedule(ada, toolWish)
        await save(made)
        await sync()
        expect({ where, state: made.state, kept: kept().length }).toEqual({ where, state: "live", kept: 1 })
        expect({ where, isEnded: kept()[0]?.isEnded }).toEqual({ where, isEnded: false })
      },
    })
    expect(steps).toBeGreaterThan(2)
  })

  test("lives as long as its kind does while no event says more", async () => {
    const { tools, ada } = await toolWorld()
    const allDay = { ...toolWish, key: "b".repeat(32), time: null }
    expect((await tools.schedule(ada, allDay)).expiresAt).toBe("2027-01-01T00:00:00Z")
    const recurring = { ...toolWish, key: "c".repeat(32), isRecurring: true }
    expect((await tools.schedule(ada, recurring)).expiresAt).toBe("2027-11-23T09:00:00Z")
  })

  test("is refused in a zone that nobody knows, and where policy switches tools off", async () => {
    const { tools, ada, inAccount, settings, kept } = await toolWorld()
    await expect(tools.schedule(ada, { ...toolWish, zone: "Mars/Olympus" })).rejects.toMatchObject({
      code: "unknown-zone",
    })
    const made = await tools.schedule(ada, toolWish)
    await inAccount((tables) => tables.policy.say(null, "schedulingTools", { value: "off", isLocked: true }))
    expect((await settings.settings(ada)).isOn).toBe(false)
    const later = { ...toolWish, key: "d".repeat(32) }
    await expect(tools.schedule(ada, later)).rejects.toMatchObject({ kind: "forbidden", code: "tool-off" })
    await expect(tools.change(ada, made.meetingId, { subject: "Other" })).rejects.toMatchObject({ code: "tool-off" })
    // What was made before can be given up all the same.
    await tools.remove(ada, made.meetingId)
    expect(kept().length).toBe(1)
  })
})

describe("a change that a tool tells of", () => {
  test("goes to the meeting service while no event is saved, as far as it was said", async () => {
    const { tools, ada, kept } = await toolWorld()
    const { meetingId } = await tools.schedule(ada, toolWish)
    const changed = await tools.change(ada, meetingId, { date: "2026-12-03" })
    expect(changed.expiresAt).toBe("2027-01-02T20:00:00Z")
    const startsAt = Temporal.Instant.from("2026-12-03T19:00:00Z")
    expect(kept()).toMatchObject([{ face: { topic: "Observation", schedule: { time: { startsAt } } } }])
    await tools.change(ada, meetingId, { subject: "Perseids", time: null })
    const startsOn = Temporal.PlainDate.from("2026-12-03")
    expect(kept()).toMatchObject([{ face: { topic: "Perseids", schedule: { time: { kind: "all-day", startsOn } } } }])
    expect((await tools.change(ada, meetingId, { isRecurring: true })).expiresAt).toBe("2027-11-23T09:00:00Z")
  })

  test("is a reason to look at the event once it is saved, which then says what holds", async () => {
    const { tools, ada, kept, save, sync, run, remote } = await toolWorld()
    const made = await tools.schedule(ada, toolWish)
    const id = await save(made)
    await sync()
    await remote.hand.rename(id, "Perseids")
    await tools.change(ada, made.meetingId, { subject: "What the tool says", date: "2030-01-01" })
    await run()
    expect(kept()).toMatchObject([{ face: { topic: "Perseids" } }])
  })
})

describe("a meeting that a tool gives up", () => {
  test("ends at once where its event was never saved, and asking again does nothing", async () => {
    const { tools, ada, kept, run } = await toolWorld()
    const { meetingId } = await tools.schedule(ada, toolWish)
    await tools.remove(ada, meetingId)
    await tools.remove(ada, meetingId)
    await run()
    expect(kept()).toMatchObject([{ isEnded: true }])
    expect((await tools.find(ada, meetingId)).state).toBe("ended")
    await tools.remove(ada, parseMeetingId("0198f7a0-0000-7000-8000-000000000001"))
    await expect(tools.schedule(ada, toolWish)).rejects.toMatchObject({ kind: "conflict", code: "key-used" })
    await expect(tools.change(ada, meetingId, {})).rejects.toMatchObject({ kind: "not-found", code: "no-meeting" })
  })

  test("lives on while its event carries the link, and ends when the link is out of it", async () => {
    const { tools, ada, kept, save, sync, run, clearTexts } = await toolWorld()
    const made = await tools.schedule(ada, toolWish)
    const id = await save(made)
    await sync()
    await tools.remove(ada, made.meetingId)
    await run()
    await sync()
    expect(kept()).toMatchObject([{ isEnded: false }])
    await clearTexts(id)
    await sync()
    expect(kept()).toMatchObject([{ isEnded: true }])
  })

  test("comes back when the event is saved with its link after all", async () => {
    const { tools, ada, service, save, sync, run, event } = await toolWorld()
    const made = await tools.schedule(ada, toolWish)
    await tools.remove(ada, made.meetingId)
    await run()
    const id = await save(made)
    await sync()
    const alive = [...service.kept].filter(([, { isEnded }]) => !isEnded).map(([backendId]) => backendId)
    expect(alive).toEqual(["m-2"])
    expect(event(id).location).toContain("m-2")
  })
})

describe("templates", () => {
  const lines = { name: "With dial-in", text: "Dial +49 30 1234 567\nhttps://help.example/join", backend: null }

  test("put their lines below the link, and stay with the meeting whatever becomes the default", async () => {
    const { tools, ada, settings } = await toolWorld()
    const template = await settings.saveTemplate(ada, null, { ...lines, isDefault: true })
    const made = await tools.schedule(ada, toolWish)
    expect(made.block).toEqual({
      text: ["Join the meeting: https://meet.example/m-1", "Dial +49 30 1234 567", "https://help.example/join"].join(
        "\n",
      ),
      html: [
        'Join the meeting: <a href="https://meet.example/m-1">https://meet.example/m-1</a>',
        "Dial +49 30 1234 567",
        '<a href="https://help.example/join">https://help.example/join</a>',
      ].join("<br>\n"),
    })
    const other = { name: "Plain", text: "", backend: null, isDefault: true }
    const plain = await settings.saveTemplate(ada, null, other)
    expect((await settings.templates(ada)).templates.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["Plain", true],
      ["With dial-in", false],
    ])
    expect((await tools.change(ada, made.meetingId, { subject: "Other" })).block).toEqual(made.block)
    const chosen = { ...toolWish, key: "e".repeat(32), templateId: template.templateId }
    expect((await tools.schedule(ada, chosen)).block.text).toContain("Dial")
    await settings.setDefaults(ada, { templateId: template.templateId, addsToEveryEvent: true })
    const { defaults } = await settings.settings(ada)
    expect(defaults).toEqual({ templateId: template.templateId, addsToEveryEvent: true })
    await settings.removeTemplate(ada, parseTemplateId(template.templateId))
    expect((await settings.settings(ada)).defaults).toEqual({ templateId: plain.templateId, addsToEveryEvent: true })
    expect((await tools.find(ada, made.meetingId)).block.text).toBe("Join the meeting: https://meet.example/m-1")
    await expect(tools.schedule(ada, { ...chosen, key: "f".repeat(32) })).rejects.toMatchObject({ code: "no-template" })
  })

  test("name no meeting service that is not there", async () => {
    const { ada, settings } = await toolWorld()
    const input = { ...lines, backend: "zoom", isDefault: false }
    await expect(settings.saveTemplate(ada, null, input)).rejects.toMatchObject({ code: "no-meeting-service" })
  })
})
