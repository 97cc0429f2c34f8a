import { Problem } from "@kalends/domain/problem"
import { shapeOf } from "@kalends/readers/ews/find-item"
import { ewsRequest, messagesOf } from "@kalends/readers/ews/soap"
import { attributeOf, child, escapeXml, find, findDeep, parseXml, type XmlNode } from "@kalends/readers/xml"
import type { IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"
import type { ProxiedCalls, Proxying } from "../../ports/proxied-calls.ts"
import { passwordOf, signedRequest } from "./calls/ask.ts"

const itemsMost = 100
const parentShape = shapeOf(["item:ParentFolderId"])

type Send = (request: OutgoingRequest) => Promise<IncomingResponse>
type Rule = {
  readonly isWrite: boolean
  /** Elements in which folders are named; each must be there, and name calendars of the connection, or its contacts, alone. */
  readonly folders: readonly string[]
  /** Where items are named, which must lie in those folders. */
  readonly items: string | null
}

/** What an operation is about: each has a permission of its own. */
type Kind = "calendar" | "contacts"
const itemOf: Readonly<Record<Kind, string>> = { calendar: "CalendarItem", contacts: "Contact" }
/** What answers about a folder may hold. A contacts folder has distribution lists besides, which nobody asks for. */
const shown: Readonly<Record<Kind, ReadonlySet<string>>> = {
  calendar: new Set(["CalendarItem"]),
  contacts: new Set(["Contact", "DistributionList"]),
}
const contactsFolder = '<t:DistinguishedFolderId Id="contacts"/>'
const folderQuestion = `<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>${contactsFolder}</m:FolderIds></m:GetFolder>`

/** Operations on calendars and contacts, and nothing else that EWS has: no mail, no attachments, no other people's mailboxes. */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["GetFolder", { isWrite: false, folders: ["FolderIds"], items: null }],
  ["FindItem", { isWrite: false, folders: ["ParentFolderIds"], items: null }],
  ["SyncFolderItems", { isWrite: false, folders: ["SyncFolderId"], items: null }],
  ["GetItem", { isWrite: false, folders: [], items: "ItemIds" }],
  ["GetServerTimeZones", { isWrite: false, folders: [], items: null }],
  ["CreateItem", { isWrite: true, folders: ["SavedItemFolderId"], items: null }],
  ["UpdateItem", { isWrite: true, folders: [], items: "ItemChanges" }],
  ["DeleteItem", { isWrite: true, folders: [], items: "ItemIds" }],
])
const itemNames = new Set(["ItemId", "OccurrenceItemId", "RecurringMasterItemId"])
/** Attributes that these operations have (messages.xsd, types.xsd); any other is left out. */
const attributeNames = [
  ...["Id", "ChangeKey", "OccurrenceId", "RecurringMasterId", "InstanceIndex", "Name", "Value", "Order"],
  ...["FieldURI", "FieldIndex", "PropertySetId", "DistinguishedPropertySetId", "PropertyName", "PropertyTag"],
  ...["PropertyType", "PropertyId", "BodyType", "Traversal", "StartDate", "EndDate", "MaxEntriesReturned", "Offset"],
  ...[
    "BasePoint",
    "Key",
    "SendMeetingInvitations",
    "SendMeetingCancellations",
    "SendMeetingInvitationsOrCancellations",
  ],
  ...["ConflictResolution", "MessageDisposition", "DeleteType", "AffectedTaskOccurrences", "ReturnFullTimeZoneData"],
]
/** Parts of an answer that hold items. */
const holders = new Set(["Items", "Create", "Update"])

/**
 * A session of EWS that shows an app its own calendars, and its own contacts where the person allowed them. What the app
 * sends is read, checked and written anew: neither its header nor anything that was not understood goes on. Items are looked
 * up before they are asked for, because an id does not say whose it is.
 */
export const ewsProxy: ProxiedCalls = {
  async ask({ method, body }, proxying, send) {
    const operation = method === "POST" ? operationIn(body) : null
    const rule = operation === null ? undefined : rules.get(operation.name)
    if (operation === null || rule === undefined) throw refused()
    const calendar: ReadonlySet<string> = new Set(proxying.calendarIds)
    const kinds = new Set(rule.folders.flatMap((name) => foldersIn(find(operation, name), calendar)))
    checkContents(operation, kinds)
    if (rule.items !== null) {
      const look = await call(proxying, send, lookBody(itemsOf(operation, rule.items)))
      // A server that does not answer the look does not answer the request either.
      if (look.status !== 200) return passedOn(look)
      for (const kind of await kindsIn(look.body, { proxying, send, calendar, isWrite: rule.isWrite })) kinds.add(kind)
    }
    for (const kind of kinds) requirePermission(proxying, kind, rule.isWrite)
    if (rule.isWrite && kinds.size === 0 && proxying.permission !== "read-write") throw refused()
    checkUpdates(operation, kinds)
    const answer = await call(proxying, send, messageXml(operation))
    if (answer.status === 200) checkAnswer(answer.body, kinds)
    return passedOn(answer)
  },
}

const passedOn = ({ status, body }: IncomingResponse) => ({ status, contentType: "text/xml; charset=utf-8", body })

/** Each kind has its own permission: writing a calendar opens no contacts. */
function requirePermission({ permission, contacts }: Proxying, kind: Kind, isWrite: boolean): void {
  const held = kind === "calendar" ? permission : contacts
  if (held === "none" || (isWrite && held !== "read-write")) throw refused()
}

function refused(): Problem {
  return new Problem("forbidden", "Only the calendar's own operations are passed on.", { code: "not-proxied" })
}

function call({ access, signal }: Proxying, send: Send, operation: string): Promise<IncomingResponse> {
  const request = ewsRequest(passwordOf(access).server, operation)
  return send({ ...signedRequest(access, request, { isRepeatable: false }), signal })
}

/** Null for what is no SOAP request. */
function operationIn(body: string): XmlNode | null {
  try {
    const root = parseXml(body)
    const operations = root.name === "Envelope" ? (child(root, "Body")?.children ?? []) : []
    return operations.length === 1 ? (operations[0] ?? null) : null
  } catch {
    return null
  }
}

function foldersIn(node: XmlNode | null, calendars: ReadonlySet<string>): readonly Kind[] {
  const folders = node?.children ?? []
  if (folders.length === 0) throw refused()
  return folders.map((folder) => {
    const id = attributeOf(folder, "Id") ?? ""
    if (folder.name === "FolderId" && calendars.has(id)) return "calendar"
    // Whoever is named by it is whoever signs in, or is acted for: the connection's own mailbox.
    const isOwn = folder.name === "DistinguishedFolderId" && folder.children.length === 0
    if (isOwn && (id === "calendar" || id === "contacts")) return id
    throw refused()
  })
}

/** Whole messages with their attachments are none of our business, nor is anything written but what its folder is for. */
function checkContents(operation: XmlNode, kinds: ReadonlySet<Kind>): void {
  if (findDeep(operation, "IncludeMimeContent")?.text.trim() === "true" || findDeep(operation, "MimeContent") !== null)
    throw refused()
  const wanted = new Set([...kinds].map((kind) => itemOf[kind]))
  const written = find(operation, "Items")?.children ?? []
  if (written.length > 0 && (kinds.size !== 1 || written.some(({ name }) => !wanted.has(name)))) throw refused()
}

/** What is set of an item is of the item's own kind; items of two kinds are not changed at once. */
function checkUpdates(operation: XmlNode, kinds: ReadonlySet<Kind>): void {
  const changes = find(operation, "ItemChanges")?.children ?? []
  if (changes.length === 0) return
  const [kind] = kinds
  if (kind === undefined || kinds.size > 1) throw refused()
  const updates = changes.flatMap((change) => find(change, "Updates")?.children ?? [])
  const holders = updates.flatMap(({ name, children }) => (name === "DeleteItemField" ? [] : children.slice(1)))
  if (holders.some(({ name }) => name !== itemOf[kind])) throw refused()
}

function itemsOf(operation: XmlNode, where: string): readonly XmlNode[] {
  const named = find(operation, where)?.children ?? []
  const ids = where === "ItemIds" ? named : named.map((change) => change.children[0])
  if (ids.length === 0 || ids.length > itemsMost) throw refused()
  return ids.map((id) => {
    if (id === undefined || !itemNames.has(id.name)) throw refused()
    return id
  })
}

type Checking = {
  readonly proxying: Proxying
  readonly send: Send
  readonly calendar: ReadonlySet<string>
  readonly isWrite: boolean
}

function lookBody(ids: readonly XmlNode[]): string {
  return `<m:GetItem>${parentShape}<m:ItemIds>${ids.map((id) => typesXml(id)).join("")}</m:ItemIds></m:GetItem>`
}

/** What the items of a look are. Throws for one that is neither in a calendar of the connection nor in its contacts. */
async function kindsIn(body: string, checking: Checking): Promise<ReadonlySet<Kind>> {
  const kinds = new Set<Kind>()
  for (const { node, isError, code } of messagesOf(body)) {
    // An item that is gone is told as such; any other that could not be looked at is not written.
    if (isError && checking.isWrite && code !== "ErrorItemNotFound") throw refused()
    if (isError) continue
    const item = find(node, "Items")?.children[0]
    const parent = attributeOf(find(item ?? null, "ParentFolderId"), "Id")
    const kind = item?.name === "Contact" ? "contacts" : "calendar"
    if (item?.name !== itemOf[kind] || parent === null) throw refused()
    if (kind === "contacts" ? !(await isOwnContacts(parent, checking)) : !checking.calendar.has(parent)) throw refused()
    kinds.add(kind)
  }
  return kinds
}

/** The connection keeps no id of the contacts folder: the server is asked, each time that contacts are named. */
async function isOwnContacts(folderId: string, { proxying, send }: Checking): Promise<boolean> {
  if (proxying.contacts === "none") return false
  const { status, body } = await call(proxying, send, folderQuestion)
  if (status !== 200) return false
  return messagesOf(body).some(
    ({ node, isError }) =>
      !isError && attributeOf(find(node, "Folders", "ContactsFolder", "FolderId"), "Id") === folderId,
  )
}

/** Items of an answer are of the kinds that were asked for, whatever they say they are. */
function checkAnswer(body: string, kinds: ReadonlySet<Kind>): void {
  const allowed = new Set([...kinds].flatMap((kind) => [...shown[kind]]))
  const walk = (node: XmlNode): void => {
    if (holders.has(node.name) && node.children.some(({ name }) => !allowed.has(name))) throw refused()
    for (const one of node.children) walk(one)
  }
  for (const { node } of messagesOf(body)) walk(node)
}

/** The operation and its parts are of the messages' namespace, everything below of the types' (messages.xsd, types.xsd). */
function messageXml(operation: XmlNode): string {
  const parts = operation.children.map((part) => xml("m", part, part.children.map(typesXml).join(""))).join("")
  return xml("m", operation, parts)
}

function typesXml(node: XmlNode): string {
  return xml("t", node, node.children.map(typesXml).join(""))
}

function xml(prefix: "m" | "t", node: XmlNode, content: string): string {
  const { name, attributes, text, children } = node
  if (!/^\w+$/.test(name)) throw refused()
  const written = attributeNames
    .filter((key) => attributes.includes(key))
    .flatMap((key) => {
      const value = attributeOf(node, key)
      return value === null ? [] : [` ${key}="${escapeXml(value)}"`]
    })
  return `<${prefix}:${name}${written.join("")}>${children.length > 0 ? content : escapeXml(text)}</${prefix}:${name}>`
}
