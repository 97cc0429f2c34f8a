import type { SimContacts } from "../contacts.ts"
import type { SimulatorContext } from "../context.ts"
import { type Person, SimCalendar } from "../org.ts"
import { type Account, type Directory, type PermissionLevel, reaches } from "./directory.ts"
import { folderId, type ItemKey, readFolderId, readItemId } from "./ids.ts"
import { EwsError } from "./soap.ts"
import { find, textAt, type XmlNode } from "./xml.ts"

/** A folder of a mailbox; only calendars and the contacts hold anything here. */
export type Folder = {
  readonly person: Person
  readonly key: string
  readonly name: string
  readonly parent: string | null
  readonly folderClass: string
  readonly calendar: SimCalendar | null
  readonly contacts: SimContacts | null
}

/** Who asks: the account, and the mailbox owner that it is or acts as. */
export type Actor = { readonly account: Account; readonly person: Person | null }

const standard: readonly (readonly [key: string, name: string, parent: string | null, folderClass: string])[] = [
  ["root", "root", null, "IPF"],
  ["msgfolderroot", "Top of Information Store", "root", "IPF.Note"],
  ["calendar", "Calendar", "msgfolderroot", "IPF.Appointment"],
  ["contacts", "Contacts", "msgfolderroot", "IPF.Contact"],
  ["deleteditems", "Deleted Items", "msgfolderroot", "IPF.Note"],
  ["drafts", "Drafts", "msgfolderroot", "IPF.Note"],
  ["inbox", "Inbox", "msgfolderroot", "IPF.Note"],
  ["journal", "Journal", "msgfolderroot", "IPF.Journal"],
  ["junkemail", "Junk Email", "msgfolderroot", "IPF.Note"],
  ["notes", "Notes", "msgfolderroot", "IPF.StickyNote"],
  ["outbox", "Outbox", "msgfolderroot", "IPF.Note"],
  ["sentitems", "Sent Items", "msgfolderroot", "IPF.Note"],
  ["tasks", "Tasks", "msgfolderroot", "IPF.Task"],
]

const notFound = (): EwsError =>
  new EwsError("ErrorFolderNotFound", "The specified folder could not be found in the store.")
export const itemNotFound = (): EwsError =>
  new EwsError("ErrorItemNotFound", "The specified object was not found in the store.")
const denied = (): EwsError => new EwsError("ErrorAccessDenied", "Access is denied. Check credentials and try again.")
const malformed = (): EwsError => new EwsError("ErrorInvalidIdMalformed", "Id is malformed.")

export type Mailboxes = ReturnType<typeof createMailboxes>

/** The mailboxes' folders, and what somebody may reach of them. */
export function createMailboxes(context: Pick<SimulatorContext, "platform">, directory: Directory) {
  const extra = new Map<Person, Folder[]>()

  function foldersOf(person: Person): readonly Folder[] {
    const folders = standard.map(([key, name, parent, folderClass]) => ({
      person,
      key,
      name,
      parent,
      folderClass,
      calendar: key === "calendar" ? person.calendar : null,
      contacts: key === "contacts" ? person.contacts : null,
    }))
    return [...folders, ...(extra.get(person) ?? [])]
  }

  function folderAt(person: Person | null, key: string): Folder {
    const found = person === null ? undefined : foldersOf(person).find((folder) => folder.key === key)
    if (found === undefined) throw notFound()
    return found
  }

  const personById = (id: string): Person | null => directory.people().find((person) => person.id === id) ?? null

  const levelFor = ({ person }: Actor, folder: Folder): PermissionLevel =>
    folder.person === person ? "Owner" : folder.calendar === null ? "None" : directory.levelOf(folder.person, person)

  /** What may not be seen is not found; what may be seen but not done is denied (handling-delegation-related-errors…md). */
  function check(actor: Actor, folder: Folder, needed: PermissionLevel): Folder {
    const level = levelFor(actor, folder)
    if (!reaches(level, "FreeBusyTimeAndSubjectAndLocation")) throw notFound()
    if (!reaches(level, needed)) throw denied()
    return folder
  }

  function named(actor: Actor, node: XmlNode): Folder {
    const key = (node.attributes.Id ?? "").toLowerCase()
    const address = textAt(node, "Mailbox", "EmailAddress")
    if (address === null && actor.person === null)
      throw new EwsError(
        "ErrorMissingEmailAddress",
        "When making a request as an account that does not have a mailbox, you must specify the mailbox primary SMTP address for any distinguished folder Ids.",
      )
    const person = address === null ? actor.person : directory.findPerson(address)
    if (person === null)
      throw new EwsError("ErrorNonExistentMailbox", "The SMTP address has no mailbox associated with it.")
    return folderAt(person, key)
  }

  return {
    foldersOf,
    levelFor,
    /** Another calendar of a person, below the first one. */
    addCalendar(person: Person, name: string): Folder {
      const calendar = new SimCalendar(context.platform.token("AQMk"), context.platform)
      const folder = {
        person,
        key: calendar.id,
        name,
        parent: "calendar",
        folderClass: "IPF.Appointment",
        calendar,
        contacts: null,
      }
      extra.set(person, [...(extra.get(person) ?? []), folder])
      return folder
    },
    calendarFolders: (person: Person): readonly Folder[] =>
      foldersOf(person).filter(({ calendar }) => calendar !== null),
    /** The folder that a FolderId or DistinguishedFolderId names, when the actor may do there what is `needed`. */
    folder(actor: Actor, node: XmlNode, needed: PermissionLevel): Folder {
      if (node.name === "DistinguishedFolderId") return check(actor, named(actor, node), needed)
      const id = readFolderId(node.attributes.Id ?? "")
      if (id === null) throw malformed()
      return check(actor, folderAt(personById(id.personId), id.folder), needed)
    },
    /** The folder and key of an item's id. */
    item(actor: Actor, id: string, needed: PermissionLevel): { readonly folder: Folder; readonly key: ItemKey } {
      const key = readItemId(id)
      if (key === null) throw malformed()
      const person = personById(key.personId)
      const folder = person === null ? undefined : foldersOf(person).find((one) => one.key === key.folder)
      if (folder === undefined || folder.calendar === null) throw itemNotFound()
      return { folder: check(actor, folder, needed), key }
    },
    /** The Contacts folder of a mailbox, which nobody else is shown here. */
    contactsOf(actor: Actor, personId: string): Folder {
      const person = personById(personId)
      if (person === null || person !== actor.person) throw itemNotFound()
      return folderAt(person, "contacts")
    },
    folderIdOf: (folder: Folder): string => folderId(folder.person.id, folder.key),
    parentOf: (folder: Folder): Folder | null =>
      folder.parent === null ? null : folderAt(folder.person, folder.parent),
  }
}

/** The ids in `ParentFolderIds`, `FolderIds` and the like. */
export const folderNodes = (node: XmlNode, ...path: readonly string[]): readonly XmlNode[] =>
  find(node, ...path)?.children ?? []
