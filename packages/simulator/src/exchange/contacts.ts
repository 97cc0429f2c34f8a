import { named, type SimContact, type SimContactDetails, type SimContacts } from "../contacts.ts"
import { changeKey, itemId, readChangeKey, readItemId } from "./ids.ts"
import { type Folder, itemNotFound } from "./mailboxes.ts"
import { EwsError } from "./soap.ts"
import type { EwsCall, World } from "./world.ts"
import { allOf, element, find, leaf, type Markup, textAt, type XmlNode } from "./xml.ts"

/** A contact of a mailbox's Contacts folder, as an id names it. */
export type ContactItem = { readonly folder: Folder; readonly book: SimContacts; readonly contact: SimContact }

/** The contact behind an ItemId; null where the id is no contact's. Throws ErrorItemNotFound for one that is gone. */
export function findContact(world: World, call: EwsCall, node: XmlNode): ContactItem | null {
  const key = readItemId(node.attributes.Id ?? "")
  if (node.name !== "ItemId" || key === null || key.folder !== "contacts") return null
  const folder = world.mailboxes.contactsOf(call.actor, key.personId)
  const contact = folder.contacts?.find(key.eventId) ?? null
  if (folder.contacts === null || contact === null) throw itemNotFound()
  return { folder, book: folder.contacts, contact }
}

type Property = {
  readonly name: string
  readonly uri: string
  readonly read: (details: SimContactDetails) => Markup
  readonly isDefault?: true
}

/** Properties in the order of the schema, which is the order of every answer ([MS-OXWSCONT] 2.2.4.4). */
const properties: readonly Property[] = [
  { name: "ItemClass", uri: "item:ItemClass", read: () => leaf("t:ItemClass", "IPM.Contact") },
  {
    name: "Subject",
    uri: "item:Subject",
    isDefault: true,
    read: ({ displayName }) => leaf("t:Subject", displayName),
  },
  { name: "Body", uri: "item:Body", read: extraOf("Body") },
  { name: "FileAs", uri: "contacts:FileAs", isDefault: true, read: extraOf("FileAs") },
  { name: "FileAsMapping", uri: "contacts:FileAsMapping", read: extraOf("FileAsMapping") },
  {
    name: "DisplayName",
    uri: "contacts:DisplayName",
    isDefault: true,
    read: ({ displayName }) => own("DisplayName", displayName),
  },
  {
    name: "GivenName",
    uri: "contacts:GivenName",
    isDefault: true,
    read: ({ givenName }) => own("GivenName", givenName),
  },
  { name: "MiddleName", uri: "contacts:MiddleName", read: extraOf("MiddleName") },
  { name: "Nickname", uri: "contacts:Nickname", read: extraOf("Nickname") },
  {
    name: "CompanyName",
    uri: "contacts:CompanyName",
    isDefault: true,
    read: ({ organisation }) => own("CompanyName", organisation),
  },
  {
    name: "EmailAddresses",
    uri: "contacts:EmailAddresses",
    isDefault: true,
    read: ({ emails }) =>
      entries(
        "EmailAddresses",
        emails.map(({ key, address }) => [key, address]),
      ),
  },
  {
    name: "PhoneNumbers",
    uri: "contacts:PhoneNumbers",
    isDefault: true,
    read: ({ phones }) =>
      entries(
        "PhoneNumbers",
        phones.map(({ key, number }) => [key, number]),
      ),
  },
  { name: "Birthday", uri: "contacts:Birthday", read: extraOf("Birthday") },
  { name: "Department", uri: "contacts:Department", read: extraOf("Department") },
  { name: "JobTitle", uri: "contacts:JobTitle", isDefault: true, read: extraOf("JobTitle") },
  { name: "Surname", uri: "contacts:Surname", isDefault: true, read: ({ familyName }) => own("Surname", familyName) },
]

function own(name: string, text: string): Markup {
  return text === "" ? "" : leaf(`t:${name}`, text)
}

function extraOf(name: string) {
  return ({ extra }: SimContactDetails): Markup => own(name, String(extra[name] ?? ""))
}

function entries(name: string, all: readonly (readonly [key: string, text: string])[]): Markup {
  return all.length === 0
    ? ""
    : element(
        `t:${name}`,
        all.map(([key, text]) => leaf("t:Entry", text, { Key: key })),
      )
}

export function contactIdMarkup({ folder, contact }: ContactItem): Markup {
  const id = itemId({ personId: folder.person.id, folder: folder.key, eventId: contact.id, original: null })
  return leaf("t:ItemId", "", { Id: id, ChangeKey: changeKey(contact.sequence) })
}

/** The Contact element with what the request's shape wants; single entries of a dictionary are asked for by their index. */
export function contactMarkup(world: World, item: ContactItem, shape: XmlNode | null): Markup {
  const base = textAt(shape, "BaseShape") ?? "Default"
  const additional = find(shape, "AdditionalProperties")
  const uris = new Set(allOf(additional, "FieldURI").map(({ attributes }) => attributes.FieldURI ?? ""))
  const keys = new Set(allOf(additional, "IndexedFieldURI").map(({ attributes }) => attributes.FieldIndex ?? ""))
  const { contact, folder } = item
  const isAsked = (uri: string, key: string) => uris.has(uri) || base !== "IdOnly" || keys.has(key)
  const kept = {
    ...contact.details,
    emails: contact.details.emails.filter(({ key }) => isAsked("contacts:EmailAddresses", key)),
    phones: contact.details.phones.filter(({ key }) => isAsked("contacts:PhoneNumbers", key)),
  }
  const parent = uris.has("item:ParentFolderId") || base === "AllProperties"
  const parentId = leaf("t:ParentFolderId", "", { Id: world.mailboxes.folderIdOf(folder), ChangeKey: "AQAAAA==" })
  const isWanted = ({ uri, name, isDefault }: Property) =>
    uris.has(uri) ||
    base === "AllProperties" ||
    (base === "Default" && isDefault === true) ||
    (keys.size > 0 && (name === "EmailAddresses" || name === "PhoneNumbers"))
  return element("t:Contact", [
    contact.isMalformed ? "" : contactIdMarkup(item),
    parent ? parentId : "",
    ...properties.filter(isWanted).map(({ read }) => read(kept)),
  ])
}

const order = properties.map(({ name }) => name)

/** CreateItem of a contact. In any other order than the schema's the request is refused. */
export function createContact(folder: Folder, node: XmlNode): ContactItem {
  const book = folder.contacts
  if (book === null) throw new EwsError("ErrorInvalidFolderTypeForOperation", "Contacts are not kept in this folder.")
  let last = -1
  for (const { name } of node.children) {
    const place = order.indexOf(name)
    if (place >= 0 && place <= last)
      throw new EwsError(
        "ErrorSchemaValidation",
        `The request failed schema validation: The element 'Contact' has invalid child element '${name}'.`,
        { isFault: true },
      )
    last = Math.max(last, place)
  }
  const details = node.children.reduce(withProperty, {
    ...{ displayName: "", givenName: "", familyName: "", organisation: "" },
    ...{ emails: [], phones: [], extra: {} },
  })
  return { folder, book, contact: book.create(named(details)) }
}

const texts = {
  DisplayName: "displayName",
  GivenName: "givenName",
  Surname: "familyName",
  CompanyName: "organisation",
} as const

const isText = (name: string): name is keyof typeof texts => name in texts

/** What one element sets; entries of a dictionary that are not named stay. */
function withProperty(details: SimContactDetails, node: XmlNode): SimContactDetails {
  if (isText(node.name)) return { ...details, [texts[node.name]]: node.text }
  if (node.name === "EmailAddresses" || node.name === "PhoneNumbers")
    return allOf(node, "Entry").reduce(
      (kept, entry) => withEntry(kept, node.name, { key: entry.attributes.Key ?? "", text: entry.text }),
      details,
    )
  return { ...details, extra: { ...details.extra, [node.name]: node.text } }
}

const emailKeys = ["EmailAddress1", "EmailAddress2", "EmailAddress3"]

function withEntry(
  details: SimContactDetails,
  holder: string,
  { key, text }: { readonly key: string; readonly text: string | null },
): SimContactDetails {
  if (holder === "EmailAddresses") {
    if (!emailKeys.includes(key))
      throw new EwsError("ErrorSchemaValidation", "The 'Key' attribute is invalid.", { isFault: true })
    const others = details.emails.filter((one) => one.key !== key)
    const emails = text === null ? others : [...others, { key, address: text }]
    return { ...details, emails: emails.sort((one, other) => one.key.localeCompare(other.key)) }
  }
  const others = details.phones.filter((one) => one.key !== key)
  return { ...details, phones: text === null ? others : [...others, { key, number: text }] }
}

/** UpdateItem of a contact: one property for each change (updateitem-operation-contact.md). */
export function updateContact({ book, contact }: ContactItem, updates: readonly XmlNode[]): void {
  let { details } = contact
  for (const { name, children } of updates) {
    const [path, holder] = children
    if (name === "SetItemField") {
      const [property] = holder?.children ?? []
      if (property === undefined || (holder?.children.length ?? 0) > 1)
        throw new EwsError("ErrorIncorrectUpdatePropertyCount", "One and only one property is set by a change.")
      details = withProperty(details, property)
    } else if (name === "DeleteItemField") details = without(details, path ?? null)
    else throw new EwsError("ErrorInvalidPropertyAppend", "Append action is not supported for this property.")
  }
  book.update(contact, details)
}

function without(details: SimContactDetails, path: XmlNode | null): SimContactDetails {
  const { FieldURI: uri = "", FieldIndex: key } = path?.attributes ?? {}
  const name = uri.replace(/^\w+:/, "")
  if (key !== undefined)
    return withEntry(details, name === "EmailAddress" ? "EmailAddresses" : "PhoneNumbers", { key, text: null })
  if (isText(name)) return { ...details, [texts[name]]: "" }
  const { [name]: _, ...extra } = details.extra
  return { ...details, extra }
}

/** An old change key fails with NeverOverwrite, as for any item. */
export function checkContactVersion({ contact }: ContactItem, { attributes }: XmlNode, resolution: string): void {
  if (resolution === "AlwaysOverwrite") return
  const sequence = readChangeKey(attributes.ChangeKey ?? "")
  if (sequence === null)
    throw new EwsError("ErrorChangeKeyRequiredForWriteOperations", "A change key is required for this operation.")
  if (resolution === "NeverOverwrite" && sequence !== contact.sequence)
    throw new EwsError(
      "ErrorIrresolvableConflict",
      "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item.",
    )
}
