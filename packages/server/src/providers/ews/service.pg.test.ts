import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import type { AccessAnswer, ConnectionView } from "@kalends/protocol/api"
import { ewsContacts } from "@kalends/readers/ews/contacts"
import { ewsReader } from "@kalends/readers/ews/window"
import { readWindow } from "@kalends/readers/read-window"
import type { ReadRequest, ReadResponse } from "@kalends/readers/reader"
import { addContact } from "@kalends/simulator/contacts"
import { itemId } from "@kalends/simulator/exchange/ids"
import type { Person } from "@kalends/simulator/org"
import { type Simulator, startSimulator } from "@kalends/simulator/simulator"
import {
  Appointment,
  CalendarView,
  DateTime,
  ExchangeService,
  ExchangeVersion,
  Folder,
  ItemId,
  OAuthCredentials,
  SendInvitationsMode,
  TimeZoneInfo,
  Uri,
  WellKnownFolderName,
} from "ews-javascript-api"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { setUpNode, startTestNode } from "../../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../../testing/postgres.ts"

const time = { kind: "timed", start: "2026-11-24T20:00:00", end: "2026-11-24T23:00:00", zone: "UTC" } as const
const signal = () => AbortSignal.timeout(120_000)

describe("a mailbox on Exchange, on the real service", () => {
  let simulator: Simulator
  let base: TestDatabase
  let node: Awaited<ReturnType<typeof startTestNode>>
  let call: Awaited<ReturnType<typeof setUpNode>>["call"]
  let token = ""
  let person: Person
  let colleague: Person

  beforeAll(async () => {
    simulator = await startSimulator()
    const { org, tenants } = simulator
    person = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
    colleague = org.addPerson(tenants.exchange, "Caroline Herschel", "caroline@northwind-works.example")
    person.calendar.create({ subject: "Observation night", time })
    base = await cloneDatabase()
    // Nobody looks by the clock for an hour: what is seen was told by the stream.
    node = await startTestNode(base.url, {
      KALENDS_ALLOWED_PRIVATE_HOSTS: new URL(simulator.baseUrls.exchange).host,
      KALENDS_RECONCILE_POLL_SECONDS: "3600",
      KALENDS_RECONCILE_PUSH_SECONDS: "3600",
    })
    const ready = await setUpNode(node)
    call = ready.call
    token = ready.token
    const { login, password } = simulator.exchange.credentialsOf(person)
    const connected = await call("POST", "/v1/connections", {
      ...{ signIn: "password", provider: "ews", permission: "read", server: simulator.baseUrls.exchange },
      ...{ username: login, password },
    })
    expect(connected.text).toContain("mary@northwind-works.example")
    await until(async () => (await connection()).hears === "push" && (await connection()).state === "healthy")
  })
  afterAll(async () => {
    await node?.stop()
    await base?.drop()
    await simulator?.close()
  })

  test("stream-told: another client's edit is shown to a listening app", async () => {
    const before = (await connection()).lastChangeAt
    const stream = await fetch(`${node.url}/v1/changes`, { headers: { authorization: `Bearer ${token}` } })
    const messages = stream.body?.pipeThrough(new TextDecoderStream()).getReader()
    person.calendar.create({ subject: "A second night", time })
    let text = ""
    for (let isEnded = false; !isEnded && !text.includes("calendar-changed"); ) {
      const part = await messages?.read()
      isEnded = part?.done ?? true
      text += part?.value ?? ""
    }
    await messages?.cancel()
    await until(async () => (await connection()).lastChangeAt !== before)
    expect(text).not.toContain("second night")
  })

  test("an app gets a session in place of the password, in a browser and elsewhere", async () => {
    for (const reach of ["browser", "native"] as const) {
      const { access, text } = await accessOf(reach)
      expect(access).toMatchObject({
        kind: "bearer",
        apiBase: `http://localhost:${node.port}/v1/proxy/${await connectionId()}`,
      })
      expect(text).not.toContain(simulator.exchange.credentialsOf(person).password)
    }
  })

  test("the session reads the calendar with the reader that apps have", async () => {
    const { access, calendarId } = await accessOf("browser")
    if (access.kind !== "bearer") throw new Error("a session is expected")
    const pages = readWindow({
      reader: ewsReader,
      query: {
        ...{ apiBase: access.apiBase, calendarId: parseProviderCalendarId(calendarId), zone: "UTC" },
        window: timeWindow(Temporal.Instant.from("2026-11-01T00:00Z"), Temporal.Instant.from("2026-12-01T00:00Z")),
      },
      async send(request, requestSignal) {
        const headers = { ...request.headers, authorization: `Bearer ${access.token}` }
        const answer = await fetch(request.url, { ...request, headers, signal: requestSignal })
        return { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
      },
      now: () => Temporal.Now.instant(),
      signal: signal(),
    })
    const events = (await Array.fromAsync(pages)).flatMap((page) => page.events)
    expect(events.map(({ subject }) => subject).sort()).toEqual(["A second night", "Observation night"])
  })

  test("an independent client works with the session as with a server, on its own calendar alone", async () => {
    const service = await clientOf()
    const view = new CalendarView(DateTime.Parse("2026-11-01T00:00:00Z"), DateTime.Parse("2026-12-01T00:00:00Z"))
    const found = await service.FindAppointments(WellKnownFolderName.Calendar, view)
    expect(found.Items.map(({ Subject }) => Subject).sort()).toEqual(["A second night", "Observation night"])
    const [first] = found.Items
    const read = await Appointment.Bind(service, first?.Id ?? new ItemId("x"))
    expect(read.Subject).toBe(first?.Subject)
    await expect(Folder.Bind(service, WellKnownFolderName.Inbox)).rejects.toBeDefined()
    await expect(service.FindItems(WellKnownFolderName.Inbox, view as never)).rejects.toBeDefined()
  })

  test("the session of a connection that may read does not write", async () => {
    const service = await clientOf()
    const appointment = new Appointment(service)
    appointment.Subject = "Written"
    appointment.Start = DateTime.Parse("2026-11-24T09:00:00Z")
    appointment.End = DateTime.Parse("2026-11-24T10:00:00Z")
    await expect(appointment.Save(WellKnownFolderName.Calendar, SendInvitationsMode.SendToNone)).rejects.toBeDefined()
    expect(person.calendar.live().some(({ details }) => details.subject === "Written")).toBe(false)
  })

  test("the session reaches nobody else's calendar, whatever rights its person has there", async () => {
    simulator.exchange.directory.permit(colleague, person, "Reviewer")
    const theirs = colleague.calendar.create({ subject: "Theirs", time })
    const { access } = await accessOf("native")
    const { folderId } = await import("@kalends/simulator/exchange/ids")
    const item = itemId({ personId: colleague.id, folder: "calendar", eventId: theirs.id, original: null })
    const shape = "<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>"
    const folderShape = "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape>"
    const mailbox = `<t:Mailbox><t:EmailAddress>${colleague.email}</t:EmailAddress></t:Mailbox>`
    const asked = [
      `<m:GetItem>${shape}<m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:GetItem>`,
      `<m:GetFolder>${folderShape}<m:FolderIds><t:FolderId Id="${folderId(colleague.id, "calendar")}"/></m:FolderIds></m:GetFolder>`,
      `<m:GetFolder>${folderShape}<m:FolderIds><t:DistinguishedFolderId Id="calendar">${mailbox}</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`,
      "<m:GetRoomLists/>",
      `<m:ResolveNames ReturnFullContactData="false"><m:UnresolvedEntry>c</m:UnresolvedEntry></m:ResolveNames>`,
    ]
    for (const operation of asked) expect(await post(access, operation)).toMatchObject({ status: 403 })
    const acting = `<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>${colleague.email}</t:PrimarySmtpAddress></t:ConnectingSID></t:ExchangeImpersonation>`
    const own = `<m:GetFolder>${folderShape}<m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>`
    const answer = await post(access, own, acting)
    expect(answer.status).toBe(200)
    expect(answer.body).toContain(folderId(person.id, "calendar"))
  })

  describe("of contacts", () => {
    const contacts = '<t:DistinguishedFolderId Id="contacts"/>'
    const shape = "<m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape>"
    const listed = `<m:FindItem Traversal="Shallow">${shape}<m:ParentFolderIds>${contacts}</m:ParentFolderIds></m:FindItem>`
    const made = (where: string) =>
      `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${where}</m:SavedItemFolderId><m:Items><t:Contact><t:DisplayName>New</t:DisplayName></t:Contact></m:Items></m:CreateItem>`
    const idOf = (who: Person, eventId: string, folder = "contacts") =>
      itemId({ personId: who.id, folder, eventId, original: null })
    const removed = (id: string) =>
      `<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:DeleteItem>`
    const renamed = (id: string, holder = "Contact") =>
      `<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${id}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="contacts:CompanyName"/><t:${holder}><t:CompanyName>Yale</t:CompanyName></t:${holder}></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
    const got = (id: string) => `<m:GetItem>${shape}<m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:GetItem>`

    async function session(permission: "none" | "read" | "read-write") {
      const { login, password } = simulator.exchange.credentialsOf(person)
      const connected = await call("POST", "/v1/connections", {
        ...{ signIn: "password", provider: "ews", permission: "read", contacts: permission },
        ...{ server: simulator.baseUrls.exchange, username: login, password },
      })
      expect(connected.text).toContain(`"contacts":"${permission}"`)
      const answer = await call("POST", `/v1/connections/${await connectionId()}/access`, { reach: "browser" })
      const { access, contacts: source } = answer.body as AccessAnswer
      return { access, source, status: async (operation: string) => (await post(access, operation)).status }
    }

    test("opens none where the person allowed none", async () => {
      const grace = addContact(person.contacts, "exchange", { givenName: "Grace", familyName: "Hopper" })
      const { source, status } = await session("none")
      expect(source).toBeNull()
      for (const operation of [listed, got(idOf(person, grace.id)), made(contacts), removed(idOf(person, grace.id))])
        expect(await status(operation)).toBe(403)
      expect(person.contacts.live()).toHaveLength(1)
    })

    test("reads them and writes none where the person allowed reading", async () => {
      const { access, source, status } = await session("read")
      expect(source).toMatchObject({ permission: "read", apiBase: access.apiBase })
      expect((await post(access, listed)).body).toContain("Grace Hopper")
      const [grace] = person.contacts.live()
      const id = idOf(person, grace?.id ?? "")
      expect(await status(got(id))).toBe(200)
      for (const operation of [made(contacts), renamed(id), removed(id)]) expect(await status(operation)).toBe(403)
      expect(person.contacts.live().map(({ details }) => details.organisation)).toEqual([""])
    })

    test("writes them where the person allowed it, and the calendar no more than before", async () => {
      const { status } = await session("read-write")
      const [grace] = person.contacts.live()
      const id = idOf(person, grace?.id ?? "")
      expect([await status(made(contacts)), await status(renamed(id))]).toEqual([200, 200])
      expect(
        person.contacts
          .live()
          .map(({ details }) => details.organisation)
          .sort(),
      ).toEqual(["", "Yale"])
      const [night] = person.calendar.live()
      const event = idOf(person, night?.id ?? "", "calendar")
      expect(await status(removed(event))).toBe(403)
      // Neither a contact in another folder, nor another kind of item under a contact's name.
      const elsewhere = made('<t:DistinguishedFolderId Id="calendar"/>')
      for (const operation of [elsewhere, made('<t:DistinguishedFolderId Id="drafts"/>'), renamed(id, "Message")])
        expect(await status(operation)).toBe(403)
      expect(await status(removed(id))).toBe(200)
    })

    test("works with the reader that apps have, and with nothing else in between", async () => {
      const { access } = await session("read-write")
      if (access.kind !== "bearer") throw new Error("a session is expected")
      async function ask(request: ReadRequest): Promise<ReadResponse> {
        const headers = { ...request.headers, authorization: `Bearer ${access.kind === "bearer" ? access.token : ""}` }
        const answer = await fetch(request.url, { ...request, headers, signal: signal() })
        const response = { status: answer.status, headers: {}, body: await answer.text() }
        const problem = ewsContacts.classify(response, Temporal.Now.instant())
        if (problem !== null) throw problem
        return response
      }
      const { apiBase } = access
      const draft = {
        ...{ givenName: "Emmy", familyName: "Noether", organisation: "Göttingen & Bryn Mawr" },
        emails: ["emmy@noether.example", "e.noether@brynmawr.example"],
        phones: [{ kind: "mobile" as const, number: "+1 555 0111" }],
      }
      const made = ewsContacts.parseWritten(await ask(ewsContacts.create(apiBase, draft)), draft)
      const current = await ask(ewsContacts.fetch(apiBase, made.id))
      expect(ewsContacts.parseContact(current)).toMatchObject({ ...draft, version: made.version })
      const request = ewsContacts.change(apiBase, { ...draft, emails: ["emmy@noether.example"], phones: [] }, current)
      if (request === null) throw new Error("there is something to change")
      await ask(request)
      const listing = ewsContacts.listing(apiBase, null)
      const page = ewsContacts.parseListing(await ask(listing), listing, apiBase)
      const [listed] = page.contacts.filter(({ familyName }) => familyName === "Noether")
      expect(listed).toMatchObject({ emails: ["emmy@noether.example"], phones: [], organisation: draft.organisation })
      await ask(ewsContacts.remove(apiBase, await ask(ewsContacts.fetch(apiBase, made.id))))
      const after = ewsContacts.listing(apiBase, page.cursor)
      expect(ewsContacts.parseListing(await ask(after), after, apiBase).removed).toEqual([made.id])
    })

    test("reaches nobody else's, whatever id is named", async () => {
      const theirs = addContact(colleague.contacts, "exchange", { givenName: "Theirs", familyName: "x" })
      const { access } = await session("read-write")
      const mailbox = `<t:Mailbox><t:EmailAddress>${colleague.email}</t:EmailAddress></t:Mailbox>`
      const folder = `<t:DistinguishedFolderId Id="contacts">${mailbox}</t:DistinguishedFolderId>`
      expect((await post(access, listed.replace(contacts, folder))).status).toBe(403)
      for (const operation of [got, removed, renamed]) {
        const answer = await post(access, operation(idOf(colleague, theirs.id)))
        expect(answer.body).not.toContain("Theirs")
      }
      expect(colleague.contacts.live()[0]?.details.organisation).toBe("")
    })
  })

  test("the session ends with the sign-in that it was given to, and no other token opens it", async () => {
    const other = await setUpNode(node)
    const answer = await other.call("POST", `/v1/connections/${await connectionId()}/access`, { reach: "native" })
    const { access } = answer.body as AccessAnswer
    const own =
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="calendar"/></m:FolderIds></m:GetFolder>'
    expect((await post(access, own)).status).toBe(200)
    expect((await post({ ...access, token } as AccessAnswer["access"], own)).status).toBe(401)
    await other.call("DELETE", "/v1/sessions/current")
    expect((await post(access, own)).status).toBe(401)
  })

  async function post(access: AccessAnswer["access"], operation: string, header = "") {
    if (access.kind !== "bearer") throw new Error("a session is expected")
    const space = "http://schemas.microsoft.com/exchange/services/2006"
    const body = `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="${space}/types" xmlns:m="${space}/messages"><s:Header>${header}</s:Header><s:Body>${operation}</s:Body></s:Envelope>`
    const headers = { authorization: `Bearer ${access.token}`, "content-type": "text/xml" }
    const answer = await fetch(access.apiBase, { method: "POST", body, headers })
    return { status: answer.status, body: await answer.text() }
  }

  async function clientOf(): Promise<ExchangeService> {
    const { access } = await accessOf("native")
    if (access.kind !== "bearer") throw new Error("a session is expected")
    const service = new ExchangeService(ExchangeVersion.Exchange2013_SP1, TimeZoneInfo.Utc)
    service.Url = new Uri(access.apiBase)
    service.Credentials = new OAuthCredentials(access.token)
    return service
  }

  async function accessOf(reach: "browser" | "native") {
    const answer = await call("POST", `/v1/connections/${await connectionId()}/access`, { reach })
    const { access, calendars } = answer.body as AccessAnswer
    return { access, text: answer.text, calendarId: calendars[0]?.providerCalendarId ?? "" }
  }

  const connectionId = async () => (await connection()).connectionId

  async function connection(): Promise<ConnectionView> {
    const { connections } = (await call("GET", "/v1/connections")).body as { connections: ConnectionView[] }
    const [first] = connections
    if (first === undefined) throw new Error("no connection")
    return first
  }
})

/** Asks until it is so, giving way to others in between; bounded by the test's own limit. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise<void>((resolve) => setImmediate(resolve))
}
