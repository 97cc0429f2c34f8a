import {
  type Contact,
  type ContactDraft,
  type ContactPhone,
  nameOf,
  type PhoneKind,
  sanitizeContact,
} from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { ContactPage, ContactReader } from "../contact-reader.ts"
import type { ReadResponse } from "../reader.ts"
import { attributeOf, child, escapeXml, find, textAt, type XmlNode } from "../xml.ts"
import { getItemBody, gotItem } from "./get-item.ts"
import { classifyEws, problemOf } from "./problems.ts"
import { ewsRequest, messagesOf } from "./soap.ts"
import { changeKeyOf, itemIdOf } from "./to-domain.ts"

const pageSize = 200
const emailKeys = ["EmailAddress1", "EmailAddress2", "EmailAddress3"] as const
/** Which of Exchange's nineteen telephone numbers are used (types.xsd, PhoneNumberKeyType), first those that are filled first. */
const phoneKeys: readonly (readonly [key: string, kind: PhoneKind])[] = [
  ["BusinessPhone", "work"],
  ["BusinessPhone2", "work"],
  ["HomePhone", "home"],
  ["HomePhone2", "home"],
  ["MobilePhone", "mobile"],
  ["OtherTelephone", "other"],
]
const plain = {
  DisplayName: "contacts:DisplayName",
  GivenName: "contacts:GivenName",
  CompanyName: "contacts:CompanyName",
  Surname: "contacts:Surname",
} as const

const indexed = (uri: string, key: string) => `<t:IndexedFieldURI FieldURI="${uri}" FieldIndex="${key}"/>`
const emailUri = "contacts:EmailAddress"
const phoneUri = "contacts:PhoneNumber"
const shape = `<m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties>${[
  ...Object.values(plain).map((uri) => `<t:FieldURI FieldURI="${uri}"/>`),
  ...emailKeys.map((key) => indexed(emailUri, key)),
  ...phoneKeys.map(([key]) => indexed(phoneUri, key)),
].join("")}</t:AdditionalProperties></m:ItemShape>`
const folder = '<t:DistinguishedFolderId Id="contacts"/>'

/** The Contacts folder of the mailbox, by SyncFolderItems, GetItem, CreateItem, UpdateItem and DeleteItem. */
export const ewsContacts: ContactReader = {
  limits: { emailsMost: emailKeys.length, phonesMost: { work: 2, home: 2, mobile: 1, other: 1 } },
  listing: (apiBase, cursor) => ewsRequest(apiBase, syncBody(cursor)),
  parseListing(response, _request, apiBase) {
    const [message] = messagesOf(response.body)
    if (message === undefined) throw unreadable()
    return parseChanges(message.node, apiBase)
  },
  fetch: (apiBase, id) => ewsRequest(apiBase, getItemBody([{ kind: "item", id }], shape)),
  parseContact: (response) => contactIn(itemOf(response)),
  create: (apiBase, draft) =>
    ewsRequest(
      apiBase,
      `<m:CreateItem MessageDisposition="SaveOnly"><m:SavedItemFolderId>${folder}</m:SavedItemFolderId><m:Items>${contactXml(draft)}</m:Items></m:CreateItem>`,
    ),
  change(apiBase, draft, current) {
    const item = itemOf(current)
    const updates = updatesXml(item, draft)
    if (updates === "") return null
    const named = `<t:ItemId Id="${escapeXml(itemIdOf(item))}" ChangeKey="${escapeXml(changeKeyOf(item))}"/>`
    return ewsRequest(
      apiBase,
      `<m:UpdateItem ConflictResolution="NeverOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange>${named}<t:Updates>${updates}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
    )
  },
  remove(apiBase, current) {
    const named = `<t:ItemId Id="${escapeXml(itemIdOf(itemOf(current)))}"/>`
    return ewsRequest(
      apiBase,
      `<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds>${named}</m:ItemIds></m:DeleteItem>`,
    )
  },
  /** The answer to a write names the item and its new version, nothing else. */
  parseWritten(response, draft) {
    const item = itemOf(response)
    const contact = { ...draft, displayName: shownAs(draft), version: changeKeyOf(item) }
    return sanitizeContact({ ...contact, id: parseProviderContactId(itemIdOf(item)) })
  },
  /** A single item that failed is all that was asked for here. */
  classify(response, now) {
    const problem = classifyEws(response, now)
    if (problem !== null || response.status !== 200) return problem
    const failed = messagesOf(response.body).find(({ isError }) => isError)
    return failed === undefined ? null : problemOf(failed.code, failed.node, now)
  },
}

function syncBody(cursor: string | null): string {
  const state = cursor === null ? "" : `<m:SyncState>${escapeXml(cursor)}</m:SyncState>`
  return `<m:SyncFolderItems>${shape}<m:SyncFolderId>${folder}</m:SyncFolderId>${state}<m:MaxChangesReturned>${pageSize}</m:MaxChangesReturned></m:SyncFolderItems>`
}

function parseChanges(node: XmlNode, apiBase: string): ContactPage {
  const state = textAt(node, "SyncState")
  if (state === null) throw unreadable()
  const contacts: Contact[] = []
  const removed: Contact["id"][] = []
  let malformedCount = 0
  for (const change of find(node, "Changes")?.children ?? []) {
    if (change.name === "Delete") removed.push(parseProviderContactId(itemIdOf(change)))
    // Distribution lists are in the same folder.
    const item = child(change, "Contact")
    if (item === null) continue
    try {
      contacts.push(ewsContact(item))
    } catch {
      malformedCount++
    }
  }
  const isLast = textAt(node, "IncludesLastItemInRange") !== "false"
  return {
    contacts,
    removed,
    malformedCount,
    next: isLast ? null : ewsRequest(apiBase, syncBody(state)),
    cursor: isLast ? state : null,
  }
}

function itemOf(response: ReadResponse): XmlNode {
  const [message] = messagesOf(response.body)
  const item = message === undefined ? null : gotItem(message)
  if (item?.name !== "Contact") throw new Problem("not-found", "There is no such contact.")
  return item
}

function contactIn(item: XmlNode): Contact {
  try {
    return ewsContact(item)
  } catch (cause) {
    throw new Problem("malformed", "This contact cannot be read.", { cause })
  }
}

/** One contact as Exchange writes it. Throws TypeError when it is malformed. */
export function ewsContact(item: XmlNode): Contact {
  const emails = entriesOf(find(item, "EmailAddresses"))
  const phones = entriesOf(find(item, "PhoneNumbers"))
  return sanitizeContact({
    id: parseProviderContactId(itemIdOf(item)),
    version: changeKeyOf(item),
    displayName: textAt(item, "DisplayName") ?? "",
    givenName: textAt(item, "GivenName") ?? "",
    familyName: textAt(item, "Surname") ?? "",
    // An entry of the directory has a distinguished name ("/o=…") in place of an address.
    emails: emailKeys.flatMap((key) => (emails.get(key)?.includes("@") === true ? [emails.get(key) ?? ""] : [])),
    phones: phoneKeys.flatMap(([key, kind]): readonly ContactPhone[] => {
      const number = phones.get(key)
      return number === undefined ? [] : [{ kind, number }]
    }),
    organisation: textAt(item, "CompanyName") ?? "",
  })
}

function entriesOf(node: XmlNode | null): Entries {
  return new Map(
    (node?.children ?? []).flatMap((entry) => {
      const key = attributeOf(entry, "Key")
      return key === null || entry.text === "" ? [] : [[key, entry.text] as const]
    }),
  )
}

const shownAs = (draft: ContactDraft): string => nameOf(draft) || draft.organisation || draft.emails[0] || ""

const leaf = (name: string, text: string) => (text === "" ? "" : `<t:${name}>${escapeXml(text)}</t:${name}>`)
const entryXml = (key: string, text: string) => `<t:Entry Key="${key}">${escapeXml(text)}</t:Entry>`

type Entries = ReadonlyMap<string, string>
const nothing: Entries = new Map()

/** Exchange's places for texts, in order. What stands in `known` and is no text of ours keeps its place. Throws Problem "unsupported". */
function placed(keys: readonly string[], texts: readonly string[], known: Entries): Entries {
  const free = keys.filter((key) => !known.has(key))
  if (texts.length > free.length)
    throw new Problem("unsupported", "Exchange keeps no more of these.", { code: "too-many-addresses" })
  return new Map(texts.flatMap((text, index) => [[free[index] ?? "", text] as const]))
}

function numbersPlaced(phones: readonly ContactPhone[]): Entries {
  return new Map(
    [...new Set(phoneKeys.map(([, kind]) => kind))].flatMap((kind) => [
      ...placed(
        phoneKeys.filter(([, own]) => own === kind).map(([key]) => key),
        phones.filter((phone) => phone.kind === kind).map(({ number }) => number),
        nothing,
      ),
    ]),
  )
}

/** A whole contact; its parts are in the order of the schema (types.xsd, ContactItemType), in which alone they are taken. */
function contactXml(draft: ContactDraft): string {
  const addresses = placed(emailKeys, draft.emails, nothing)
  const numbers = numbersPlaced(draft.phones)
  const holder = (name: string, entries: Entries) =>
    entries.size === 0
      ? ""
      : `<t:${name}>${[...entries].map(([key, text]) => entryXml(key, text)).join("")}</t:${name}>`
  const shown = shownAs(draft)
  return `<t:Contact>${[
    leaf("FileAs", shown),
    leaf("DisplayName", shown),
    leaf("GivenName", draft.givenName),
    leaf("CompanyName", draft.organisation),
    holder("EmailAddresses", addresses),
    holder("PhoneNumbers", numbers),
    leaf("Surname", draft.familyName),
  ].join("")}</t:Contact>`
}

/** The changes alone, one property each as UpdateItem wants them (updateitem-operation-contact.md). */
function updatesXml(item: XmlNode, after: ContactDraft): string {
  const before = ewsContact(item)
  const isNamed = before.givenName !== after.givenName || before.familyName !== after.familyName
  const field = (name: keyof typeof plain, was: string, is: string) =>
    was === is ? "" : change(`<t:FieldURI FieldURI="${plain[name]}"/>`, leaf(name, is))
  return [
    isNamed ? change('<t:FieldURI FieldURI="contacts:FileAs"/>', leaf("FileAs", shownAs(after))) : "",
    isNamed ? field("DisplayName", before.displayName, shownAs(after)) : "",
    field("GivenName", before.givenName, after.givenName),
    field("CompanyName", before.organisation, after.organisation),
    isSame(before.emails, after.emails) ? "" : addressesXml(entriesOf(find(item, "EmailAddresses")), after.emails),
    isSame(before.phones, after.phones) ? "" : numbersXml(entriesOf(find(item, "PhoneNumbers")), after.phones),
    field("Surname", before.familyName, after.familyName),
  ].join("")
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

function addressesXml(known: Entries, emails: readonly string[]): string {
  const hidden = new Map([...known].filter(([, text]) => !text.includes("@")))
  const is = new Map([...hidden, ...placed(emailKeys, emails, hidden)])
  return emailKeys.map((key) => entry(emailUri, key, known.get(key), is.get(key))).join("")
}

function numbersXml(known: Entries, phones: readonly ContactPhone[]): string {
  const is = numbersPlaced(phones)
  return phoneKeys.map(([key]) => entry(phoneUri, key, known.get(key), is.get(key))).join("")
}

function change(path: string, content: string): string {
  return content === ""
    ? `<t:DeleteItemField>${path}</t:DeleteItemField>`
    : `<t:SetItemField>${path}<t:Contact>${content}</t:Contact></t:SetItemField>`
}

function entry(uri: string, key: string, was: string | undefined, is: string | undefined): string {
  if (was === is) return ""
  const holder = uri === emailUri ? "EmailAddresses" : "PhoneNumbers"
  return change(indexed(uri, key), is === undefined ? "" : `<t:${holder}>${entryXml(key, is)}</t:${holder}>`)
}

function unreadable(): Problem {
  return new Problem("malformed", "The calendar service's answer cannot be read.")
}
