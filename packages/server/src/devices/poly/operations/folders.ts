import { child, textAt } from "@kalends/readers/xml"
import type { KnownDevice } from "../../../ports/device-door.ts"
import { type FolderName, folderNamed, folders, type Operation } from "../call.ts"
import { folderIdOf } from "../front-item.ts"
import { element, leaf, type Markup } from "../markup.ts"
import { rights } from "../properties.ts"
import { partsOf } from "../shape.ts"
import { eachMessage } from "../soap.ts"

type Shown = { readonly label: string; readonly element: string; readonly holds: string }
const mail = (label: string): Shown => ({ label, element: "t:Folder", holds: "IPF.Note" })

const shown: Readonly<Record<FolderName, Shown>> = {
  root: { label: "", element: "t:Folder", holds: "" },
  msgfolderroot: mail("Top of Information Store"),
  calendar: { label: "Calendar", element: "t:CalendarFolder", holds: "IPF.Appointment" },
  inbox: mail("Inbox"),
  contacts: { label: "Contacts", element: "t:ContactsFolder", holds: "IPF.Contact" },
  tasks: { label: "Tasks", element: "t:TasksFolder", holds: "IPF.Task" },
  drafts: mail("Drafts"),
  outbox: mail("Outbox"),
  sentitems: mail("Sent Items"),
  deleteditems: mail("Deleted Items"),
  junkemail: mail("Junk Email"),
}

/** GetFolder: folders by id, or by their distinguished names. A room has a calendar, and no mail. */
export const getFolder: Operation = async ({ node, device }) => {
  const shape = child(node, "FolderShape")
  const isIdOnly = textAt(shape, "BaseShape") === "IdOnly" && child(shape, "AdditionalProperties") === null
  return eachMessage(
    "GetFolder",
    partsOf(node, "FolderIds"),
    (one) => element("m:Folders", folderMarkup(device, folderNamed(device, one), isIdOnly)),
    element("m:Folders"),
  )
}

/** FindFolder: what lies below a folder. */
export const findFolder: Operation = async ({ node, device }) =>
  eachMessage("FindFolder", partsOf(node, "ParentFolderIds"), (one) => {
    const parent = folderNamed(device, one)
    const below = isAbove(parent) ? folders.filter((name) => !isAbove(name)) : []
    const found = below.map((name) => folderMarkup(device, name, false))
    return element("m:RootFolder", element("t:Folders", found), {
      TotalItemsInView: below.length,
      IncludesLastItemInRange: true,
    })
  })

function folderMarkup({ room }: KnownDevice, name: FolderName, isIdOnly: boolean): Markup {
  const { label, element: kind, holds } = shown[name]
  const id = leaf("t:FolderId", "", { Id: folderIdOf(room, name), ChangeKey: "AQ==" })
  if (isIdOnly) return element(kind, id)
  const parent = { Id: folderIdOf(room, parentOf(name)), ChangeKey: "AQ==" }
  return element(kind, [
    id,
    ...(name === "root" ? [] : [leaf("t:ParentFolderId", "", parent)]),
    ...(holds === "" ? [] : [leaf("t:FolderClass", holds)]),
    leaf("t:DisplayName", label),
    leaf("t:TotalCount", 0),
    leaf("t:ChildFolderCount", isAbove(name) ? 1 : 0),
    element("t:EffectiveRights", rights),
  ])
}

const parentOf = (name: FolderName): FolderName => (name === "msgfolderroot" ? "root" : "msgfolderroot")

const isAbove = (name: FolderName): boolean => name === "root" || name === "msgfolderroot"
