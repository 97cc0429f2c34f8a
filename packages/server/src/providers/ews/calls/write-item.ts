import { type ItemName, itemNameXml } from "@kalends/readers/ews/get-item"
import { changeKeyOf, itemIdOf } from "@kalends/readers/ews/to-domain"
import { escapeXml, find, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, onlyMessage, type Target } from "./ask.ts"

type Calling = { readonly ask: Ask; readonly clock: Clock }
type Written = { readonly id: string; readonly changeKey: string }

/** Properties of an item by the names that EWS has for them; null takes one away. */
export type Field = { readonly uri: string; readonly content: string | null }

const once = { isRepeatable: false }

/** CreateItem of an appointment: nobody is invited. `content`: the properties, in the order of the schema. */
export async function createItem(
  { ask, clock }: Calling,
  target: Target,
  folderId: string,
  content: string,
): Promise<Written> {
  const body = `<m:CreateItem SendMeetingInvitations="SendToNone"><m:SavedItemFolderId><t:FolderId Id="${escapeXml(folderId)}"/></m:SavedItemFolderId><m:Items><t:CalendarItem>${content}</t:CalendarItem></m:Items></m:CreateItem>`
  return writtenOf(onlyMessage(await ask(target, body, once), clock).node)
}

export type Update = {
  readonly name: ItemName
  readonly changeKey: string
  readonly fields: readonly Field[]
  /** Whether guests are told. */
  readonly isSent: boolean
}

/** UpdateItem that writes over nobody's change. Throws "conflict" when the change key is not the item's any more. */
export async function updateItem({ ask, clock }: Calling, target: Target, update: Update): Promise<Written> {
  const key = ` ChangeKey="${escapeXml(update.changeKey)}"/>`
  const named = itemNameXml(update.name).replace(/\/>$/, () => key)
  const sending = update.isSent ? "SendToAllAndSaveCopy" : "SendToNone"
  const body = `<m:UpdateItem ConflictResolution="NeverOverwrite" MessageDisposition="SaveOnly" SendMeetingInvitationsOrCancellations="${sending}"><m:ItemChanges><t:ItemChange>${named}<t:Updates>${update.fields.map(fieldXml).join("")}</t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`
  return writtenOf(onlyMessage(await ask(target, body, once), clock).node)
}

function fieldXml({ uri, content }: Field): string {
  const path = uri.startsWith("<") ? uri : `<t:FieldURI FieldURI="${uri}"/>`
  return content === null
    ? `<t:DeleteItemField>${path}</t:DeleteItemField>`
    : `<t:SetItemField>${path}<t:CalendarItem>${content}</t:CalendarItem></t:SetItemField>`
}

/** DeleteItem: guests are told. It knows no precondition: whoever calls looks at the version first. */
export async function deleteItem({ ask, clock }: Calling, target: Target, name: ItemName): Promise<void> {
  const body = `<m:DeleteItem DeleteType="MoveToDeletedItems" SendMeetingCancellations="SendToAllAndSaveCopy" AffectedTaskOccurrences="AllOccurrences"><m:ItemIds>${itemNameXml(name)}</m:ItemIds></m:DeleteItem>`
  onlyMessage(await ask(target, body, once), clock)
}

function writtenOf(node: XmlNode): Written {
  const item = find(node, "Items")?.children[0]
  return item === undefined ? { id: "", changeKey: "" } : { id: itemIdOf(item), changeKey: changeKeyOf(item) }
}
