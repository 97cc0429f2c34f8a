import type { ProviderContactId } from "./ids.ts"

export const phoneKinds = ["work", "home", "mobile", "other"] as const
export type PhoneKind = (typeof phoneKinds)[number]
export type ContactPhone = { readonly kind: PhoneKind; readonly number: string }

/** What a person writes of a contact. An empty text means: none. */
export type ContactDraft = {
  readonly givenName: string
  readonly familyName: string
  readonly emails: readonly string[]
  readonly phones: readonly ContactPhone[]
  readonly organisation: string
}

/** Somebody in a person's own address book. In the memory of their app only; the service never sees one. */
export type Contact = ContactDraft & {
  readonly id: ProviderContactId
  readonly version: string
  /** As the provider shows it; the names put together where it shows none. */
  readonly displayName: string
}

/** How much of a contact a provider keeps; data, so that nobody asks which it is. */
export type ContactLimits = {
  readonly emailsMost: number
  readonly phonesMost: Readonly<Record<PhoneKind, number>>
}

export const contactTextMost = 200
const emailMost = 254
const phoneMost = 64
const entriesMost = 20

/**
 * A copy with the attributes that a client uses and nothing else, whatever the object carries besides: names, addresses,
 * telephone numbers and organisation. Postal addresses, birthdays, notes, photographs, web pages and family are dropped
 * always. Signs that print nothing are taken out, since they could make one name or address pass for another.
 */
export function sanitizeContact({ id, version, ...contact }: Contact): Contact {
  return { id, version, displayName: line(contact.displayName), ...sanitizeDraft(contact) }
}

/** The same for what a person wrote. */
export function sanitizeDraft({ givenName, familyName, emails, phones, organisation }: ContactDraft): ContactDraft {
  return {
    givenName: line(givenName),
    familyName: line(familyName),
    emails: kept(emails.map((address) => line(address, emailMost))),
    phones: phones
      .map(({ kind, number }) => ({ kind, number: line(number, phoneMost) }))
      .filter(({ number }) => number !== "")
      .slice(0, entriesMost),
    organisation: line(organisation),
  }
}

function kept(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== ""))].slice(0, entriesMost)
}

/** Control characters, and those that turn the direction of writing or are invisible. */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]/gu

function line(text: string, most = contactTextMost): string {
  const clean = text.toWellFormed().replace(unprintable, " ").replace(/ {2,}/g, " ").trim()
  return [...clean].slice(0, most).join("").trim()
}

/** The names put together, as a contact is called where nothing else is known. */
export function nameOf({ givenName, familyName }: Pick<ContactDraft, "givenName" | "familyName">): string {
  return [givenName, familyName].filter((name) => name !== "").join(" ")
}

/** What to call a contact: never empty where anything at all is known of it. */
export function titleOf(contact: Contact): string {
  return (
    [contact.displayName, nameOf(contact), contact.organisation, contact.emails[0], contact.phones[0]?.number].find(
      (text) => text !== undefined && text !== "",
    ) ?? ""
  )
}

export type DraftFault = "empty" | "bad-address" | "too-many-addresses" | "too-many-phones"

/** Why a draft cannot be written to a provider with these limits; null when it can. */
export function draftFault(draft: ContactDraft, { emailsMost, phonesMost }: ContactLimits): DraftFault | null {
  const { givenName, familyName, emails, phones, organisation } = draft
  if ([givenName, familyName, organisation].every((text) => text === "") && emails.length === 0) return "empty"
  if (emails.some((address) => !/^[^\s@<>]+@[^\s@<>]+$/.test(address))) return "bad-address"
  if (emails.length > emailsMost) return "too-many-addresses"
  const isOver = phoneKinds.some((kind) => phones.filter((phone) => phone.kind === kind).length > phonesMost[kind])
  return isOver ? "too-many-phones" : null
}

/** True when every word of the text begins a word of the contact's names or organisation, or is part of an address. */
export function matchesContact(contact: Contact, text: string): boolean {
  const names = partsOf([contact.displayName, nameOf(contact), contact.organisation].join(" "))
  const addresses = contact.emails.map(folded)
  const isName = (word: string) => {
    const parts = partsOf(word)
    return parts.length > 0 && parts.every((part) => names.some((name) => name.startsWith(part)))
  }
  return folded(text)
    .split(/\s+/)
    .filter((word) => word !== "")
    .every((word) => isName(word) || addresses.some((address) => address.includes(word)))
}

/** Words, those of a name with a hyphen or an apostrophe each by itself. */
function partsOf(text: string): readonly string[] {
  return folded(text)
    .split(/[\s,.'’-]+/)
    .filter((part) => part !== "")
}

/** In one case of letters and without accents: "Zoë" is found by "zoe". */
function folded(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase()
}
