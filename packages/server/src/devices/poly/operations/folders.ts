import { child, textAt } from "@kalends/readers/xml"
import type { KnownDevice } from "../../../ports/device-door.ts"
import { type FolderName, folderNamed, type Operation } from "../call.ts"
import { folderIdOf } from "../front-item.ts"
import { element, leaf, type Markup } from "../markup.ts"
import { rights } from "../properties.ts"
import { partsOf } from "../shape.ts"
import { eachMessage } from "../soap.ts"

const shown: Readonly<Record<FolderName, { readonly label: string; readonly holds: string }>> = {
  root: { label: "", holds: "" },
  msgfolderroot: { label: "Top of Information Store", holds: "IPF.Note" },
  inbox: { label: "Inbox", holds: "IPF.Note" },
  calendar: { label: "Calendar", holds: "IPF.Appointment" },
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
    const below: readonly FolderName[] = parent === "root" || parent === "msgfolderroot" ? ["calendar", "inbox"] : []
    const found = below.map((name) => folderMarkup(device, name, false))
    return element("m:RootFolder", element("t:Folders", found), {
      TotalItemsInView: below.length,
      IncludesLastItemInRange: true,
    })
  })

function folderMarkup({ room }: KnownDevice, name: FolderName, isIdOnly: boolean): Markup {
  const kind = name === "calendar" ? "t:CalendarFolder" : "t:Folder"
  const id = leaf("t:FolderId", "", { Id: folderIdOf(room, name), ChangeKey: "AQ==" })
  if (isIdOnly) return element(kind, id)
  const { label, holds } = shown[name]
  const parent = { Id: folderIdOf(room, parentOf(name)), ChangeKey: "AQ==" }
  return element(kind, [
    id,
    ...(name === "root" ? [] : [leaf("t:ParentFolderId", "", parent)]),
    ...(holds === "" ? [] : [leaf("t:FolderClass", holds)]),
    leaf("t:DisplayName", label),
    leaf("t:TotalCount", 0),
    leaf("t:ChildFolderCount", name === "root" || name === "msgfolderroot" ? 1 : 0),
    element("t:EffectiveRights", rights),
  ])
}

const parentOf = (name: FolderName): FolderName => (name === "msgfolderroot" ? "root" : "msgfolderroot")
