import { parseExtra } from "../exchange/item-extra.ts"
import { uidOf } from "../exchange/items.ts"
import type { Organisation, Person, SimDetails, SimEvent, Tenant } from "../org.ts"

/**
 * A mailbox of Exchange Server moves to Microsoft 365, as a hybrid organisation moves it: the same address, the same
 * events with the same UIDs and named properties, and new ids for all of them. The old one is still there until it is
 * taken away, as it is between the copy and the switch.
 */
export function copyToMicrosoft(org: Organisation, tenant: Tenant, old: Person): Person {
  const moved = old.isRoom ? org.addRoom(tenant, old.name, old.email) : org.addPerson(tenant, old.name, old.email)
  for (const event of old.calendar.live()) {
    const copy = moved.calendar.create(movedDetails(event, event.details))
    for (const [original, details] of event.exceptions)
      copy.exceptions.set(original, details === "cancelled" ? details : movedDetails(event, details))
  }
  return moved
}

function movedDetails(event: SimEvent, details: SimDetails): SimDetails {
  const { extra: _, ...rest } = details
  const properties = parseExtra(details).extended.flatMap(({ field, values }) =>
    field.PropertySetId === undefined || field.PropertyName === undefined
      ? []
      : [{ id: `String {${field.PropertySetId.toLowerCase()}} Name ${field.PropertyName}`, value: values[0] ?? "" }],
  )
  const named = properties.length === 0 ? {} : { singleValueExtendedProperties: properties }
  return { ...rest, extra: { iCalUId: uidOf({ event, details: event.details }), ...named } }
}
