/**
 * A client's full refresh of 5,000 events, the network left out: the provider's pages are read by the real client (parse,
 * map, sanitize, order), beside JSON.parse of the same bytes in the same run. CalDAV is told without a target: it is no
 * JSON.
 */
import { openClient } from "@kalends/client/client"
import { systemPlatform } from "@kalends/client/platform"
import { endBench, type Figure, median, report } from "./kit/figures.ts"

const eventCount = 5_000
const rounds = 9
const allowanceMs = 200
const startsAt = Date.parse("2026-11-23T00:00:00Z")
const description = "Please read the notes beforehand. Join at https://us02web.zoom.us/j/88812345678?pwd=abc. ".repeat(
  8,
)

const instant = (index: number, minutes: number) => new Date(startsAt + (index * 8 + minutes) * 60_000).toISOString()
const people = (index: number) =>
  Array.from({ length: 6 }, (_, at) => ({ name: `Guest ${at}`, email: `guest${index % 50}-${at}@example.org` }))

function graphPage(): string {
  const time = (index: number, minutes: number) => ({
    dateTime: `${instant(index, minutes).slice(0, 19)}.0000000`,
    timeZone: "UTC",
  })
  const value = Array.from({ length: eventCount }, (_, index) => ({
    id: `AAMkAGI${index}`,
    changeKey: `ck${index}`,
    start: time(index, 0),
    end: time(index, 30),
    isAllDay: false,
    subject: `Meeting ${index}`,
    body: { contentType: "text", content: description },
    location: { displayName: "Room 5" },
    organizer: { emailAddress: { name: "Ada", address: "ada@example.org" } },
    originalStartTimeZone: "W. Europe Standard Time",
    showAs: "busy",
    sensitivity: "normal",
    attendees: people(index).map(({ name, email }) => ({
      type: "required",
      status: { response: "accepted" },
      emailAddress: { name, address: email },
    })),
  }))
  return JSON.stringify({ value })
}

function googlePage(): string {
  const items = Array.from({ length: eventCount }, (_, index) => ({
    id: `event${index}`,
    etag: `"${index}"`,
    status: "confirmed",
    summary: `Meeting ${index}`,
    description,
    location: "Room 5",
    start: { dateTime: instant(index, 0), timeZone: "Europe/Berlin" },
    end: { dateTime: instant(index, 30), timeZone: "Europe/Berlin" },
    organizer: { email: "ada@example.org", self: true },
    attendees: people(index).map(({ name, email }) => ({ displayName: name, email, responseStatus: "accepted" })),
  }))
  return JSON.stringify({ items })
}

function caldavPage(): string {
  const stamp = (text: string) => `${text.slice(0, 19).replace(/[-:]/g, "")}Z`
  const events = Array.from({ length: eventCount }, (_, index) => {
    const guests = people(index).map(({ name, email }) => `ATTENDEE;CN=${name};PARTSTAT=ACCEPTED:mailto:${email}`)
    const lines = [
      "BEGIN:VCALENDAR",
      "VERSION:2.0",
      "BEGIN:VEVENT",
      `UID:${index}`,
      `DTSTART:${stamp(instant(index, 0))}`,
      `DTEND:${stamp(instant(index, 30))}`,
      `SUMMARY:Meeting ${index}`,
      `DESCRIPTION:${description}`,
      ...guests,
      "END:VEVENT",
      "END:VCALENDAR",
    ]
    return `<d:response><d:href>/cal/${index}.ics</d:href><d:propstat><d:prop><d:getetag>"${index}"</d:getetag><c:calendar-data>${lines.join("\r\n")}</c:calendar-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
  })
  return `<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${events.join("")}</d:multistatus>`
}

const id = "11111111-1111-4111-8111-111111111111"
const user = { userId: id, accountId: id, email: "ada@example.org", displayName: "Ada", role: "user" }
const session = { token: "t", expiresAt: "2099-01-01T00:00:00Z", user }
const connection = {
  connectionId: id,
  providerLabel: "x",
  permission: "read",
  state: "healthy",
  subjectEmail: null,
  createdAt: "2026-01-01T00:00:00Z",
  lastOkAt: null,
  lastChangeAt: null,
  hears: "push",
  nextRenewalAt: null,
  stalenessBoundSeconds: 1,
  grantExpiresAt: null,
  problem: null,
  calendarCount: 1,
}

/** A service and a provider that answer from memory; the change stream never says anything. */
function platformFor(provider: string, body: string) {
  const calendars = [{ calendarId: id, providerCalendarId: "/cal/", isPrimary: true, canWrite: false }]
  const access = {
    connectionId: id,
    provider,
    permission: "read",
    calendars,
    access: { kind: "bearer", token: "t", expiresAt: "2099-01-01T00:00:00Z", apiBase: "https://api.example.org" },
  }
  const answers: Readonly<Record<string, unknown>> = {
    "/v1/sessions": session,
    "/v1/connections": { connections: [{ ...connection, provider }] },
    [`/v1/connections/${id}/access`]: access,
  }
  return {
    ...systemPlatform,
    now: () => Temporal.Instant.fromEpochMilliseconds(startsAt + 3_600_000),
    fetch: async (url: string, init: RequestInit) => {
      const { host, pathname } = new URL(url)
      if (host === "api.example.org") return new Response(body, { status: 200 })
      if (pathname === "/v1/changes")
        return new Promise<Response>((_, reject) =>
          init.signal?.addEventListener("abort", () => reject(new Error("closed"))),
        )
      return Response.json(answers[pathname])
    },
  }
}

async function measure(
  provider: string,
  body: string,
): Promise<{ readonly refreshMs: number; readonly parseMs: number }> {
  const client = openClient({
    service: "https://service.example.org",
    zone: "Europe/Berlin",
    reach: "native",
    platform: platformFor(provider, body),
  })
  await client.signIn({ email: "ada@example.org", password: "x", deviceName: "bench" })
  if (client.state.events.length !== eventCount)
    throw new Error(`${provider}: ${client.state.events.length} events, ${client.state.problem?.message}`)
  const refreshes: number[] = []
  const parses: number[] = []
  for (let round = 0; round < rounds; round++) {
    let from = performance.now()
    await client.refresh()
    refreshes.push(performance.now() - from)
    from = performance.now()
    if (provider !== "caldav") JSON.parse(body)
    parses.push(performance.now() - from)
  }
  client.close()
  return { refreshMs: median(refreshes), parseMs: median(parses) }
}

const figures: Figure[] = []
for (const [provider, body] of [
  ["graph", graphPage()],
  ["google", googlePage()],
  ["caldav", caldavPage()],
] as const) {
  const { refreshMs, parseMs } = await measure(provider, body)
  const mostMs = provider === "caldav" ? Number.POSITIVE_INFINITY : 2 * parseMs + allowanceMs
  const name = `${provider}: refresh of ${eventCount.toLocaleString("en")} events (${(body.length / 1e6).toFixed(1)} MB)`
  const target =
    provider === "caldav" ? "told only" : `<= 2 x JSON.parse + ${allowanceMs} ms = ${Math.round(mostMs)} ms`
  figures.push({
    name,
    unit: "ms",
    value: refreshMs,
    baseline: provider === "caldav" ? null : parseMs,
    ratio: refreshMs / parseMs,
    target,
    isReached: refreshMs <= mostMs,
  })
}
report(figures)
endBench()
