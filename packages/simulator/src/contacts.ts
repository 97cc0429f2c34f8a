import type { SimulatorPlatform } from "./platform.ts"

/** A contact as it is kept; `key` says which of a service's places an address or number has, in that service's own word. */
export type SimContactDetails = {
  readonly displayName: string
  readonly givenName: string
  readonly familyName: string
  readonly organisation: string
  readonly emails: readonly { readonly key: string; readonly address: string; readonly name?: string }[]
  readonly phones: readonly { readonly key: string; readonly number: string }[]
  /** What the service keeps besides, in its own words: notes, birthdays, departments. */
  readonly extra: Readonly<Record<string, unknown>>
}

export type SimContact = {
  readonly id: string
  details: SimContactDetails
  /** Grows with each change in the address book. */
  sequence: number
  readonly createdSequence: number
  isDeleted: boolean
  /** For tests that bad items are set aside: it has no id that can be read. */
  isMalformed: boolean
}

const nothing: SimContactDetails = {
  displayName: "",
  givenName: "",
  familyName: "",
  organisation: "",
  emails: [],
  phones: [],
  extra: {},
}

/** A person's own address book. */
export class SimContacts {
  readonly folderId: string
  readonly contacts = new Map<string, SimContact>()
  sequence = 0
  /** Cursors older than this are lost. */
  oldestCursor = 0
  readonly #platform: SimulatorPlatform

  constructor(platform: SimulatorPlatform) {
    this.#platform = platform
    this.folderId = platform.token("AQMkContacts")
  }

  /** What is left out is empty; shown by its names where it has no other. */
  create(details: Partial<SimContactDetails>): SimContact {
    const id = this.#platform.token("c").replaceAll(/[-_]/g, "")
    const whole = named({ ...nothing, ...details })
    const contact = {
      ...{ id, details: whole, isDeleted: false, isMalformed: false },
      ...{ sequence: this.sequence + 1, createdSequence: this.sequence + 1 },
    }
    this.sequence++
    this.contacts.set(id, contact)
    return contact
  }

  update(contact: SimContact, changes: Partial<SimContactDetails>): SimContact {
    contact.details = { ...contact.details, ...changes }
    contact.sequence = ++this.sequence
    return contact
  }

  remove(contact: SimContact): void {
    contact.isDeleted = true
    contact.sequence = ++this.sequence
  }

  live(): readonly SimContact[] {
    return [...this.contacts.values()].filter(({ isDeleted }) => !isDeleted)
  }

  find(id: string): SimContact | null {
    const found = this.contacts.get(id)
    return found === undefined || found.isDeleted ? null : found
  }

  /** Changed after one change and up to another; with what is gone. */
  changedBetween(since: number, upTo: number): readonly SimContact[] {
    return [...this.contacts.values()]
      .filter(({ sequence }) => sequence > since && sequence <= upTo)
      .filter(({ isDeleted, createdSequence }) => !(isDeleted && createdSequence > since))
  }

  loseCursors(): void {
    this.oldestCursor = ++this.sequence
  }
}

/** With a name to show, made of the others where there is none. */
export function named(details: SimContactDetails): SimContactDetails {
  if (details.displayName !== "") return details
  const whole = `${details.givenName} ${details.familyName}`.trim()
  return { ...details, displayName: whole === "" ? details.organisation : whole }
}

/** What a hand writes of a contact. */
export type ContactNote = {
  readonly givenName: string
  readonly familyName: string
  readonly emails?: readonly string[]
  readonly mobile?: string
  readonly organisation?: string
  readonly notes?: string
}

const places = {
  microsoft: { email: () => "", mobile: "mobile", notes: "personalNotes" },
  google: { email: () => "work", mobile: "mobile", notes: "biographies" },
  exchange: { email: (index: number) => `EmailAddress${index + 1}`, mobile: "MobilePhone", notes: "Body" },
} as const

/** Puts a contact into an address book, in the words of its service. */
export function addContact(book: SimContacts, service: keyof typeof places, note: ContactNote): SimContact {
  const { email, mobile, notes } = places[service]
  const kept = service === "google" ? [{ value: note.notes, contentType: "TEXT_PLAIN" }] : note.notes
  return book.create({
    givenName: note.givenName,
    familyName: note.familyName,
    organisation: note.organisation ?? "",
    emails: (note.emails ?? []).map((address, index) => ({ key: email(index), address })),
    phones: note.mobile === undefined ? [] : [{ key: mobile, number: note.mobile }],
    extra: note.notes === undefined ? {} : { [notes]: kept },
  })
}
