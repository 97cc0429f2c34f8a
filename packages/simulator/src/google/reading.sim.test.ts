import { auth, calendar as createGoogleClient } from "@googleapis/calendar"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

// What Google gives to whom, read with Google's own client.

let simulator: Simulator
let vera: Person

beforeEach(async () => {
  simulator = await startSimulator({ clock: () => Temporal.Instant.from("2026-11-23T12:00:00Z") })
  vera = simulator.org.addPerson(simulator.tenants.google, "Vera", "vera@northwind-labs.example")
})
afterEach(() => simulator.close())

const scopeOf = (...names: string[]) => names.map((name) => `https://www.googleapis.com/auth/${name}`).join(" ")

function client(scope = scopeOf("calendar")) {
  const oauth = new auth.OAuth2()
  const grant = simulator.grants.google.newGrant(vera, scope)
  oauth.setCredentials({ access_token: simulator.grants.google.newAccessToken(grant) })
  return createGoogleClient({ version: "v3", auth: oauth, rootUrl: `${simulator.url}/`, retry: false })
}

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const

test("each scope opens what it is for and nothing else", async () => {
  const refused = { status: 403 }
  const events = client(scopeOf("calendar.events"))
  expect((await events.events.list({ calendarId: "primary" })).status).toBe(200)
  await expect(events.calendarList.list()).rejects.toMatchObject(refused)
  const list = client(scopeOf("calendar.calendarlist.readonly"))
  expect((await list.calendarList.list()).data.items).toMatchObject([{ id: vera.email, primary: true }])
  await expect(list.events.list({ calendarId: "primary" })).rejects.toMatchObject(refused)
  const readonly = client(scopeOf("calendar.readonly"))
  expect((await readonly.calendars.get({ calendarId: vera.email })).data.id).toBe(vera.email)
  await expect(readonly.events.insert({ calendarId: "primary", requestBody: {} })).rejects.toMatchObject(refused)
})

test("somebody else's calendar is not found", async () => {
  await expect(client().events.list({ calendarId: "other@northwind-labs.example" })).rejects.toMatchObject({
    status: 404,
  })
})

test("instances of a series come with their original start, cancelled ones when asked for", async () => {
  const series = vera.calendar.create({ subject: "Weekly", time, rule: "FREQ=WEEKLY;COUNT=3" })
  vera.calendar.except(series, "2026-12-01T09:00:00Z", "cancelled")
  const read = async (showDeleted: boolean) =>
    (await client().events.instances({ calendarId: "primary", eventId: series.id, showDeleted })).data.items
  expect((await read(false))?.map(({ originalStartTime }) => originalStartTime?.dateTime)).toEqual([
    "2026-11-24T09:00:00Z",
    "2026-12-08T09:00:00Z",
  ])
  expect((await read(true))?.map(({ status }) => status)).toEqual(["confirmed", "confirmed", "cancelled"])
})

test("fields leave out the rest, on each level", async () => {
  vera.calendar.create({ subject: "Talk", time }, { id: "talk" })
  const { data } = await client().events.list({
    calendarId: "primary",
    fields: "items(id,start/dateTime),nextSyncToken",
  })
  expect(data).toEqual({
    items: [{ id: "talk", start: { dateTime: "2026-11-24T09:00:00+00:00", timeZone: "UTC" } }],
    nextSyncToken: "sync-1",
  })
})

test("bounds hold for series that are not expanded, too", async () => {
  vera.calendar.create({ subject: "Talk", time })
  vera.calendar.create({ subject: "Weekly", time, rule: "FREQ=WEEKLY;COUNT=3" })
  const { data } = await client().events.list({ calendarId: "primary", timeMin: "2026-12-01T00:00:00Z" })
  expect(data.items?.map(({ summary }) => summary)).toEqual(["Weekly"])
})

test("parameters that do not go together are refused", async () => {
  const refused = { status: 400 }
  await expect(client().events.list({ calendarId: "primary", orderBy: "startTime" })).rejects.toMatchObject(refused)
  const both = { calendarId: "primary", syncToken: "sync-0", showDeleted: false }
  await expect(client().events.list(both)).rejects.toMatchObject(refused)
})

test("too many calls are refused with 403 or 429, as set", async () => {
  Object.assign(simulator.knobs("google"), { throttleNext: 2 })
  await expect(client().calendarList.list()).rejects.toMatchObject({ status: 403 })
  simulator.knobs("google").throttlesWith429 = true
  await expect(client().calendarList.list()).rejects.toMatchObject({ status: 429 })
})

test("fields that are not understood are kept and given back", async () => {
  const extendedProperties = { private: { kalends: "1" } }
  const conferenceData = { conferenceSolution: { name: "Meet", key: { type: "addOn" } }, entryPoints: [] }
  const instant = { dateTime: "2026-11-24T09:00:00Z" }
  const requestBody = { summary: "Talk", start: instant, end: instant, extendedProperties, conferenceData }
  const { data } = await client().events.insert({ calendarId: "primary", conferenceDataVersion: 1, requestBody })
  const read = await client().events.get({ calendarId: "primary", eventId: data.id ?? "" })
  expect(read.data).toMatchObject({ extendedProperties, conferenceData, updated: "2026-11-23T12:00:00.000Z" })
})
