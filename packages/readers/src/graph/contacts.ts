import { type Contact, type ContactDraft, nameOf, type PhoneKind, sanitizeContact } from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ContactPage, ContactReader } from "../contact-reader.ts"
import { parseBody } from "../json-body.ts"
import { list, mapItems, requireText, text, type Wire, wire } from "../parse.ts"
import type { ReadRequest } from "../reader.ts"
import { classifyGraph } from "./problems.ts"

/** What the used attributes are made of, and nothing else. */
const selected = "id,displayName,givenName,surname,emailAddresses,businessPhones,homePhones,mobilePhone,companyName"
const pageSize = 250
const headers: Readonly<Record<string, string>> = {
  accept: "application/json",
  prefer: `IdType="ImmutableId", odata.maxpagesize=${pageSize}`,
}

/** Personal contacts of the default folder (user-list-contacts.md, contact-delta.md). */
export const graphContacts: ContactReader = {
  // An Outlook contact has three addresses, two telephones of work and of home, and one mobile (contact.md).
  limits: { emailsMost: 3, phonesMost: { work: 2, home: 2, mobile: 1, other: 0 } },
  /**
   * Changes are told of a folder by its id alone, and the default folder is not among `/me/contactFolders`: any contact
   * of it says where it is.
   */
  listing: (apiBase, cursor) =>
    get(cursor ?? `${apiBase}/me/contacts?${new URLSearchParams({ $top: "1", $select: "id,parentFolderId" })}`),
  parseListing(response, request, apiBase) {
    const body = parseBody(response.body)
    return isFolderQuestion(request) ? parseFolder(body, apiBase) : parsePage(body)
  },
  fetch: (apiBase, id) => get(`${one(apiBase, id)}?${new URLSearchParams({ $select: selected })}`),
  parseContact: (response) => contactIn(parseBody(response.body)),
  create: (apiBase, draft) => write("POST", `${apiBase}/me/contacts`, { body: wireOf(draft) }),
  change(apiBase, draft, current) {
    const known = parseBody(current.body)
    const body = changesOf(wireOf(graphContact(known)), wireOf(draft, known))
    if (Object.keys(body).length === 0) return null
    return write("PATCH", one(apiBase, requireText(known.id, "id")), { body, etag: text(known["@odata.etag"]) })
  },
  remove(apiBase, current) {
    const known = parseBody(current.body)
    return write("DELETE", one(apiBase, requireText(known.id, "id")), { etag: text(known["@odata.etag"]) })
  },
  parseWritten: (response) => contactIn(parseBody(response.body)),
  classify: classifyGraph,
}

const one = (apiBase: string, id: string) => `${apiBase}/me/contacts/${encodeURIComponent(id)}`

const get = (url: string): ReadRequest => ({ method: "GET", url, headers, body: null })

function write(
  method: "POST" | "PATCH" | "DELETE",
  url: string,
  { body, etag }: { readonly body?: Wire; readonly etag?: string | null },
): ReadRequest {
  const typed: Readonly<Record<string, string>> = body === undefined ? {} : { "content-type": "application/json" }
  const matched: Readonly<Record<string, string>> = etag === undefined || etag === null ? {} : { "if-match": etag }
  return {
    method,
    url,
    headers: { ...headers, ...typed, ...matched },
    body: body === undefined ? null : JSON.stringify(body),
  }
}

const isFolderQuestion = ({ url }: ReadRequest): boolean =>
  new URL(url).searchParams.get("$select") === "id,parentFolderId"

function parseFolder(body: Wire, apiBase: string): ContactPage {
  const folder = text(wire(list(body.value)[0])?.parentFolderId)
  const query = new URLSearchParams({ $select: selected })
  const next =
    folder === null ? null : get(`${apiBase}/me/contactFolders/${encodeURIComponent(folder)}/contacts/delta?${query}`)
  return { contacts: [], removed: [], malformedCount: 0, next, cursor: null }
}

function parsePage(body: Wire): ContactPage {
  const items = list(body.value)
  const gone = items.map(wire).filter((item) => item?.["@removed"] !== undefined)
  const there = items.filter((item) => wire(item)?.["@removed"] === undefined)
  const { events: contacts, malformedCount } = mapItems(there, graphContact)
  const next = text(body["@odata.nextLink"])
  return {
    contacts,
    removed: gone.flatMap((item) => {
      const id = text(item?.id)
      return id === null ? [] : [parseProviderContactId(id)]
    }),
    malformedCount,
    next: next === null ? null : get(next),
    cursor: text(body["@odata.deltaLink"]),
  }
}

function contactIn(item: Wire): Contact {
  try {
    return graphContact(item)
  } catch (cause) {
    throw new Problem("malformed", "This contact cannot be read.", { cause })
  }
}

/** One contact as Graph writes it. Throws TypeError when it is malformed. */
export function graphContact(item: Wire): Contact {
  const phones = (kind: PhoneKind, numbers: readonly unknown[]) =>
    numbers.flatMap((number) => (text(number) === null ? [] : [{ kind, number: String(number) }]))
  return sanitizeContact({
    id: parseProviderContactId(requireText(item.id, "id")),
    version: text(item["@odata.etag"]) ?? "",
    displayName: text(item.displayName) ?? "",
    givenName: text(item.givenName) ?? "",
    familyName: text(item.surname) ?? "",
    emails: list(item.emailAddresses).flatMap((entry) => text(wire(entry)?.address) ?? []),
    phones: [
      ...phones("work", list(item.businessPhones)),
      ...phones("home", list(item.homePhones)),
      ...phones("mobile", [item.mobilePhone]),
    ],
    organisation: text(item.companyName) ?? "",
  })
}

/** As Graph takes it. `known`: what it told before, whose names of addresses are kept. */
export function wireOf(draft: ContactDraft, known: Wire = {}): Wire {
  const numbers = (kind: PhoneKind) => draft.phones.filter((phone) => phone.kind === kind).map(({ number }) => number)
  const before = list(known.emailAddresses).map(wire)
  const displayName = nameOf(draft) || draft.organisation || draft.emails[0] || ""
  return {
    displayName,
    givenName: draft.givenName || null,
    surname: draft.familyName || null,
    emailAddresses: draft.emails.map((address) => ({
      address,
      name: text(before.find((entry) => entry?.address === address)?.name) ?? displayName,
    })),
    businessPhones: numbers("work"),
    homePhones: numbers("home"),
    mobilePhone: numbers("mobile")[0] ?? null,
    companyName: draft.organisation || null,
  }
}

/** What differs between two, so that a change writes nothing that it does not mean. */
function changesOf(before: Wire, after: Wire): Wire {
  const isNamed = ["givenName", "surname"].some((name) => before[name] !== after[name])
  const addresses = (item: Wire) => list(item.emailAddresses).map((entry) => wire(entry)?.address)
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => {
      // What is shown follows the names: whoever changed neither keeps what they called the contact.
      if (name === "displayName") return isNamed
      if (name === "emailAddresses") return JSON.stringify(addresses(before)) !== JSON.stringify(addresses(after))
      return JSON.stringify(before[name]) !== JSON.stringify(value)
    }),
  )
}
