import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findOptionalServer, type RunningServer, startDavmail } from "../tools/optional-server.ts"

// DavMail, which has spoken EWS to real servers since 2010, reads the simulated one and gives it on as CalDAV.

describe.runIf(findOptionalServer("davmail-server") !== null)("DavMail", () => {
  let simulator: Simulator
  let davmail: RunningServer
  let mary: Person

  beforeAll(async () => {
    simulator = await startSimulator()
    mary = simulator.org.addPerson(simulator.tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
    davmail = await startDavmail(simulator.baseUrls.exchange)
  })
  afterAll(async () => {
    await davmail.stop()
    await simulator.close()
  })

  async function report(password: string): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${davmail.url}/users/${mary.email}/calendar/`, {
      method: "REPORT",
      headers: { authorization: `Basic ${btoa(`${mary.email}:${password}`)}`, depth: "1", "content-type": "text/xml" },
      body: `<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`,
    })
    return { status: answer.status, text: await answer.text() }
  }

  test("gives an appointment, and a series with its changed and its cancelled occurrence, as CalDAV", async () => {
    const time = {
      kind: "timed",
      start: "2026-11-24T09:00:00",
      end: "2026-11-24T10:00:00",
      zone: "Europe/Berlin",
    } as const
    mary.calendar.create({ subject: "Review", time, location: "Dome 2" })
    const series = mary.calendar.create({ subject: "Stand-up", time, rule: "FREQ=DAILY;COUNT=5" })
    mary.calendar.except(series, "2026-11-25T08:00:00Z", "cancelled")
    mary.calendar.except(series, "2026-11-26T08:00:00Z", { subject: "Stand-up in the yard" })
    const { status, text } = await report(simulator.exchange.credentialsOf(mary).password)
    expect(status).toBe(207)
    const lines = text.replaceAll(/\r?\n /g, "").split(/\r?\n/)
    expect(lines.flatMap((line) => /^SUMMARY[^:]*:(.*)$/.exec(line)?.[1] ?? [])).toEqual([
      "Review",
      "Stand-up",
      "Stand-up in the yard",
    ])
    expect(lines).toContain('DTSTART;TZID="Europe/Berlin":20261124T090000')
    expect(lines).toContain("RRULE:FREQ=DAILY;COUNT=5")
    expect(lines).toContain('EXDATE;TZID="Europe/Berlin":20261125T090000')
    expect(lines).toContain("RECURRENCE-ID:20261126T080000Z")
  })

  test("is kept out with a wrong password", async () => {
    expect((await report("wrong")).status).toBe(401)
  })
})
