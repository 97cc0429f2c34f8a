import type { Client } from "@kalends/client/client"
import type { ContactBook } from "@kalends/client/contact-book"
import { type Contact, type ContactDraft, matchesContact } from "@kalends/domain/contact"

/** What was done last, with what it takes to undo it. */
export type ContactDone =
  | { readonly kind: "made"; readonly contact: Contact }
  | { readonly kind: "changed"; readonly contact: Contact; readonly before: Contact }
  | { readonly kind: "removed"; readonly contact: Contact }

/** The address book on the page, in memory only: gone with the page, and at sign-out. */
export type ContactsState = {
  readonly book: ContactBook | null
  readonly isReading: boolean
  /** Why the book could not be read last; null when it could. */
  readonly problem: unknown
  readonly text: string
  /** What is looked at in place of the list: somebody, or the form (for somebody new where there is no contact). */
  readonly open: { readonly kind: "one" | "form"; readonly contact: Contact | null } | null
  readonly done: ContactDone | null
}

/** So many are shown at once; more are found by writing more. */
export const shownMost = 100

const closed: ContactsState = { book: null, isReading: false, problem: null, text: "", open: null, done: null }

/**
 * What can be done with contacts from the agenda; views only show it. `save`, `remove` and `undo` throw Problem, which is
 * told where it was asked.
 */
export function createContactsStore(contacts: Client["contacts"]) {
  const listeners = new Set<() => void>()
  let state = closed

  function set(changes: Partial<ContactsState>): void {
    state = { ...state, ...changes }
    for (const listener of [...listeners]) listener()
  }

  /** What was read before stays while it is read again, and when that fails. */
  async function read(): Promise<void> {
    set({ isReading: true })
    const answer = await contacts.list().then(
      (book) => ({ book, problem: null }),
      (problem: unknown) => ({ problem }),
    )
    set({ isReading: false, ...answer })
  }

  /** The list as it is after a write: without asking anybody. */
  const done = async (what: ContactDone, open: ContactsState["open"]) => {
    set({ done: what, open })
    await read()
  }

  return {
    get state(): ContactsState {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    read,
    find: (text: string) => set({ text }),
    show: (contact: Contact) => set({ open: { kind: "one", contact } }),
    /** The form: for somebody new where there is no contact. */
    edit: (contact: Contact | null) => set({ open: { kind: "form", contact }, done: null }),
    back: () =>
      set({ open: state.open?.kind === "form" && state.open.contact !== null ? { ...state.open, kind: "one" } : null }),
    dismiss: () => set({ done: null }),
    async save(draft: ContactDraft): Promise<void> {
      const before = state.open?.contact ?? null
      if (before === null) {
        const contact = await contacts.create(draft)
        return done({ kind: "made", contact }, { kind: "one", contact })
      }
      const contact = await contacts.change(before, draft)
      return done({ kind: "changed", contact, before }, { kind: "one", contact })
    },
    async remove(contact: Contact): Promise<void> {
      await contacts.remove(contact)
      return done({ kind: "removed", contact }, null)
    },
    /** Takes back what was done last, as far as Kalends knows of a contact. */
    async undo(): Promise<void> {
      const last = state.done
      if (last === null) return
      if (last.kind === "made") await contacts.remove(last.contact)
      else if (last.kind === "removed") await contacts.create(last.contact)
      else await contacts.change(last.contact, last.before)
      set({ done: null, open: null })
      await read()
    },
    /** Forgets all of it. */
    close: () => {
      state = closed
    },
  }
}

export type ContactsStore = ReturnType<typeof createContactsStore>

/** Those that the text fits, and how many more there are than are shown. */
export function foundIn({ book, text }: Pick<ContactsState, "book" | "text">): {
  readonly shown: readonly Contact[]
  readonly moreCount: number
} {
  const all = (book?.contacts ?? []).filter((contact) => matchesContact(contact, text))
  return { shown: all.slice(0, shownMost), moreCount: Math.max(0, all.length - shownMost) }
}

/** What the panel is about; one of these at a time. */
export type ContactsCondition = "not-allowed" | "reading" | "unread" | "empty" | "nobody" | "fine"

export function conditionOf(state: ContactsState, isAllowed: boolean): ContactsCondition {
  if (!isAllowed) return "not-allowed"
  if (state.book === null) return state.problem === null ? "reading" : "unread"
  if (state.book.contacts.length === 0) return "empty"
  return foundIn(state).shown.length === 0 ? "nobody" : "fine"
}
