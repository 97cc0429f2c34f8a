import { systemPlatform } from "@kalends/simulator/platform"
import type { DeviceLogin } from "@kalends/simulator/poly/device-http"
import { PolyDevice } from "@kalends/simulator/poly/poly-device"
import {
  Appointment,
  AutodiscoverService,
  CalendarView,
  DateTime,
  EventType,
  ExchangeService,
  ExchangeVersion,
  FolderId,
  ItemId,
  PropertySet,
  StreamingSubscriptionConnection,
  TimeZoneInfo,
  Uri,
  UserSettingName,
  WebCredentials,
  WellKnownFolderName,
  XhrApi,
} from "ews-javascript-api"
import Fastify, { type FastifyInstance } from "fastify"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { findOptionalServer, type RunningServer, startDavmail } from "../../../../../tools/optional-server.ts"
import { deviceFrontRoutes } from "../../http/device-front-routes.ts"
import { bookingOf } from "../../testing/sample-booking.ts"
import { frontWorld } from "./testing/front-world.ts"

// Clients that others wrote, and a simulated room system, read a room as they read any mailbox on an Exchange server.

// Clients leave out what is long over by their own clocks: the room's meetings are some years ahead.
const world = frontWorld("2036-11-24T09:00:00Z")
const charts = bookingOf("Star charts", "2036-11-24T10:00:00Z")
const hidden = bookingOf(null, "2036-11-24T14:00:00Z", { isPrivate: true, host: null, join: null, dial: [] })
let app: FastifyInstance
let url: string

beforeAll(async () => {
  app = Fastify({ forceCloseConnections: true })
  const log = { info() {}, warn() {}, error() {} }
  await app.register(async (own) =>
    deviceFrontRoutes(own, { front: world.front, clock: world.clock, log, behindProxy: false }),
  )
  url = await app.listen({ host: "127.0.0.1", port: 0 })
  world.memory.put(world.lyra.room, [bookingOf("Secret", "2036-11-24T10:00:00Z")])
})
beforeEach(async () => {
  await world.clock.advance(1_000)
  world.memory.put(world.orion.room, [charts, hidden])
})
afterAll(async () => {
  world.front.stop()
  await app.close()
})

describe("a room system of Poly, simulated", () => {
  const loginOf = (scheme: DeviceLogin["scheme"], password = world.orion.password): DeviceLogin => ({
    ...{ scheme, username: world.orion.username, domain: "KALENDS", password },
  })
  const deviceWith = (login: DeviceLogin, email: string | null = null) =>
    new PolyDevice(
      { name: "Orion", server: url, email, login, pollSeconds: 30 },
      { ...systemPlatform(1), now: () => world.clock.now() },
    )

  test.each(["ntlm", "basic"] as const)(
    "registers with %s, shows its meetings, and looks again when told",
    async (scheme) => {
      const device = deviceWith(loginOf(scheme), scheme === "basic" ? "room-orion@anything.example" : null)
      await device.poll()
      expect(device.state).toEqual({ kind: "registered" })
      expect(device.meetings).toMatchObject([
        { subject: "Star charts", host: "Ada Lovelace", dials: "sip:1234567890@zoomcrc.com" },
        { subject: "Private Meeting", host: null, dials: null },
      ])
      await device.poll()
      expect(device.lookCount).toBe(1)
      await world.clock.advance(1_000)
      world.memory.put(world.orion.room, [{ ...charts, title: "Star maps" }])
      await device.poll()
      expect(device.meetings.map(({ subject }) => subject)).toEqual(["Star maps"])
      device.stop()
    },
  )

  test("is not registered with a wrong password, and keeps its screen when it is locked out later", async () => {
    const stranger = deviceWith(loginOf("ntlm", "wrong"))
    await stranger.poll()
    expect(stranger.state).toEqual({ kind: "failed", why: "not signed in" })
    const device = deviceWith(loginOf("ntlm"))
    await device.poll()
    world.devices.delete(world.orion.username)
    await device.poll()
    expect(device.state).toEqual({ kind: "failed", why: "not signed in" })
    expect(device.meetings).toHaveLength(2)
    world.devices.set(world.orion.username, world.orion)
    await device.poll()
    expect(device.state).toEqual({ kind: "registered" })
    stranger.stop()
    device.stop()
  })
})

describe("a port of Microsoft's own client", () => {
  function clientOf(way: "basic" | "ntlm"): ExchangeService {
    const service = new ExchangeService(ExchangeVersion.Exchange2013, TimeZoneInfo.Utc)
    const { username, password } = world.orion
    service.Url = new Uri(`${url}/EWS/Exchange.asmx`)
    // It wants credentials in any case; with its NTLM they are not sent as Basic.
    service.Credentials = new WebCredentials(way === "ntlm" ? "nobody" : username, password)
    if (way === "ntlm") service.XHRApi = new XhrApi().useNtlmAuthentication(`KALENDS\\${username}`, password)
    return service
  }
  const day = () => new CalendarView(DateTime.Parse("2036-11-24T00:00:00Z"), DateTime.Parse("2036-11-25T00:00:00Z"))

  test.each(["basic", "ntlm"] as const)("finds the meetings with %s, and opens one", async (way) => {
    const service = clientOf(way)
    const found = await service.FindAppointments(WellKnownFolderName.Calendar, day())
    expect(found.Items.map(({ Subject }) => Subject)).toEqual(["Star charts", "Private meeting"])
    const opened = await Appointment.Bind(
      service,
      found.Items[0]?.Id ?? new ItemId("x"),
      PropertySet.FirstClassProperties,
    )
    expect([opened.Location, opened.Organizer.Name]).toEqual(["Orion; sip:1234567890@zoomcrc.com", "Ada Lovelace"])
    expect(opened.Body.Text).toContain("h323:162.255.37.11##1234567890")
    expect(opened.Start.ToISOString()).toBe("2036-11-24T10:00:00.000Z")
  })

  test("is told of a change over a stream", async () => {
    const service = clientOf("basic")
    const subscription = await service.SubscribeToStreamingNotifications(
      [new FolderId(WellKnownFolderName.Calendar)],
      EventType.Created,
      EventType.Modified,
    )
    const connection = new StreamingSubscriptionConnection(service, 1)
    connection.AddSubscription(subscription)
    const told = new Promise<readonly EventType[]>((resolve) => {
      connection.OnNotificationEvent.push((_sender, { Events }) => resolve(Events.map(({ EventType: kind }) => kind)))
    })
    const opened = connection.Open()
    await world.clock.advance(1_000)
    world.memory.put(world.orion.room, [charts, hidden, bookingOf("New", "2036-11-24T16:00:00Z")])
    expect(await told).toEqual([EventType.Created])
    connection.Close()
    void opened
  })

  test("finds its way by Autodiscover, and nobody's way but its own", async () => {
    const service = new AutodiscoverService(
      new Uri(`${url}/autodiscover/autodiscover.svc`),
      ExchangeVersion.Exchange2013,
    )
    service.Credentials = new WebCredentials(world.orion.username, world.orion.password)
    const settings = await service.GetUserSettings("lyra@example.org", [
      UserSettingName.ExternalEwsUrl,
      UserSettingName.UserDisplayName,
    ])
    const told = [UserSettingName.ExternalEwsUrl, UserSettingName.UserDisplayName].map((name) =>
      settings.Settings.get(name),
    )
    expect(told).toEqual([`${url}/EWS/Exchange.asmx`, "Orion"])
  })
})

describe.runIf(findOptionalServer("davmail-server") !== null)("DavMail", () => {
  let davmail: RunningServer

  beforeAll(async () => {
    davmail = await startDavmail(`${url}/EWS/Exchange.asmx`)
  })
  afterAll(() => davmail.stop())

  async function report(username: string, password: string) {
    const answer = await fetch(`${davmail.url}/users/${world.orion.roomAddress}/calendar/`, {
      method: "REPORT",
      headers: { authorization: `Basic ${btoa(`${username}:${password}`)}`, depth: "1", "content-type": "text/xml" },
      body: `<?xml version="1.0"?><C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/><C:calendar-data/></D:prop><C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT"/></C:comp-filter></C:filter></C:calendar-query>`,
    })
    return { status: answer.status, text: await answer.text() }
  }

  test("gives a room's meetings on as CalDAV", async () => {
    const { status, text } = await report(world.orion.username, world.orion.password)
    expect(status).toBe(207)
    const lines = text.replaceAll(/\r?\n /g, "").split(/\r?\n/)
    const valuesOf = (name: string) =>
      lines.flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1)] : []))
    expect(valuesOf("SUMMARY").sort()).toEqual(["Private meeting", "Star charts"])
    expect(valuesOf("LOCATION")).toContain("Orion, sip:1234567890@zoomcrc.com")
    expect(valuesOf("DTSTART")).toContain("20361124T100000Z")
    expect(text).not.toContain("Secret")
  })

  test("is kept out with a wrong password", async () => {
    expect((await report(world.orion.username, "wrong")).status).toBe(401)
  })
})
