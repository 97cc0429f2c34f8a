import type { IpcLink } from "@kalends/client/platform/ipc-link"
import { Problem } from "@kalends/domain/problem"
import type { IpcAnswer } from "@kalends/protocol/ipc"
import { textNames } from "@kalends/ui/testing/text-names"
import { expect, test } from "vitest"
import { createAgentDoor } from "./agent-door.ts"
import { readFileItem } from "./file-item.ts"
import { createHostLines, type HostLine } from "./host-lines.ts"
import { messages } from "./messages.ts"
import type { AppointmentItem, Plugin } from "./plugin.ts"

const marks = { key: null, meetingId: null }
const appointment = {
  ...{ subject: "Comet hunting", start: "2026-11-24T09:30:00", zone: "Europe/Berlin" },
  ...{ isAllDay: false, recurrence: "none", host: null },
}

function hostWith(add: (item: AppointmentItem) => Promise<void>) {
  const lines: HostLine[] = []
  const nothing = async () => {}
  const plugin: Plugin = { add, saved: nothing, deleted: nothing }
  const receive = createHostLines(plugin, (line) => void lines.push(line))
  return { lines, receive: (line: object) => receive(JSON.stringify(line)) }
}

test("what is done for an appointment is said under its name, and ends with done", async () => {
  const { lines, receive } = hostWith(async (item) => {
    await item.mark({ ...marks, key: "a".repeat(32) })
    await item.write({ location: "here", block: { text: "t", html: "h" } })
    item.say("Well.", false)
  })
  await receive({ item: "w1", event: "add", appointment, marks })
  expect(lines.map((line) => [line.item, line.do])).toEqual([
    ["w1", "mark"],
    ["w1", "write"],
    ["w1", "say"],
    ["w1", "done"],
  ])
})

test("the lines of one appointment are served in their order, and those of another do not wait", async () => {
  const order: string[] = []
  const open = new Map<string, () => void>()
  const { receive } = hostWith(async ({ appointment: { subject } }) => {
    order.push(`begin ${subject}`)
    await new Promise<void>((resolve) => void open.set(subject, resolve))
    order.push(`end ${subject}`)
  })
  const line = (item: string, subject: string) => ({
    item,
    event: "add",
    appointment: { ...appointment, subject },
    marks,
  })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const all = [receive(line("w1", "a")), receive(line("w1", "b")), receive(line("w2", "c"))]
  await settled()
  for (const subject of ["c", "a", "b"]) {
    open.get(subject)?.()
    await settled()
  }
  await Promise.all(all)
  expect(order).toEqual(["begin a", "begin c", "end c", "end a", "begin b", "end b"])
})

test.each(["body", "attendees", "organizer"])(
  "a shell that sends %s is refused, and nothing of it is repeated",
  async (field) => {
    const { lines, receive } = hostWith(async () => expect.unreachable())
    await receive({ item: "w1", event: "add", appointment: { ...appointment, [field]: "canary" }, marks })
    expect(lines).toEqual([{ item: null, do: "refuse", text: expect.not.stringContaining("canary") }])
  },
)

test("of a file only the appointment's own fields are shown to the core, and the rest stays as it is", async () => {
  let text = JSON.stringify({
    ...appointment,
    location: "Dome 2",
    body: "Bring coats.",
    attendees: ["grace@example.org"],
  })
  const write = (next: string) => {
    text = next
  }
  const item = readFileItem({ read: () => text, write, say: () => {} })
  expect(item?.appointment).toEqual(appointment)
  await item?.write({ location: "https://meet.example/1", block: { text: "Join: https://meet.example/1", html: "" } })
  await item?.write({ location: "https://meet.example/1", block: { text: "Join: https://meet.example/1", html: "" } })
  const file = JSON.parse(text)
  expect(file).toMatchObject({ attendees: ["grace@example.org"], location: "Dome 2; https://meet.example/1" })
  expect(file.body.match(/Join:/g)).toHaveLength(1)
  expect(file.body).toMatch(/^Bring coats\./)
  expect(readFileItem({ read: () => "no", write: () => {}, say: () => {} })).toBeNull()
})

const link = (ask: IpcLink["ask"]): IpcLink => ({ ask, close() {} })
const gone = () => new Problem("unavailable", "…", { code: "no-agent" })

test("a question whose agent went away is asked once more of the next, and not for ever", async () => {
  let opened = 0
  const answers = [(): IpcAnswer => ({ kind: "removed", id: 1 })]
  const door = createAgentDoor(async () => {
    opened++
    return link(async () => {
      const answer = answers.shift()
      if (answer === undefined) throw gone()
      return answer()
    })
  })
  const question = { action: "settings" } as const
  await door.ask(question)
  await expect(door.ask(question)).rejects.toMatchObject({ code: "no-agent" })
  expect(opened).toBe(2)
  answers.push(() => ({ kind: "removed", id: 2 }))
  expect(await door.ask(question)).toMatchObject({ kind: "removed" })
  expect(opened).toBe(3)
})

test("what the agent refuses is not asked again", async () => {
  let asked = 0
  const door = createAgentDoor(async () =>
    link(async () => {
      asked++
      throw new Problem("unsupported", "…", { code: "tool-off" })
    }),
  )
  await expect(door.ask({ action: "settings" })).rejects.toMatchObject({ code: "tool-off" })
  expect(asked).toBe(1)
})

test("both languages have the same texts, and none is empty", () => {
  expect(textNames(messages.ja)).toEqual(textNames(messages.en))
  expect(JSON.stringify(messages)).not.toContain('""')
})
