import { attributeOf, escapeXml, find, textAt, type XmlNode } from "@kalends/readers/xml"
import type { Clock } from "../../../ports/clock.ts"
import { type Ask, onlyMessage, passwordOf, type Target } from "./ask.ts"

export type CalendarFolder = { readonly id: string; readonly canWrite: boolean }

const shape =
  '<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape><t:AdditionalProperties><t:FieldURI FieldURI="folder:EffectiveRights"/></t:AdditionalProperties></m:FolderShape>'
const calendarsAlone =
  '<m:Restriction><t:IsEqualTo><t:FieldURI FieldURI="folder:FolderClass"/><t:FieldURIOrConstant><t:Constant Value="IPF.Appointment"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'

/** GetFolder: the mailbox's own calendar. A delegate names whose (delegate-access-and-ews-in-exchange.md); from there on ids alone are needed. */
export async function getCalendarFolder(ask: Ask, clock: Clock, target: Target): Promise<CalendarFolder | null> {
  const { mailbox, isDelegate } = passwordOf(target.access)
  const whose =
    isDelegate === true && mailbox !== undefined
      ? `<t:Mailbox><t:EmailAddress>${escapeXml(mailbox)}</t:EmailAddress></t:Mailbox>`
      : ""
  const body = `<m:GetFolder>${shape}<m:FolderIds><t:DistinguishedFolderId Id="calendar">${whose}</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>`
  const { node } = onlyMessage(await ask(target, body), clock)
  return (find(node, "Folders")?.children ?? []).flatMap(folderOf)[0] ?? null
}

/** FindFolder: all calendars of the mailbox. */
export async function findCalendarFolders(ask: Ask, clock: Clock, target: Target): Promise<readonly CalendarFolder[]> {
  const body = `<m:FindFolder Traversal="Deep">${shape}${calendarsAlone}<m:ParentFolderIds><t:DistinguishedFolderId Id="msgfolderroot"/></m:ParentFolderIds></m:FindFolder>`
  const { node } = onlyMessage(await ask(target, body), clock)
  return (find(node, "RootFolder", "Folders")?.children ?? []).flatMap(folderOf)
}

function folderOf(node: XmlNode): CalendarFolder[] {
  const id = attributeOf(find(node, "FolderId"), "Id")
  if (id === null) return []
  const rights = find(node, "EffectiveRights")
  return [{ id, canWrite: textAt(rights, "CreateContents") === "true" }]
}
