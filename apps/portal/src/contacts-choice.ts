import { allowsMoreContacts, type ContactsPermission, lesserContacts, policyValues } from "@kalends/domain/policy"
import type { ConnectionsView } from "@kalends/protocol/api"

/** What policy lets somebody ask for of their contacts, and what it proposes. */
export type ContactsChoice = NonNullable<ConnectionsView["contacts"]>

/** What can be chosen; none where there is nothing to choose. */
export function contactsOptions({ most }: ContactsChoice): readonly ContactsPermission[] {
  return most === "none" ? [] : policyValues.contactsPermission.filter((one) => !allowsMoreContacts(one, most))
}

/** What stands chosen at first: what there was, or what is proposed; never beyond policy. */
export function firstContacts(
  { most, proposed }: ContactsChoice,
  before: ContactsPermission | null,
): ContactsPermission {
  return lesserContacts(before ?? proposed, most)
}
