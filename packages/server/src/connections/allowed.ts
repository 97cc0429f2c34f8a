import type { ConnectionFacts, EffectivePolicy } from "@kalends/domain/policy"
import { isPermissionAllowed, isProviderAllowed } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import type { UserRow } from "../ports/store.ts"

/** Who wants a connection. `bySelf`: they connect it themselves; null where an administrator does it for them. */
export type Wanting = ConnectionFacts & { readonly bySelf: Pick<UserRow, "role"> | null }

/** Throws Problem "forbidden" where policy does not let this connection be made. */
export function refuseByPolicy(policy: EffectivePolicy, { provider, permission, bySelf }: Wanting): void {
  const { whoMayConnect, calendarPermission } = policy
  const isKeptOut =
    bySelf !== null &&
    (whoMayConnect.value === "nobody" || (whoMayConnect.value === "administrators" && bySelf.role === "user"))
  if (isKeptOut)
    throw new Problem("forbidden", "Your administrators do not let you connect a calendar yourself.", {
      code: "policy-who-may-connect",
    })
  if (!isProviderAllowed(policy, provider))
    throw new Problem("forbidden", "Your administrators do not allow this calendar service.", {
      code: "policy-providers",
    })
  if (!isPermissionAllowed(calendarPermission, permission))
    throw new Problem("forbidden", "Your administrators allow another permission for calendars.", {
      code: "policy-calendar-permission",
    })
}
