import {
  type Contact,
  type ContactDraft,
  type ContactPhone,
  type PhoneKind,
  sanitizeContact,
} from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ContactReader } from "../contact-reader.ts"
import { parseBody } from "../json-body.ts"
import { list, mapItems, oneOf, requireText, text, type Wire, wire } from "../parse.ts"
import type { ReadRequest } from "../reader.ts"
import { classifyPeople } from "./people-problems.ts"

/** What the used attributes are made of, and the metadata that says which source was read. */
const fields = ["names", "emailAddresses", "phoneNumbers", "organizations"] as const
type Field = (typeof fields)[number]
const personFields = `${fields.join(",")},metadata`
/** The person's own address book alone: not what Google knows of somebody from their profile. */
const source = "READ_SOURCE_TYPE_CONTACT"
const pageSize = 1000
const cursorName = "syncToken"

const phoneKindOf: ReadonlyMap<string, PhoneKind> = new Map([
  ["work", "work"],
  ["home", "home"],
  ["mobile", "mobile"],
])

/** "My Contacts" through the People API; "other contacts" need a scope of their own that is never asked for. */
export const googleContacts: ContactReader = {
  limits: { emailsMost: 20, phonesMost: { work: 5, home: 5, mobile: 5, other: 5 } },
  listing: (apiBase, cursor) => listRequest(apiBase, cursor, null),
  parseListing(response, request, apiBase) {
    const body = parseBody(response.body)
    const people = list(body.connections)
    const isGone = (item: unknown) => wire(wire(item)?.metadata)?.deleted === true
    const { events: contacts, malformedCount } = mapItems(
      people.filter((item) => !isGone(item)),
      googleContact,
    )
    const page = text(body.nextPageToken)
    const cursor = new URL(request.url).searchParams.get(cursorName)
    return {
      contacts,
      removed: people.filter(isGone).flatMap((item) => {
        const id = text(wire(item)?.resourceName)
        return id === null ? [] : [parseProviderContactId(id)]
      }),
      malformedCount,
      next: page === null ? null : listRequest(apiBase, cursor, page),
      cursor: text(body.nextSyncToken),
    }
  },
  fetch: (apiBase, id) =>
    request("GET", `${one(apiBase, id)}?${new URLSearchParams({ personFields, sources: source })}`),
  parseContact: (response) => contactIn(parseBody(response.body)),
  create: (apiBase, draft) =>
    request(
      "POST",
      `${apiBase}/people:createContact?${new URLSearchParams({ personFields, sources: source })}`,
      wireOf(draft, {}),
    ),
  change(apiBase, draft, current) {
    const known = parseBody(current.body)
    const before = googleContact(known)
    const after = wireOf(draft, known)
    const changed = fields.filter((field) => isChanged(field, before, draft))
    if (changed.length === 0) return null
    const query = new URLSearchParams({ updatePersonFields: changed.join(","), personFields, sources: source })
    return request("PATCH", `${one(apiBase, before.id)}:updateContact?${query}`, {
      resourceName: before.id,
      etag: known.etag,
      // The etag of the contact's own source is the precondition (people.updateContact).
      metadata: { sources: [sourceOf(known)] },
      ...Object.fromEntries(changed.map((field) => [field, after[field]])),
    })
  },
  remove: (apiBase, current) =>
    request("DELETE", `${one(apiBase, googleContact(parseBody(current.body)).id)}:deleteContact`),
  parseWritten: (response) => contactIn(parseBody(response.body)),
  classify: classifyPeople,
}

/** A resource name, "people/c123": the slash in it is part of the address. */
const one = (apiBase: string, id: string) => `${apiBase}/${id.split("/").map(encodeURIComponent).join("/")}`

function request(method: ReadRequest["method"], url: string, body?: Wire): ReadRequest {
  const typed: Readonly<Record<string, string>> = body === undefined ? {} : { "content-type": "application/json" }
  return {
    method,
    url,
    headers: { accept: "application/json", ...typed },
    body: body === undefined ? null : JSON.stringify(body),
  }
}

/** A later page, and a question for changes, must ask for the same as the first (people.connections.list). */
function listRequest(apiBase: string, cursor: string | null, page: string | null): ReadRequest {
  const query = new URLSearchParams({
    personFields,
    sources: source,
    pageSize: String(pageSize),
    requestSyncToken: "true",
    ...(cursor === null ? {} : { [cursorName]: cursor }),
    ...(page === null ? {} : { pageToken: page }),
  })
  return request("GET", `${apiBase}/people/me/connections?${query}`)
}

function contactIn(item: Wire): Contact {
  try {
    return googleContact(item)
  } catch (cause) {
    throw new Problem("malformed", "This contact cannot be read.", { cause })
  }
}

/** The source in which the contact is kept; its etag changes with the contact. */
function sourceOf(item: Wire): Wire {
  const found = list(wire(item.metadata)?.sources)
    .map(wire)
    .find((entry) => entry?.type === "CONTACT")
  if (found === undefined || found === null) throw new TypeError("no contact source")
  return { type: "CONTACT", id: found.id, etag: found.etag }
}

/** One person as Google writes them. Throws TypeError when it is malformed. */
export function googleContact(item: Wire): Contact {
  const names = wire(list(item.names)[0])
  const version = text(sourceOf(item).etag)
  return sanitizeContact({
    id: parseProviderContactId(requireText(item.resourceName, "resourceName")),
    version: version ?? requireText(item.etag, "etag"),
    displayName: text(names?.displayName) ?? "",
    givenName: text(names?.givenName) ?? "",
    familyName: text(names?.familyName) ?? "",
    emails: list(item.emailAddresses).flatMap((entry) => text(wire(entry)?.value) ?? []),
    phones: list(item.phoneNumbers).flatMap((entry) => phoneOf(wire(entry))),
    organisation: text(wire(list(item.organizations)[0])?.name) ?? "",
  })
}

function phoneOf(entry: Wire | null): readonly ContactPhone[] {
  const number = text(entry?.value)
  return number === null ? [] : [{ kind: oneOf(phoneKindOf, entry?.type, "other"), number }]
}

/** As Google takes it: each field whole, so what is known of an entry that stays is written again with it. */
export function wireOf(draft: ContactDraft, known: Wire): Readonly<Record<Field, unknown>> {
  const names = wire(list(known.names)[0]) ?? {}
  const emails = list(known.emailAddresses).map(wire)
  const phones = list(known.phoneNumbers).map(wire)
  const [company, ...others] = list(known.organizations).map((entry) => wire(entry) ?? {})
  // displayName and unstructuredName are made of the others, and would contradict them.
  const { metadata: _m, displayName: _d, displayNameLastFirst: _l, unstructuredName: _u, ...parts } = names
  const name = { ...parts, givenName: draft.givenName, familyName: draft.familyName }
  const isNamed = draft.givenName !== "" || draft.familyName !== ""
  return {
    names: isNamed ? [name] : [],
    emailAddresses: draft.emails.map((value) => ({
      ...bare(emails.find((entry) => entry?.value === value)),
      value,
    })),
    phoneNumbers: draft.phones.map(({ kind, number }) => ({
      ...bare(phones.find((entry) => phoneOf(entry)[0]?.kind === kind && entry?.value === number)),
      ...(kind === "other" ? {} : { type: kind }),
      value: number,
    })),
    organizations: [
      ...(draft.organisation === "" ? [] : [{ ...bare(company), name: draft.organisation }]),
      ...others.map(bare),
    ],
  }
}

/** An entry without what Google says of it and takes from nobody. */
function bare(entry: Wire | null | undefined): Wire {
  const { metadata: _m, canonicalForm: _c, formattedType: _f, ...own } = entry ?? {}
  return own
}

function isChanged(field: Field, before: ContactDraft, after: ContactDraft): boolean {
  switch (field) {
    case "names":
      return before.givenName !== after.givenName || before.familyName !== after.familyName
    case "emailAddresses":
      return JSON.stringify(before.emails) !== JSON.stringify(after.emails)
    case "phoneNumbers":
      return JSON.stringify(before.phones) !== JSON.stringify(after.phones)
    case "organizations":
      return before.organisation !== after.organisation
  }
}
