import type { SimEvent } from "../org.ts"
import { contactIdMarkup, contactMarkup } from "./contacts.ts"
import { readSyncState, syncState } from "./ids.ts"
import { itemIdMarkup, wholeItem } from "./items.ts"
import type { Folder } from "./mailboxes.ts"
import { readShape, type Shape } from "./shape.ts"
import { EwsError, eachMessage } from "./soap.ts"
import { type EwsCall, itemMarkup, type Operation, viewOf, type World } from "./world.ts"
import { element, find, leaf, type Markup, textAt, type XmlNode } from "./xml.ts"

const changesMost = 512

/** SyncFolderItems: what changed since a state; masters and singles alone, no window (syncfolderitems-operation.md). */
export const syncFolderItemsOperation: Operation = (world, call) => {
  const shape = readShape(find(call.node, "ItemShape"), true)
  const wanted = Number(textAt(call.node, "MaxChangesReturned") ?? "0")
  if (!(wanted >= 1 && wanted <= changesMost))
    throw new EwsError(
      "ErrorSchemaValidation",
      "The request failed schema validation: The 'MaxChangesReturned' element is invalid.",
      { isFault: true },
    )
  return eachMessage("SyncFolderItems", find(call.node, "SyncFolderId")?.children ?? [], {
    one(node) {
      const folder = folderFor(world, call, node)
      const state = textAt(call.node, "SyncState")
      if (folder.contacts !== null)
        return contactChanges(world, call, { folder, wanted, since: sinceOf(folder, state) })
      return changes(world, call, { folder, shape, wanted, since: sinceOf(folder, state) })
    },
  })
}

/** A folder that is not there has a code of its own here (handling-synchronization-related-errors…md). */
function folderFor(world: World, call: EwsCall, node: XmlNode): Folder {
  try {
    return world.mailboxes.folder(call.actor, node, "Reviewer")
  } catch (error) {
    if (error instanceof EwsError && error.code === "ErrorFolderNotFound")
      throw new EwsError("ErrorSyncFolderNotFound", "The folder to be synchronized could not be found.")
    throw error
  }
}

/** The last change that the caller knows; 0 at the beginning. */
function sinceOf(folder: Folder, state: string | null): number {
  if (state === null || state === "") return 0
  const position = readSyncState(state)
  const { calendar, contacts, person, key } = folder
  const { sequence = 0, oldestCursor = 0 } = calendar ?? contacts ?? {}
  if (
    position === null ||
    position.personId !== person.id ||
    position.folder !== key ||
    position.sequence > sequence ||
    position.sequence < oldestCursor
  )
    throw new EwsError("ErrorInvalidSyncStateData", "Synchronization state data is corrupt or otherwise invalid.")
  return position.sequence
}

type Wish = { readonly folder: Folder; readonly shape: Shape; readonly wanted: number; readonly since: number }

function changes(world: World, call: EwsCall, { folder, shape, wanted, since }: Wish): readonly Markup[] {
  const { calendar, person, key } = folder
  const all = [...(calendar?.events.values() ?? [])]
    .filter((event) => event.sequence > since && !(event.isDeleted && event.createdSequence > since))
    .sort((one, other) => one.sequence - other.sequence)
  const shown = all.slice(0, wanted)
  const isLast = shown.length === all.length
  const sequence = isLast ? (calendar?.sequence ?? 0) : (shown.at(-1)?.sequence ?? since)
  return [
    leaf("m:SyncState", syncState({ personId: person.id, folder: key, sequence })),
    leaf("m:IncludesLastItemInRange", isLast),
    element(
      "m:Changes",
      shown.map((event) => change(world, call, { event, folder, shape, since })),
    ),
  ]
}

type ContactWish = { readonly folder: Folder; readonly wanted: number; readonly since: number }

function contactChanges(world: World, call: EwsCall, { folder, wanted, since }: ContactWish): readonly Markup[] {
  const { contacts: book, person, key } = folder
  if (book === null) return []
  const all = [...book.changedBetween(since, book.sequence)]
    .filter(({ isDeleted }) => since > 0 || !isDeleted)
    .sort((one, other) => one.sequence - other.sequence)
  const shown = all.slice(0, wanted)
  const isLast = shown.length === all.length
  const sequence = isLast ? book.sequence : (shown.at(-1)?.sequence ?? since)
  const changed = shown.map((contact) => {
    const item = { folder, book, contact }
    if (contact.isDeleted) return element("t:Delete", contactIdMarkup(item))
    const markup = contactMarkup(world, item, find(call.node, "ItemShape"))
    return element(contact.createdSequence > since ? "t:Create" : "t:Update", markup)
  })
  return [
    leaf("m:SyncState", syncState({ personId: person.id, folder: key, sequence })),
    leaf("m:IncludesLastItemInRange", isLast),
    element("m:Changes", changed),
  ]
}

type Changed = Pick<Wish, "folder" | "shape" | "since"> & { readonly event: SimEvent }

function change(world: World, call: EwsCall, { event, folder, shape, since }: Changed): Markup {
  if (event.isDeleted) return element("t:Delete", itemIdMarkup({ folder, event, original: null }))
  const item = wholeItem(folder, event, world.mailboxZone())
  const markup = itemMarkup(viewOf(world, call, item, shape.bodyType), shape)
  return element(event.createdSequence > since ? "t:Create" : "t:Update", markup)
}
