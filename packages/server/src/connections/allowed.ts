import type { ConnectionFacts, EffectivePolicy } from "@kalends/domain/policy"
import { allowsMoreContacts, contactsMost, isPermissionAllowed, isProviderAllowed } from "@kalends/domain/policy"
import { mayConnect } from "@kalends/domain/policy-effect"
import { Problem } from "@kalends/domain/problem"
import type { UserRow } from "../ports/store.ts"

/** Who wants a connection. `bySelf`: they connect it themselves; null where an administrator does it for them. */
export type Wanting = ConnectionFacts & { readonly bySelf: Pick<UserRow, "role"> | null }

/** Throws Problem "forbidden" where policy does not let this connection be made. */
export function refuseByPolicy(policy: EffectivePolicy, wanted: Wanting): void {
  const { provider, permission, contactsPermission, bySelf } = wanted
  if (!isProviderAllowed(policy, provider))
    throw new Problem("forbidden", "Your administrators do not allow this calendar service.", {
      code: "policy-providers",
    })
  if (bySelf !== null && !mayConnect(policy, bySelf.role))
    throw new Problem("forbidden", "Your administrators do not let you connect a calendar yourself.", {
      code: "policy-who-may-connect",
    })
  if (!isPermissionAllowed(policy.calendarPermission, permission))
    throw new Problem("forbidden", "Your administrators allow another permission for calendars.", {
      code: "policy-calendar-permission",
    })
  if (allowsMoreContacts(contactsPermission, contactsMost(policy)))
    throw new Problem("forbidden", "Your organisation does not allow this for contacts.", {
      code: "contacts-not-allowed",
    })
}
