import { auth, calendar as createGoogleClient } from "@googleapis/calendar"
import {
  AuthenticationHandler,
  Client,
  type Context,
  type Middleware,
  PageIterator,
} from "@microsoft/microsoft-graph-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Person } from "./org.ts"
import { type Simulator, startSimulator } from "./simulator.ts"

// The providers' own clients, unchanged: the simulator must not drift into a dialect of ours.

let simulator: Simulator
let ada: Person
let vera: Person

beforeAll(async () => {
  simulator = await startSimulator()
  ada = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@northwind.example")
  vera = simulator.org.addPerson(simulator.tenants.google, "Vera", "vera@northwind-labs.example")
})
afterAll(() => simulator.close())

/** The client sends its token over https only: the last hop takes off the s, as a test's stand-in for TLS. */
class LoopbackHandler implements Middleware {
  async execute(context: Context): Promise<void> {
    const response = await fetch(String(context.request).replace("https:", "http:"), context.options)
    const body =
      response.status === 204 ? null : (await response.text()).replaceAll("http://127.0.0.1", "https://127.0.0.1")
    context.response = new Response(body, { status: response.status, headers: { "content-type": "application/json" } })
  }
}

const hour = {
  start: { dateTime: "2026-11-24T09:00:00", timeZone: "UTC" },
  end: { dateTime: "2026-11-24T10:00:00", timeZone: "UTC" },
}

describe("Microsoft's client", () => {
  const client = (scope = "Calendars.ReadWrite") => {
    const token = simulator.grants.microsoft.newAccessToken(simulator.grants.microsoft.newGrant(ada, scope))
    const middleware = new AuthenticationHandler({ getAccessToken: async () => token })
    middleware.setNext(new LoopbackHandler())
    return Client.initWithMiddleware({
      baseUrl: `${simulator.url.replace("http:", "https:")}/`,
      customHosts: new Set(["127.0.0.1"]),
      middleware,
    })
  }

  test("creates, reads, changes and deletes an event, and a repeated create makes no second one", async () => {
    const api = client()
    const body = { subject: "Review", transactionId: "once", ...hour }
    const made = await api.api("/me/events").post(body)
    expect((await api.api("/me/events").post(body)).id).toBe(made.id)
    await api.api(`/me/events/${made.id}`).patch({ subject: "Review, moved" })
    expect((await api.api(`/me/events/${made.id}`).get()).subject).toBe("Review, moved")
    await expect(
      api.api(`/me/events/${made.id}`).header("If-Match", 'W/"ck0"').patch({ subject: "late" }),
    ).rejects.toMatchObject({ statusCode: 412 })
    await api.api(`/me/events/${made.id}`).delete()
    await expect(api.api(`/me/events/${made.id}`).get()).rejects.toMatchObject({ statusCode: 404 })
  })

  test("pages through a window and then reads what changed", async () => {
    const api = client()
    for (let count = 0; count < 7; count++) await api.api("/me/events").post({ subject: `Talk ${count}`, ...hour })
    const window = "startDateTime=2026-11-24T00:00:00Z&endDateTime=2026-11-25T00:00:00Z"
    const seen: string[] = []
    const iterator = new PageIterator(
      api,
      await api.api(`/me/calendarView?${window}`).header("Prefer", "odata.maxpagesize=3").get(),
      (event: { subject: string }) => seen.push(event.subject) > 0,
    )
    await iterator.iterate()
    expect(seen).toHaveLength(7)
    const first = await api.api(`/me/calendarView/delta?${window}`).header("Prefer", "odata.maxpagesize=50").get()
    const known = ada.calendar.live()[0]
    if (known !== undefined) ada.calendar.remove(known)
    const later = await api.api(first["@odata.deltaLink"]).get()
    expect(later.value).toEqual([{ id: known?.id, "@removed": { reason: "deleted" } }])
    await expect(api.api(`/me/calendarView/delta?${window}&$select=id`).get()).rejects.toMatchObject({
      statusCode: 400,
    })
    ada.calendar.loseCursors()
    await expect(api.api(first["@odata.deltaLink"]).get()).rejects.toMatchObject({
      statusCode: 410,
      code: "syncStateNotFound",
    })
  })

  test("answers a batch, each request for itself", async () => {
    const requests = [
      { id: "1", method: "GET", url: "/me" },
      { id: "2", method: "GET", url: "/me/events/none" },
    ]
    const { responses } = await client().api("/$batch").post({ requests })
    expect(responses).toMatchObject([
      { id: "1", status: 200, body: { mail: ada.email } },
      { id: "2", status: 404 },
    ])
  })

  test("tells a moved series by removals of its former occurrences and by its new ones", async () => {
    const api = client()
    const recurrence = {
      pattern: { type: "weekly", interval: 1, daysOfWeek: ["tuesday"] },
      range: { type: "numbered", startDate: "2026-11-24", numberOfOccurrences: 2 },
    }
    const series = await api.api("/me/events").post({ subject: "Series", ...hour, recurrence })
    expect(series.recurrence.range).toMatchObject({ type: "numbered", numberOfOccurrences: 2 })
    const first = await api
      .api("/me/calendarView/delta?startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-31T00:00:00Z")
      .header("Prefer", "odata.maxpagesize=100")
      .get()
    await api.api(`/me/events/${series.id}`).patch({
      start: { dateTime: "2026-11-24T11:00:00", timeZone: "UTC" },
      end: { dateTime: "2026-11-24T12:00:00", timeZone: "UTC" },
    })
    const { value } = await api.api(first["@odata.deltaLink"]).header("Prefer", "odata.maxpagesize=100").get()
    expect(value.map((one: object) => "@removed" in one)).toEqual([false, false, false, true, true])
    const live = value.filter((one: object) => !("@removed" in one))
    expect(live.map(({ type }: { type: string }) => type)).toEqual(["occurrence", "occurrence", "seriesMaster"])
    // Occurrences come bare, with the id of the master that has the texts.
    expect(live.map((one: object) => "subject" in one)).toEqual([false, false, true])
  })

  test("may not write with permission to read", async () => {
    await expect(
      client("Calendars.Read")
        .api("/me/events")
        .post({ subject: "no", ...hour }),
    ).rejects.toMatchObject({ statusCode: 403, code: "ErrorAccessDenied" })
  })
})

describe("Google's client", () => {
  const client = (scope = "https://www.googleapis.com/auth/calendar.events") => {
    const oauth = new auth.OAuth2()
    oauth.setCredentials({
      access_token: simulator.grants.google.newAccessToken(simulator.grants.google.newGrant(vera, scope)),
    })
    return createGoogleClient({ version: "v3", auth: oauth, rootUrl: `${simulator.url}/` })
  }

  test("inserts once by its own id, patches, and deletes", async () => {
    const { events } = client()
    const requestBody = { id: "abc123", summary: "Colloquium", ...hour }
    await events.insert({ calendarId: "primary", requestBody })
    await expect(events.insert({ calendarId: "primary", requestBody })).rejects.toMatchObject({ status: 409 })
    const patched = await events.patch({
      calendarId: "primary",
      eventId: "abc123",
      requestBody: { summary: "Colloquium, moved" },
    })
    expect(patched.data.summary).toBe("Colloquium, moved")
    await events.delete({ calendarId: "primary", eventId: "abc123" })
    await expect(events.get({ calendarId: "primary", eventId: "abc123" })).rejects.toMatchObject({ status: 404 })
  })

  test("gives the sync token on the last page only, and cancelled exceptions by their identity", async () => {
    const { events } = client()
    const { data: series } = await events.insert({
      calendarId: "primary",
      requestBody: { summary: "Weekly", ...hour, recurrence: ["RRULE:FREQ=WEEKLY;COUNT=4"] },
    })
    for (let count = 0; count < 3; count++)
      await events.insert({ calendarId: "primary", requestBody: { summary: `Talk ${count}`, ...hour } })
    const first = await events.list({ calendarId: "primary", maxResults: 2 })
    expect(first.data.nextSyncToken).toBeUndefined()
    const { data: last } = await events.list({
      calendarId: "primary",
      maxResults: 2,
      pageToken: first.data.nextPageToken ?? "",
    })
    await events.delete({ calendarId: "primary", eventId: `${series.id}_20261201T090000Z` })
    const { data: changes } = await events.list({
      calendarId: "primary",
      syncToken: last.nextSyncToken ?? "",
      showDeleted: true,
    })
    const hole = changes.items?.find(({ status }) => status === "cancelled")
    expect(hole).toMatchObject({ recurringEventId: series.id, originalStartTime: { dateTime: "2026-12-01T09:00:00Z" } })
    expect(hole?.start).toBeUndefined()
    await expect(
      events.list({ calendarId: "primary", syncToken: last.nextSyncToken ?? "", timeMin: "2026-01-01T00:00:00Z" }),
    ).rejects.toMatchObject({ status: 400 })
    vera.calendar.loseCursors()
    await expect(events.list({ calendarId: "primary", syncToken: last.nextSyncToken ?? "" })).rejects.toMatchObject({
      status: 410,
    })
  })

  test("expands a series between two times, the bounds exclusive", async () => {
    const { data } = await client().events.list({
      calendarId: "primary",
      singleEvents: true,
      timeMin: "2026-12-08T00:00:00Z",
      timeMax: "2026-12-09T00:00:00Z",
    })
    expect(data.items?.map(({ start }) => start?.dateTime)).toEqual(["2026-12-08T09:00:00+00:00"])
  })

  test("watches and stops a channel, but not with the wrong resource", async () => {
    const { events, channels } = client()
    const { data } = await events.watch({
      calendarId: "primary",
      requestBody: { id: "channel-1", type: "web_hook", address: "https://127.0.0.1:9/none", token: "t" },
    })
    expect(Number(data.expiration)).toBeGreaterThan(0)
    await expect(channels.stop({ requestBody: { id: "channel-1", resourceId: "other" } })).rejects.toMatchObject({
      status: 404,
    })
    await channels.stop({ requestBody: { id: "channel-1", resourceId: data.resourceId ?? "" } })
  })
})
