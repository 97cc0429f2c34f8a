import { Problem } from "@kalends/domain/problem"
import { shapeOf } from "@kalends/readers/ews/find-item"
import { escapeXml, ewsRequest, messagesOf } from "@kalends/readers/ews/soap"
import { attributeOf, child, find, findDeep, parseXml, type XmlNode } from "@kalends/readers/ews/xml"
import type { IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"
import type { ProxiedCalls, Proxying } from "../../ports/proxied-calls.ts"
import { passwordOf, signedRequest } from "./calls/ask.ts"

const itemsMost = 100
const parentShape = shapeOf(["item:ParentFolderId"])

type Send = (request: OutgoingRequest) => Promise<IncomingResponse>
type Rule = {
  readonly isWrite: boolean
  /** Elements in which folders are named; each must be there, and name calendars of the connection alone. */
  readonly folders: readonly string[]
  /** Where items are named, which must lie in those calendars. */
  readonly items: string | null
}

/** Operations on a calendar, and nothing else that EWS has: no mail, no attachments, no other people's mailboxes. */
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
  ...["BasePoint", "SendMeetingInvitations", "SendMeetingCancellations", "SendMeetingInvitationsOrCancellations"],
  ...["ConflictResolution", "MessageDisposition", "DeleteType", "AffectedTaskOccurrences", "ReturnFullTimeZoneData"],
]
/** Parts of an answer that hold items. */
const holders = new Set(["Items", "Create", "Update"])

/**
 * A session of EWS that shows an app its own calendars alone. What the app sends is read, checked and written anew: neither
 * its header nor anything that was not understood goes on. Items are looked up before they are asked for, because an id
 * does not say whose it is.
 */
export const ewsProxy: ProxiedCalls = {
  async ask({ method, body }, proxying, send) {
    const operation = method === "POST" ? operationIn(body) : null
    const rule = operation === null ? undefined : rules.get(operation.name)
    if (operation === null || rule === undefined) throw refused()
    if (rule.isWrite && proxying.permission !== "read-write") throw refused()
    const calendar: ReadonlySet<string> = new Set(proxying.calendarIds)
    for (const name of rule.folders) checkFolders(find(operation, name), calendar)
    checkContents(operation)
    if (rule.items !== null) await checkItems(itemsOf(operation, rule.items), { proxying, send, calendar })
    const { status, body: answer } = await call(proxying, send, messageXml(operation))
    if (status === 200) checkAnswer(answer)
    return { status, contentType: "text/xml; charset=utf-8", body: answer }
  },
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

function checkFolders(node: XmlNode | null, calendars: ReadonlySet<string>): void {
  const folders = node?.children ?? []
  if (folders.length === 0) throw refused()
  for (const folder of folders) {
    const id = attributeOf(folder, "Id") ?? ""
    const isOwn = folder.name === "FolderId" && calendars.has(id)
    // Whoever is named by it is whoever signs in, or is acted for: the connection's own mailbox.
    const isMain = folder.name === "DistinguishedFolderId" && id === "calendar" && folder.children.length === 0
    if (!isOwn && !isMain) throw refused()
  }
}

/** Whole messages with their attachments are none of a calendar's business, nor is anything but calendar items written. */
function checkContents(operation: XmlNode): void {
  if (findDeep(operation, "IncludeMimeContent")?.text.trim() === "true" || findDeep(operation, "MimeContent") !== null)
    throw refused()
  const written = find(operation, "Items")?.children ?? []
  if (written.some(({ name }) => name !== "CalendarItem")) throw refused()
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

type Checking = { readonly proxying: Proxying; readonly send: Send; readonly calendar: ReadonlySet<string> }

async function checkItems(ids: readonly XmlNode[], { proxying, send, calendar }: Checking): Promise<void> {
  const names = ids.map((id) => typesXml(id)).join("")
  const body = `<m:GetItem>${parentShape}<m:ItemIds>${names}</m:ItemIds></m:GetItem>`
  const response = await call(proxying, send, body)
  // Whatever the server answers to the look, it answers to the request as well.
  if (response.status !== 200) return
  for (const { node, isError } of messagesOf(response.body)) {
    const item = find(node, "Items")?.children[0]
    const parent = attributeOf(find(item ?? null, "ParentFolderId"), "Id")
    if (!isError && (item?.name !== "CalendarItem" || parent === null || !calendar.has(parent))) throw refused()
  }
}

/** Items of an answer are calendar items, whatever was asked. */
function checkAnswer(body: string): void {
  const walk = (node: XmlNode): void => {
    if (holders.has(node.name) && node.children.some(({ name }) => name !== "CalendarItem")) throw refused()
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
