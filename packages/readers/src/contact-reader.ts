import type { Contact, ContactDraft, ContactLimits } from "@kalends/domain/contact"
import type { ProviderContactId } from "@kalends/domain/ids"
import type { Problem } from "@kalends/domain/problem"
import type { ReadRequest, ReadResponse } from "./reader.ts"

/** One page of a listing. */
export type ContactPage = {
  readonly contacts: readonly Contact[]
  /** Contacts that are gone since the cursor. */
  readonly removed: readonly ProviderContactId[]
  /** Items that could not be understood: set aside and counted, never fatal. */
  readonly malformedCount: number
  readonly next: ReadRequest | null
  /** What to ask for changes with; on the last page only, and null where there is nothing to follow yet. */
  readonly cursor: string | null
}

/**
 * How one provider's contacts are read and written: pure functions, for the person's own app alone. The service never asks
 * for a contact. Whoever writes reads first (`fetch`), compares versions, and passes that answer on: so what a provider
 * knows of a contact and we do not is kept, and a write over somebody's change is refused also where the provider has no
 * precondition of its own.
 */
export interface ContactReader {
  readonly limits: ContactLimits
  /** All contacts, or what changed since a cursor. */
  listing(apiBase: string, cursor: string | null): ReadRequest
  /** `request`: the one that was answered. Throws Problem "malformed" when the whole body cannot be read. */
  parseListing(response: ReadResponse, request: ReadRequest, apiBase: string): ContactPage
  fetch(apiBase: string, id: ProviderContactId): ReadRequest
  /** The answer to `fetch`. Throws Problem "malformed", or "not-found" where the contact is gone. */
  parseContact(response: ReadResponse): Contact
  create(apiBase: string, draft: ContactDraft): ReadRequest
  /** `current`: the answer to `fetch`. Null where the draft changes nothing. */
  change(apiBase: string, draft: ContactDraft, current: ReadResponse): ReadRequest | null
  remove(apiBase: string, current: ReadResponse): ReadRequest
  /** The answer to `create` or `change`: the contact as it is now. */
  parseWritten(response: ReadResponse, draft: ContactDraft): Contact
  /** The only reader of status codes. Null when the response is a success. */
  classify(response: ReadResponse, now: Temporal.Instant): Problem | null
}
