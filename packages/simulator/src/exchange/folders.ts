import { reaches } from "./directory.ts"
import { type Folder, folderNodes } from "./mailboxes.ts"
import { eachMessage } from "./soap.ts"
import type { EwsCall, Operation, World } from "./world.ts"
import { element, find, leaf, type Markup, textAt } from "./xml.ts"

/** GetFolder: folders by id, or by their distinguished names. */
export const getFolderOperation: Operation = (world, call) =>
  eachMessage("GetFolder", folderNodes(call.node, "FolderIds"), {
    emptyRest: element("m:Folders"),
    one(node) {
      const folder = world.mailboxes.folder(call.actor, node, "FreeBusyTimeAndSubjectAndLocation")
      return element("m:Folders", folderMarkup(world, call, folder))
    },
  })

/** FindFolder: what lies below a folder, one level or all. */
export const findFolderOperation: Operation = (world, call) => {
  const isDeep = call.node.attributes.Traversal === "Deep"
  return eachMessage("FindFolder", folderNodes(call.node, "ParentFolderIds"), {
    one(node) {
      const parent = world.mailboxes.folder(call.actor, node, "FreeBusyTimeAndSubjectAndLocation")
      const wanted = wantedClass(call)
      const found = world.mailboxes
        .foldersOf(parent.person)
        .filter((folder) => isBelow(world, folder, { parent, isDeep }))
        .filter(({ folderClass }) => wanted === null || folderClass.startsWith(wanted))
      return element(
        "m:RootFolder",
        element(
          "t:Folders",
          found.map((folder) => folderMarkup(world, call, folder)),
        ),
        { IndexedPagingOffset: found.length, TotalItemsInView: found.length, IncludesLastItemInRange: true },
      )
    },
  })
}

/** The class that a restriction on `folder:FolderClass` asks for; no other restriction is looked at. */
function wantedClass({ node }: EwsCall): string | null {
  const expression = find(node, "Restriction")?.children[0]
  if (expression === undefined || find(expression, "FieldURI")?.attributes.FieldURI !== "folder:FolderClass")
    return null
  const constant = find(expression, "FieldURIOrConstant", "Constant") ?? find(expression, "Constant")
  return constant?.attributes.Value ?? null
}

function isBelow(
  world: World,
  folder: Folder,
  { parent, isDeep }: { readonly parent: Folder; readonly isDeep: boolean },
): boolean {
  const above = world.mailboxes.parentOf(folder)
  if (above === null) return false
  return above.key === parent.key || (isDeep && isBelow(world, above, { parent, isDeep }))
}

function folderMarkup(world: World, call: EwsCall, folder: Folder): Markup {
  const { mailboxes } = world
  const level = mailboxes.levelFor(call.actor, folder)
  const id = leaf("t:FolderId", "", { Id: mailboxes.folderIdOf(folder), ChangeKey: "AgAAABYAAAA=" })
  if (
    textAt(call.node, "FolderShape", "BaseShape") === "IdOnly" &&
    find(call.node, "FolderShape", "AdditionalProperties") === null
  )
    return element(kindOf(folder), id)
  const above = mailboxes.parentOf(folder)
  const children = mailboxes.foldersOf(folder.person).filter(({ parent }) => parent === folder.key)
  return element(kindOf(folder), [
    id,
    above === null ? "" : leaf("t:ParentFolderId", "", { Id: mailboxes.folderIdOf(above), ChangeKey: "AQAAAA==" }),
    leaf("t:FolderClass", folder.folderClass),
    leaf("t:DisplayName", folder.name),
    leaf("t:TotalCount", (folder.calendar ?? folder.contacts)?.live().length ?? 0),
    leaf("t:ChildFolderCount", children.length),
    element("t:EffectiveRights", rights(folder, level)),
  ])
}

function kindOf({ calendar, contacts }: Folder): string {
  if (contacts !== null) return "t:ContactsFolder"
  return calendar === null ? "t:Folder" : "t:CalendarFolder"
}

function rights({ calendar, contacts }: Folder, level: Parameters<typeof reaches>[0]): readonly Markup[] {
  const isFilled = calendar !== null || contacts !== null
  return [
    leaf("t:CreateAssociated", reaches(level, "Owner")),
    leaf("t:CreateContents", isFilled && reaches(level, "Author")),
    leaf("t:CreateHierarchy", reaches(level, "PublishingEditor")),
    leaf("t:Delete", reaches(level, "Owner")),
    leaf("t:Modify", reaches(level, "Owner")),
    leaf("t:Read", reaches(level, "Reviewer")),
    leaf("t:ViewPrivateItems", reaches(level, "Owner")),
  ]
}
