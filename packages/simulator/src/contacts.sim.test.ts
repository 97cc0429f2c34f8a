import { auth, people as createPeopleClient } from "@googleapis/people"
import {
  AuthenticationHandler,
  Client,
  type Context,
  type Middleware,
  PageIterator,
} from "@microsoft/microsoft-graph-client"
import {
  BasePropertySet,
  ConflictResolutionMode,
  Contact,
  DeleteMode,
  EmailAddress,
  EmailAddressKey,
  ExchangeService,
  ExchangeVersion,
  FolderId,
  ItemView,
  PhoneNumberKey,
  PropertySet,
  SyncFolderItemsScope,
  TimeZoneInfo,
  Uri,
  WebCredentials,
  WellKnownFolderName,
} from "ews-javascript-api"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { addContact } from "./contacts.ts"
import type { Person } from "./org.ts"
import { type Simulator, startSimulator } from "./simulator.ts"

// Clients that others wrote, unchanged: the simulator must not drift into a dialect of ours.

let simulator: Simulator
let ada: Person
let vera: Person
let mary: Person

beforeEach(async () => {
  simulator = await startSimulator()
  const { org, tenants } = simulator
  ada = org.addPerson(tenants.microsoft, "Ada", "ada@northwind.example")
  vera = org.addPerson(tenants.google, "Vera", "vera@northwind-labs.example")
  mary = org.addPerson(tenants.exchange, "Mary", "mary@northwind-works.example")
})
afterEach(() => simulator.close())

/** The client sends its token over https only: the last hop takes off the s, as a test's stand-in for TLS. */
class LoopbackHandler implements Middleware {
  async execute(context: Context): Promise<void> {
    const response = await fetch(String(context.request).replace("https:", "http:"), context.options)
    const body =
      response.status === 204 ? null : (await response.text()).replaceAll("http://127.0.0.1", "https://127.0.0.1")
    context.response = new Response(body, { status: response.status, headers: { "content-type": "application/json" } })
  }
}

describe("Microsoft's client", () => {
  const client = (scope = "Contacts.ReadWrite") => {
    const token = simulator.grants.microsoft.newAccessToken(simulator.grants.microsoft.newGrant(ada, scope))
    const middleware = new AuthenticationHandler({ getAccessToken: async () => token })
    middleware.setNext(new LoopbackHandler())
    return Client.initWithMiddleware({
      baseUrl: `${simulator.url.replace("http:", "https:")}/`,
      customHosts: new Set(["127.0.0.1"]),
      middleware,
    })
  }
  const grace = { givenName: "Grace", surname: "Hopper", emailAddresses: [{ address: "grace@navy.example" }] }

  test("creates, reads, changes and deletes a contact, but not over somebody's change", async () => {
    const api = client()
    const made = await api.api("/me/contacts").post({ ...grace, mobilePhone: "+1 555 0100", birthday: "1906-12-09" })
    expect(made).toMatchObject({ displayName: "Grace Hopper", mobilePhone: "+1 555 0100", birthday: "1906-12-09" })
    const at = api.api(`/me/contacts/${made.id}`)
    await at.header("If-Match", made["@odata.etag"]).patch({ companyName: "Navy" })
    expect(await api.api(`/me/contacts/${made.id}`).get()).toMatchObject({ companyName: "Navy", surname: "Hopper" })
    await expect(
      api.api(`/me/contacts/${made.id}`).header("If-Match", made["@odata.etag"]).patch({ companyName: "Yale" }),
    ).rejects.toMatchObject({ statusCode: 412 })
    await api.api(`/me/contacts/${made.id}`).delete()
    await expect(api.api(`/me/contacts/${made.id}`).get()).rejects.toMatchObject({ statusCode: 404 })
  })

  test("pages through the contacts, and filters addresses by equality alone", async () => {
    for (let count = 0; count < 7; count++)
      addContact(ada.contacts, "microsoft", {
        givenName: `P${count}`,
        familyName: "x",
        emails: [`p${count}@x.example`],
      })
    const api = client("Contacts.Read")
    const seen: string[] = []
    const first = await api.api("/me/contacts?$top=3&$select=givenName").get()
    const iterator = new PageIterator(api, first, (one: { givenName: string }) => seen.push(one.givenName) > 0)
    await iterator.iterate()
    expect(seen).toHaveLength(7)
    const equal = "emailAddresses/any(a:a/address eq 'p3@x.example')"
    expect((await api.api("/me/contacts").filter(equal).get()).value).toHaveLength(1)
    const part = "emailAddresses/any(a:contains(a/address,'p3'))"
    await expect(api.api("/me/contacts").filter(part).get()).rejects.toMatchObject({ statusCode: 400 })
  })

  test("follows a folder by delta links, until they are lost", async () => {
    const kept = addContact(ada.contacts, "microsoft", { givenName: "Grace", familyName: "Hopper" })
    const api = client()
    const folder = (await api.api("/me/contacts?$select=parentFolderId").get()).value[0].parentFolderId
    const first = await api.api(`/me/contactFolders/${folder}/contacts/delta`).get()
    const made = await api.api("/me/contacts").post(grace)
    ada.contacts.remove(kept)
    const { value } = await api.api(first["@odata.deltaLink"]).get()
    expect(value.map(({ id }: { id: string }) => id).sort()).toEqual([kept.id, made.id].sort())
    expect(value.find(({ id }: { id: string }) => id === kept.id)).toHaveProperty("@removed")
    ada.contacts.loseCursors()
    await expect(api.api(first["@odata.deltaLink"]).get()).rejects.toMatchObject({ statusCode: 410 })
  })

  test("is refused without the scope, and may not write with permission to read", async () => {
    const refusal = { statusCode: 403, code: "ErrorAccessDenied" }
    await expect(client("Calendars.ReadWrite").api("/me/contacts").get()).rejects.toMatchObject(refusal)
    await expect(client("Contacts.Read").api("/me/contacts").post(grace)).rejects.toMatchObject(refusal)
  })
})

const google = "https://www.googleapis.com/auth"

describe("Google's client", () => {
  const client = (scope = `${google}/contacts`) => {
    const oauth = new auth.OAuth2()
    const token = simulator.grants.google.newAccessToken(simulator.grants.google.newGrant(vera, scope))
    oauth.setCredentials({ access_token: token })
    return createPeopleClient({ version: "v1", auth: oauth, rootUrl: `${simulator.url}/` }).people
  }
  const personFields = "names,emailAddresses,organizations,metadata"
  const requestBody = {
    names: [{ givenName: "Grace", familyName: "Hopper" }],
    emailAddresses: [{ value: "grace@navy.example", type: "work" }],
    organizations: [{ name: "Navy", department: "Computing" }],
  }

  test("creates, reads, changes and deletes a contact, but not with an etag of before", async () => {
    const people = client()
    const { data: made } = await people.createContact({ personFields, requestBody })
    const resourceName = made.resourceName ?? ""
    expect(made.names?.[0]?.displayName).toBe("Grace Hopper")
    const change = {
      ...requestBody,
      metadata: made.metadata ?? {},
      names: [{ givenName: "Grace", familyName: "Murray" }],
    }
    const update = { resourceName, updatePersonFields: "names", personFields, requestBody: change }
    const { data: changed } = await people.updateContact(update)
    expect(changed.names?.[0]?.familyName).toBe("Murray")
    expect(changed.organizations?.[0]).toMatchObject({ name: "Navy", department: "Computing" })
    await expect(people.updateContact(update)).rejects.toMatchObject({ status: 400 })
    await people.deleteContact({ resourceName })
    await expect(people.get({ resourceName, personFields })).rejects.toMatchObject({ status: 404 })
  })

  test("pages with a sync token at the end, and then tells what changed and what is gone", async () => {
    const people = client(`${google}/contacts.readonly`)
    const made = [1, 2, 3].map((number) =>
      addContact(vera.contacts, "google", { givenName: `P${number}`, familyName: "x" }),
    )
    const list = { resourceName: "people/me", personFields, requestSyncToken: true }
    const { data: first } = await people.connections.list({ ...list, pageSize: 2 })
    expect([first.connections?.length, first.nextSyncToken]).toEqual([2, undefined])
    const { data: last } = await people.connections.list({ ...list, pageSize: 2, pageToken: first.nextPageToken ?? "" })
    const [one] = made
    if (one !== undefined) vera.contacts.remove(one)
    const syncToken = last.nextSyncToken ?? ""
    const { data: changes } = await people.connections.list({ ...list, syncToken })
    expect(changes.connections?.map(({ metadata }) => metadata?.deleted)).toEqual([true])
    vera.contacts.loseCursors()
    await expect(people.connections.list({ ...list, syncToken })).rejects.toMatchObject({
      status: 400,
      response: { data: { error: { details: [{ reason: "EXPIRED_SYNC_TOKEN" }] } } },
    })
  })

  test("searches by the beginnings of words, what was there when an empty query filled the cache", async () => {
    const people = client(`${google}/contacts.readonly`)
    addContact(vera.contacts, "google", { givenName: "Grace", familyName: "Hopper", emails: ["grace@navy.example"] })
    const search = async (query: string) =>
      (await people.searchContacts({ query, readMask: "names" })).data.results?.length ?? 0
    expect(await search("gra")).toBe(0)
    await search("")
    expect([await search("hop"), await search("opper")]).toEqual([1, 0])
  })

  test("is refused without the scope, and may not write with permission to read", async () => {
    const refusal = { status: 403 }
    const calendars = client(`${google}/calendar`)
    await expect(calendars.connections.list({ resourceName: "people/me", personFields })).rejects.toMatchObject(refusal)
    await expect(client(`${google}/contacts.readonly`).createContact({ requestBody })).rejects.toMatchObject(refusal)
  })
})

describe("a client of EWS", () => {
  function service(): ExchangeService {
    const made = new ExchangeService(ExchangeVersion.Exchange2016, TimeZoneInfo.Utc)
    const { email, password } = simulator.exchange.credentialsOf(mary)
    made.Url = new Uri(simulator.baseUrls.exchange)
    made.Credentials = new WebCredentials(email, password)
    return made
  }
  const whole = () => new PropertySet(BasePropertySet.FirstClassProperties)

  async function newContact(at: ExchangeService): Promise<Contact> {
    const contact = new Contact(at)
    contact.GivenName = "Grace"
    contact.Surname = "Hopper"
    contact.CompanyName = "Navy"
    contact.EmailAddresses._setItem(EmailAddressKey.EmailAddress1, new EmailAddress("grace@navy.example"))
    contact.PhoneNumbers._setItem(PhoneNumberKey.MobilePhone, "+1 555 0100")
    await contact.Save(WellKnownFolderName.Contacts)
    return contact
  }

  test("makes, finds, changes and deletes a contact", async () => {
    const at = service()
    const made = await newContact(at)
    const found = await at.FindItems(WellKnownFolderName.Contacts, new ItemView(10))
    expect(found.Items.map(({ Subject }) => Subject)).toEqual(["Grace Hopper"])
    const read = await Contact.Bind(at, made.Id, whole())
    expect(read.EmailAddresses._getItem(EmailAddressKey.EmailAddress1).Address).toBe("grace@navy.example")
    read.CompanyName = "Yale"
    await read.Update(ConflictResolutionMode.NeverOverwrite)
    expect(mary.contacts.live()[0]?.details).toMatchObject({ organisation: "Yale", familyName: "Hopper" })
    await (await Contact.Bind(at, made.Id, whole())).Delete(DeleteMode.HardDelete)
    expect(mary.contacts.live()).toEqual([])
  })

  test("does not write over somebody's change", async () => {
    const at = service()
    const made = await newContact(at)
    const read = await Contact.Bind(at, made.Id, whole())
    const [kept] = mary.contacts.live()
    if (kept !== undefined) mary.contacts.update(kept, { organisation: "Eckert-Mauchly" })
    read.CompanyName = "Yale"
    await expect(read.Update(ConflictResolutionMode.NeverOverwrite)).rejects.toThrow(/out of date/)
    expect(mary.contacts.live()[0]?.details.organisation).toBe("Eckert-Mauchly")
  })

  test("follows the folder by its state", async () => {
    const at = service()
    await newContact(at)
    const folder = new FolderId(WellKnownFolderName.Contacts)
    const changes = (state: string) =>
      at.SyncFolderItems(folder, whole(), [], 100, SyncFolderItemsScope.NormalItems, state)
    const first = await changes("")
    expect(first.Count).toBe(1)
    const [kept] = mary.contacts.live()
    if (kept !== undefined) mary.contacts.remove(kept)
    const after = await changes(first.SyncState)
    expect([after.Count, after.MoreChangesAvailable]).toEqual([1, false])
    expect((await changes(after.SyncState)).Count).toBe(0)
  })
})
