import { type ContactDraft, draftFault } from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { anyDraft } from "@kalends/domain/testing/any-contact"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { ReadRequest, ReadResponse } from "./reader.ts"
import { contactReaders } from "./registry.ts"

// Each provider here is a mirror: it keeps what it is sent, in its own words, and tells it again. What a provider makes of
// it besides is tried against the simulator (providers/conformance/contact-rules.ts).

const base = "https://provider.example/v1"
const ok = (body: string): ReadResponse => ({ status: 200, headers: {}, body })
const envelope = (inner: string) => ok(`<s:Envelope xmlns:s="s"><s:Body>${inner}</s:Body></s:Envelope>`)
const itemId = '<t:ItemId Id="c1" ChangeKey="k1"/>'
const message = (item: string) =>
  `<m:R><m:ResponseMessages><m:M ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>${item}</m:Items></m:M></m:ResponseMessages></m:R>`

/** What the provider tells of a contact that was sent with this request. */
const mirrors: Readonly<Record<string, (request: ReadRequest) => ReadResponse>> = {
  graph: ({ body }) => ok(JSON.stringify({ "@odata.etag": "k1", id: "c1", ...JSON.parse(body ?? "{}") })),
  google: ({ body }) => {
    const metadata = { sources: [{ type: "CONTACT", id: "1", etag: "k1" }] }
    return ok(JSON.stringify({ resourceName: "people/c1", metadata, ...JSON.parse(body ?? "{}") }))
  },
  ews: ({ body }) => {
    const contact = /<t:Contact>.*<\/t:Contact>/s.exec(body ?? "")?.[0] ?? ""
    return envelope(message(contact.replace("<t:Contact>", `<t:Contact>${itemId}`)))
  },
}

const draft: ContactDraft = {
  givenName: "Grace",
  familyName: "Hopper",
  emails: ["grace@navy.example", "hopper@yale.example"],
  phones: [{ kind: "mobile", number: "+1 555 0100" }],
  organisation: "Navy",
}
const draftOf = ({ givenName, familyName, emails, phones, organisation }: ContactDraft): ContactDraft => ({
  ...{ givenName, familyName, emails, phones, organisation },
})

describe.each([...contactReaders])("contacts of %s", (name, reader) => {
  const mirror = mirrors[name] ?? (() => ok(""))
  const known = () => mirror(reader.create(base, draft))

  test("are read as they were written, whatever is in them", () => {
    fc.assert(
      fc.property(
        anyDraft(reader.limits).filter((any) => draftFault(any, reader.limits) === null),
        (any) => {
          expect(draftOf(reader.parseContact(mirror(reader.create(base, any))))).toEqual(any)
        },
      ),
    )
  })

  test("carry the provider's id and version", () => {
    const { id, version } = reader.parseContact(known())
    expect([id.replace("people/", ""), version]).toEqual(["c1", "k1"])
  })

  test("are not written where a change changes nothing", () => {
    fc.assert(
      fc.property(
        anyDraft(reader.limits).filter((any) => draftFault(any, reader.limits) === null),
        (any) => {
          expect(reader.change(base, any, mirror(reader.create(base, any)))).toBeNull()
        },
      ),
    )
  })

  test("are changed with the version that was read as precondition", () => {
    const request = reader.change(base, { ...draft, organisation: "Yale" }, known())
    expect(JSON.stringify(request)).toContain("k1")
    expect(JSON.stringify(request)).toContain("Yale")
    expect(JSON.stringify(request)).not.toContain("555")
  })

  test("that cannot be read are told as malformed, without what is in them", () => {
    const bad =
      name === "ews"
        ? envelope(message("<t:Contact><t:DisplayName>canary</t:DisplayName></t:Contact>"))
        : ok('{"displayName":"canary"}')
    expect(() => reader.parseContact(bad)).toThrow(expect.objectContaining({ kind: "malformed" }))
    expect(() => reader.parseContact(bad)).not.toThrow(/canary/)
  })

  test("are asked for one by one and removed by their address alone", () => {
    const asked = JSON.stringify(reader.fetch(base, parseProviderContactId("people/c 1&<")))
    expect(asked).not.toContain("c 1&<")
    expect(JSON.stringify(reader.remove(base, known()))).not.toContain("Grace")
  })
})

const reader = (name: string) => {
  const found = contactReaders.get(name)
  if (found === undefined) throw new Error("no reader")
  return found
}

describe("what is known besides", () => {
  test("stays with Google: the kind of an address, the parts of a name, the department", () => {
    const metadata = {
      sources: [
        { type: "PROFILE", id: "9" },
        { type: "CONTACT", id: "1", etag: "k1" },
      ],
    }
    const person = {
      resourceName: "people/c1",
      metadata,
      names: [{ displayName: "Dr Grace Hopper", givenName: "Grace", familyName: "Hopper", honorificPrefix: "Dr" }],
      emailAddresses: [{ metadata: {}, value: "grace@navy.example", type: "work" }],
      organizations: [{ name: "Navy", department: "Computing" }, { name: "Yale" }],
    }
    const change = {
      ...draft,
      familyName: "Murray",
      emails: ["grace@navy.example", "g@home.example"],
      organisation: "US Navy",
    }
    const body = JSON.parse(reader("google").change(base, change, ok(JSON.stringify(person)))?.body ?? "")
    expect(body).toMatchObject({
      names: [{ givenName: "Grace", familyName: "Murray", honorificPrefix: "Dr" }],
      emailAddresses: [{ value: "grace@navy.example", type: "work" }, { value: "g@home.example" }],
      organizations: [{ name: "US Navy", department: "Computing" }, { name: "Yale" }],
      metadata: { sources: [{ type: "CONTACT", id: "1", etag: "k1" }] },
    })
    expect(body.names[0]).not.toHaveProperty("displayName")
  })

  test("stays with Microsoft: what somebody called the contact, while the names are the same", () => {
    const item = { id: "c1", "@odata.etag": "k1", displayName: "Amazing Grace", givenName: "Grace", surname: "Hopper" }
    const same = { ...draft, emails: [], phones: [], organisation: "Navy" }
    const body = JSON.parse(reader("graph").change(base, same, ok(JSON.stringify(item)))?.body ?? "")
    expect(body).toEqual({ companyName: "Navy" })
  })

  test("stays with Exchange: an entry of the directory keeps its place among the addresses", () => {
    const emails =
      '<t:EmailAddresses><t:Entry Key="EmailAddress1">/o=Org/cn=Grace</t:Entry><t:Entry Key="EmailAddress2">a@b.example</t:Entry></t:EmailAddresses>'
    const item = envelope(message(`<t:Contact>${itemId}<t:GivenName>Grace</t:GivenName>${emails}</t:Contact>`))
    const change = { ...draft, familyName: "", phones: [], organisation: "", emails: ["new@b.example"] }
    const body = reader("ews").change(base, change, item)?.body ?? ""
    expect(body).toContain('FieldIndex="EmailAddress2"')
    expect(body).not.toContain('FieldIndex="EmailAddress1"')
    const three = { ...change, emails: ["a@b.example", "c@d.example", "e@f.example"] }
    expect(() => reader("ews").change(base, three, item)).toThrow(expect.objectContaining({ kind: "unsupported" }))
  })
})

describe("a listing", () => {
  test("of Microsoft asks any contact for its folder, and an empty book for nothing more", () => {
    const first = reader("graph").listing(base, null)
    const page = (value: readonly object[]) => reader("graph").parseListing(ok(JSON.stringify({ value })), first, base)
    expect(page([])).toMatchObject({ next: null, cursor: null })
    expect(page([{ id: "c1", parentFolderId: "f 1" }]).next?.url).toContain("/me/contactFolders/f%201/contacts/delta?")
  })

  test("sets bad items aside, and passes over what is no person", () => {
    const changes = `<m:Changes><t:Create><t:DistributionList>${itemId}</t:DistributionList></t:Create><t:Create><t:Contact><t:GivenName>x</t:GivenName></t:Contact></t:Create><t:Create><t:Contact>${itemId}</t:Contact></t:Create><t:Delete><t:ItemId Id="gone"/></t:Delete></m:Changes>`
    const node = `<m:R><m:ResponseMessages><m:M ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:SyncState>s1</m:SyncState><m:IncludesLastItemInRange>true</m:IncludesLastItemInRange>${changes}</m:M></m:ResponseMessages></m:R>`
    const page = reader("ews").parseListing(envelope(node), reader("ews").listing(base, null), base)
    expect([page.contacts.length, page.removed, page.malformedCount, page.cursor]).toEqual([1, ["gone"], 1, "s1"])
  })
})

describe("problems of the People API", () => {
  const now = Temporal.Instant.from("2026-11-29T12:00:00Z")
  const failed = (status: number, word: string, reason: string) =>
    reader("google").classify(
      { status, headers: {}, body: JSON.stringify({ error: { code: status, status: word, details: [{ reason }] } }) },
      now,
    )

  test.each([
    [400, "FAILED_PRECONDITION", "EXPIRED_SYNC_TOKEN", "cursor-lost"],
    [400, "FAILED_PRECONDITION", "failedPrecondition", "conflict"],
    [403, "PERMISSION_DENIED", "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "forbidden"],
    [403, "PERMISSION_DENIED", "SERVICE_DISABLED", "misconfigured"],
    [429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED", "rate-limited"],
    [401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED", "auth-expired"],
    [404, "NOT_FOUND", "NOT_FOUND", "not-found"],
    [503, "UNAVAILABLE", "BACKEND_ERROR", "unavailable"],
  ])("%i %s with %s is %s", (status, word, reason, kind) => {
    expect(failed(status, word, reason)?.kind).toBe(kind)
  })
})
