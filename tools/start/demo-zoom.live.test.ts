import { startSimulator } from "@kalends/simulator/simulator"
import { expect, test } from "vitest"
import { connectByOAuth, until } from "../../e2e/support.ts"
import { setUpNode, startTestNode } from "../../packages/server/src/testing/node.ts"
import { areMeetingsAtRest, cloneDatabase } from "../../packages/server/src/testing/postgres.ts"
import { demoMeetingSettings, demoSettings, demoSubscription } from "./demo.ts"

type Shown = { readonly meetings: readonly { readonly id: string; readonly topic: string }[] }

test("with the demo's settings a meeting is made in the simulated Zoom, and edited there it moves its event", async () => {
  const simulator = await startSimulator()
  const person = simulator.org.addPerson(simulator.tenants.google, "Ada", "ada@example.org")
  simulator.zoom.account.addUser(person.email)
  simulator.knobs("google").approvesAll = true
  const base = await cloneDatabase()
  const node = await startTestNode(base.url, {
    ...demoSettings(simulator.url, null),
    ...demoMeetingSettings(simulator.url, {}),
  })
  try {
    const { call } = await setUpNode(node)
    const { url, body } = demoSubscription(simulator.url, node.url)
    expect((await fetch(url, { method: "POST", body })).status).toBe(200)
    expect(await connectByOAuth(call, "google", undefined, "read-write")).toBe("connected")
    const day = Temporal.Now.plainDateISO("UTC").add({ days: 2 })
    const time = { kind: "timed", start: `${day}T09:00:00`, end: `${day}T09:30:00`, zone: "UTC" } as const
    const event = person.calendar.create({ subject: "Colloquium", time, location: "@meet" })
    const shown = async (): Promise<Shown> => (await fetch(`${simulator.url}/demo/zoom`)).json()
    await until(async () => event.details.location?.includes("zoom.us/j/") ?? false)
    // An edit of either before both were seen alike is a conflict, which the calendar wins.
    await until(() => areMeetingsAtRest(base.url))
    const [meeting] = (await shown()).meetings
    expect(meeting?.topic).toBe("Colloquium")
    const edit = { topic: "Audit", startsAt: `${day}T13:00:00Z` }
    await fetch(`${simulator.url}/demo/zoom/meetings/${meeting?.id}`, { method: "POST", body: JSON.stringify(edit) })
    await until(async () => event.details.subject === "Audit")
    expect(event.details.time).toMatchObject({ kind: "timed" })
    expect(JSON.stringify(event.details.time)).toContain("T13:")
    expect(simulator.zoom.calls.count("updateMeeting")).toBe(0)
  } finally {
    await node.stop()
    await base.drop()
    await simulator.close()
  }
})
