import {
  type Contact,
  type ContactDraft,
  type ContactLimits,
  draftFault,
  matchesContact,
  sanitizeDraft,
  titleOf,
} from "@kalends/domain/contact"
import type { Permission } from "@kalends/domain/permission"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { AccessAnswer } from "@kalends/protocol/api"
import type { ContactReader } from "@kalends/readers/contact-reader"
import type { ReadRequest, ReadResponse } from "@kalends/readers/reader"
import { isSameServer } from "@kalends/readers/same-server"
import { type AccessHolder, sendDirect } from "./access-holder.ts"
import type { Ask } from "./meeting-calls.ts"
import type { ClientPlatform } from "./platform.ts"

/** A person's address book as their app has it. In memory only. */
export type ContactBook = {
  /** By name. */
  readonly contacts: readonly Contact[]
  readonly permission: Permission
  readonly limits: ContactLimits
  /** Contacts that could not be understood, and are missing. */
  readonly malformedCount: number
}

export type ContactCallsDeps = {
  readonly access: AccessHolder
  readonly platform: ClientPlatform
  readonly readers: ReadonlyMap<string, ContactReader>
  /** The connection of whoever is signed in; null where there is none. */
  readonly connectionId: () => string | null
}

/** What changed is asked for again after this long at the earliest. */
const freshMs = 60_000
/** A book has 25,000 contacts at most (Google's own limit for a person); what comes after them is not read. */
const contactsMost = 25_000
const pagesMost = 500

type Held = {
  readonly connectionId: string
  readonly contacts: Map<Contact["id"], Contact>
  readonly cursor: string | null
  readonly readAt: Temporal.Instant
  readonly malformedCount: number
}

type Open = {
  readonly reader: ContactReader
  readonly base: string
  readonly permission: Permission
  readonly connectionId: string
  readonly send: (request: ReadRequest) => Promise<ReadResponse>
}

/**
 * The contacts of whoever is signed in, read from and written to the provider itself with what the service hands over. The
 * service never sees one. Searches look through what is in memory: no search word leaves the app. Throws Problem:
 * "forbidden" (code "contacts-not-allowed"), "conflict" where somebody changed the contact meanwhile, "unsupported" for a
 * draft that the provider cannot keep.
 */
export function createContactCalls({ access, platform, readers, connectionId }: ContactCallsDeps, ask: Ask) {
  let held: Held | null = null

  function opened<Done>(work: (open: Open, signal: AbortSignal) => Promise<Done>): Promise<Done> {
    return ask(async (signal) => {
      const id = connectionId()
      if (id === null) throw notAllowed()
      return access.using(id, signal, (answer) => work(openWith(answer, signal), signal))
    })
  }

  function openWith(answer: AccessAnswer, signal: AbortSignal): Open {
    const reader = readers.get(answer.provider)
    const { contacts, access: handed } = answer
    if (contacts === null || contacts === undefined || handed.kind === "read-through") throw notAllowed()
    if (reader === undefined)
      throw new Problem("unsupported", "This app cannot read these contacts; update the app.", {
        code: "reader-missing",
      })
    const direct = sendDirect(platform, handed)
    return {
      ...{ reader, base: contacts.apiBase, permission: contacts.permission, connectionId: answer.connectionId },
      async send(request) {
        const response = await direct(request, signal)
        const problem = reader.classify(response, platform.now())
        if (problem !== null) throw problem
        return response
      },
    }
  }

  /** The whole book, or what changed since it was read; what was read before stays until the reading is done. */
  async function read(open: Open): Promise<Held> {
    const before = held?.connectionId === open.connectionId ? held : null
    if (before !== null && before.readAt.until(platform.now()).total("milliseconds") < freshMs) return before
    try {
      held = await listed(open, before)
    } catch (error) {
      if (before === null || !isProblem(error, "cursor-lost")) throw error
      held = await listed(open, null)
    }
    return held
  }

  async function listed(open: Open, before: Held | null): Promise<Held> {
    const { reader, base, connectionId: id } = open
    const known = before?.cursor === null ? null : before
    const contacts = new Map(known?.contacts)
    let malformedCount = known?.malformedCount ?? 0
    const first = reader.listing(base, known?.cursor ?? null)
    let request: ReadRequest | null = first
    let cursor: string | null = null
    for (let page = 0; request !== null && page < pagesMost && contacts.size <= contactsMost; page++) {
      // A link to the next page comes from outside: the token goes to the provider alone.
      if (!isSameServer(request.url, base)) throw wrongServer()
      const found = reader.parseListing(await open.send(request), request, base)
      for (const contact of found.contacts) contacts.set(contact.id, contact)
      for (const removed of found.removed) contacts.delete(removed)
      malformedCount += found.malformedCount
      cursor = found.cursor
      request = found.next
    }
    return { connectionId: id, contacts, cursor, readAt: platform.now(), malformedCount }
  }

  /** The contact as it is at the provider now. Throws "conflict" when it is not as the app has it any more. */
  async function current(open: Open, contact: Contact): Promise<ReadResponse> {
    const answer = await open.send(open.reader.fetch(open.base, contact.id))
    const now = open.reader.parseContact(answer)
    if (now.version === contact.version) return answer
    held?.contacts.set(now.id, now)
    throw new Problem("conflict", "Somebody changed this contact meanwhile.", { code: "contact-changed" })
  }

  function keep(contact: Contact): Contact {
    held?.contacts.set(contact.id, contact)
    return contact
  }

  return {
    /** Everybody, by name. Asks the provider for what changed, at most once a minute. */
    list: (): Promise<ContactBook> =>
      opened(async (open) => {
        const { contacts, malformedCount } = await read(open)
        return {
          contacts: inOrder([...contacts.values()]),
          permission: open.permission,
          limits: open.reader.limits,
          malformedCount,
        }
      }),
    /** Those whose names, organisation or address the text fits; everybody for an empty one. */
    search: (text: string): Promise<readonly Contact[]> =>
      opened(async (open) =>
        inOrder([...(await read(open)).contacts.values()].filter((one) => matchesContact(one, text))),
      ),
    create: (draft: ContactDraft): Promise<Contact> =>
      opened(async (open) => {
        const clean = checked(open, draft)
        const { reader, base } = open
        return keep(reader.parseWritten(await open.send(reader.create(base, clean)), clean))
      }),
    change: (contact: Contact, draft: ContactDraft): Promise<Contact> =>
      opened(async (open) => {
        const clean = checked(open, draft)
        const { reader, base } = open
        const request = reader.change(base, clean, await current(open, contact))
        return request === null ? contact : keep(reader.parseWritten(await open.send(request), clean))
      }),
    /** Succeeds also when it is gone already. */
    remove: (contact: Contact): Promise<void> =>
      opened(async (open) => {
        requireWrite(open)
        try {
          await open.send(open.reader.remove(open.base, await current(open, contact)))
        } catch (error) {
          if (!isProblem(error, "not-found")) throw error
        }
        held?.contacts.delete(contact.id)
      }),
    /** Forgets every contact. */
    forget(): void {
      held = null
    },
  }
}

export type ContactCalls = ReturnType<typeof createContactCalls>

function requireWrite({ permission }: Open): void {
  if (permission !== "read-write") throw notAllowed()
}

/** What is written. Throws Problem "unsupported", its code saying what is wrong. */
function checked(open: Open, draft: ContactDraft): ContactDraft {
  requireWrite(open)
  const clean = sanitizeDraft(draft)
  const fault = draftFault(clean, open.reader.limits)
  if (fault !== null) throw new Problem("unsupported", "This contact cannot be written.", { code: fault })
  return clean
}

function inOrder(contacts: readonly Contact[]): readonly Contact[] {
  const names = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" })
  return contacts
    .map((contact) => ({ contact, title: titleOf(contact) }))
    .sort((one, other) => names.compare(one.title, other.title))
    .map(({ contact }) => contact)
}

function notAllowed(): Problem {
  return new Problem("forbidden", "Contacts are not allowed here.", { code: "contacts-not-allowed" })
}

function wrongServer(): Problem {
  return new Problem("malformed", "The calendar service pointed to a page on another server.")
}
