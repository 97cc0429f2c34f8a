import { afterEach, beforeEach, expect, test } from "vitest"
import type { Person } from "../org.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

// Whose mailbox a token reaches, and the shape in which Graph gives its events.

let simulator: Simulator
let ada: Person
let grace: Person
let now: Temporal.Instant

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T12:00:00Z")
  simulator = await startSimulator({ clock: () => now })
  ada = simulator.org.addPerson(simulator.tenants.microsoft, "Ada", "ada@northwind.example")
  grace = simulator.org.addPerson(simulator.tenants.microsoft, "Grace", "grace@northwind.example")
})
afterEach(() => simulator.close())

const time = { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" } as const
const accessOf = (person: Person, scope = "Calendars.Read") =>
  simulator.grants.microsoft.newAccessToken(simulator.grants.microsoft.newGrant(person, scope))

async function call(path: string, access: string, more: RequestInit = {}) {
  const answer = await fetch(`${simulator.baseUrls.microsoftApi}${path}`, {
    ...more,
    headers: { authorization: `Bearer ${access}`, ...more.headers },
  })
  return {
    status: answer.status,
    body: (await answer.json()) as Record<string, unknown> & { value: Record<string, unknown>[] },
  }
}

async function applicationToken(
  tenant: string = simulator.tenants.microsoft.id,
  scope = "https://graph.microsoft.com/.default",
) {
  const { id, secret } = simulator.clients.microsoft
  const answer = await fetch(`${simulator.baseUrls.microsoftLogin}/${tenant}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({ client_id: id, client_secret: secret, grant_type: "client_credentials", scope }),
  })
  return (await answer.json()) as Record<string, unknown>
}

async function consent(): Promise<URL> {
  simulator.knobs("microsoft").approvesAll = true
  const query = new URLSearchParams({ client_id: "x", redirect_uri: "http://localhost/back", state: "s" })
  const at = `${simulator.baseUrls.microsoftLogin}/organizations/v2.0/adminconsent?${query}`
  return new URL((await fetch(at, { redirect: "manual" })).headers.get("location") ?? "none:")
}

test("a person's token reaches that person's mailbox and no other", async () => {
  const access = accessOf(ada)
  expect((await call("/users/ada@northwind.example/events", access)).status).toBe(200)
  expect(await call(`/users/${grace.id}/events`, access)).toMatchObject({
    status: 403,
    body: { error: { code: "ErrorAccessDenied" } },
  })
  expect((await call("/users/nobody@northwind.example/events", access)).status).toBe(404)
})

test("an application reaches each mailbox once an administrator consented, and has none of its own", async () => {
  const before = String((await applicationToken()).access_token)
  expect((await call(`/users/${ada.id}/events`, before)).status).toBe(403)
  expect(Object.fromEntries((await consent()).searchParams)).toEqual({
    admin_consent: "True",
    tenant: simulator.tenants.microsoft.id,
    state: "s",
  })
  const token = await applicationToken()
  expect(token.refresh_token).toBeUndefined()
  const access = String(token.access_token)
  grace.calendar.create({ subject: "Talk", time })
  expect((await call(`/users/${grace.id}/events`, access)).body.value).toMatchObject([{ subject: "Talk" }])
  expect((await call("/me/events", access)).status).toBe(400)
})

test("an application's token is refused for an unknown tenant and for single permissions", async () => {
  expect((await applicationToken("nowhere")).error_codes).toEqual([90002])
  expect((await applicationToken(undefined, "Calendars.Read")).error).toBe("invalid_scope")
})

test("without permission to read there is nothing to read", async () => {
  expect((await call("/me/events", accessOf(ada, "User.Read"))).status).toBe(403)
  expect((await call("/me", accessOf(ada, "User.Read"))).body.mail).toBe(ada.email)
})

test("times come in the zone that is preferred, by its Windows name or IANA's", async () => {
  ada.calendar.create({ subject: "Talk", time })
  const prefer = (zone: string) =>
    call("/me/events", accessOf(ada), { headers: { prefer: `outlook.timezone="${zone}", odata.maxpagesize=5` } })
  for (const zone of ["Tokyo Standard Time", "Asia/Tokyo"])
    expect((await prefer(zone)).body.value[0]?.start).toEqual({
      dateTime: "2026-11-24T18:00:00.0000000",
      timeZone: zone,
    })
  expect((await prefer("Middle Earth")).status).toBe(400)
})

test("bodies are HTML unless text is preferred", async () => {
  ada.calendar.create({ subject: "Talk", time, description: "a < b" })
  const access = accessOf(ada)
  expect((await call("/me/events", access)).body.value[0]?.body).toEqual({
    contentType: "html",
    content: "<html><body>a &#60; b</body></html>",
  })
  const headers = { prefer: 'outlook.body-content-type="text"' }
  expect((await call("/me/events", access, { headers })).body.value[0]?.body).toEqual({
    contentType: "text",
    content: "a < b",
  })
})

test("$select leaves the other fields out, and what is given by name only is given by name only", async () => {
  const series = ada.calendar.create({ subject: "Weekly", time, rule: "FREQ=WEEKLY;COUNT=3" })
  ada.calendar.except(series, "2026-12-01T09:00:00Z", "cancelled")
  const access = accessOf(ada)
  const whole = (await call(`/me/events/${series.id}`, access)).body
  expect(whole.cancelledOccurrences).toBeUndefined()
  const { body } = await call(`/me/events/${series.id}?$select=subject,cancelledOccurrences`, access)
  expect(body).toEqual({
    "@odata.etag": whole["@odata.etag"],
    id: series.id,
    subject: "Weekly",
    cancelledOccurrences: [`OID.${series.id}.2026-12-01`],
  })
})

test("extended properties are kept, and given when they are expanded", async () => {
  const property = { id: "String {00020329-0000-0000-C000-000000000046} Name Key", value: "v" }
  const start = { dateTime: "2026-11-24T09:00:00", timeZone: "UTC" }
  const made = await call("/me/events", accessOf(ada, "Calendars.ReadWrite"), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ subject: "Tagged", start, end: start, singleValueExtendedProperties: [property] }),
  })
  expect(made.body.singleValueExtendedProperties).toBeUndefined()
  const expand = encodeURIComponent(`singleValueExtendedProperties($filter=id eq '${property.id}')`)
  const { body } = await call(`/me/events/${String(made.body.id)}?$expand=${expand}`, accessOf(ada))
  expect(body.singleValueExtendedProperties).toEqual([property])
})

test("nobody may watch somebody else's calendar or touch somebody else's subscription", async () => {
  const expirationDateTime = now.add({ hours: 1 }).toString()
  const subscription = {
    changeType: "updated",
    notificationUrl: `${simulator.url}/none`,
    expirationDateTime,
    clientState: "s",
  }
  const refused = await call("/subscriptions", accessOf(ada), {
    method: "POST",
    body: JSON.stringify({ ...subscription, resource: `users/${grace.id}/events` }),
  })
  expect(refused.status).toBe(403)
  expect((await call("/subscriptions/other", accessOf(ada), { method: "PATCH", body: "{}" })).status).toBe(404)
})
