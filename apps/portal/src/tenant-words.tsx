import type { TenantView } from "@kalends/protocol/tenants"
import { relativeTime } from "@kalends/ui/words"
import { Text } from "@mantine/core"
import type { Messages } from "./messages.ts"
import type { PageProps } from "./page-parts.tsx"
import classes from "./portal.module.css"
import { secretEnd, tenantHealth } from "./tenants.ts"

type StateProps = PageProps & { readonly tenant: TenantView }

/** "Well. Last used 2 minutes ago", or what is wrong and how it is mended: by word and colour. */
export function TenantState({ tenant, words, locale, now }: StateProps) {
  const health = tenantHealth(tenant, now)
  const { state, more } = stateWords({ tenant, words, locale, now })
  return (
    <div className={classes.health}>
      <span className={classes.dot} data-state={dots[health]} data-meaning aria-hidden />
      <div className={classes.breakable}>
        <Text component="span" fw={600}>
          {words.tenants.sentence(state)}
        </Text>{" "}
        <Text component="span">{more}</Text>
      </div>
    </div>
  )
}

const dots = { well: "healthy", warning: "warning", problem: "broken" } as const

function stateWords({ tenant, words, locale, now }: StateProps): { readonly state: string; readonly more: string } {
  const { tenants } = words
  const end = secretEnd(tenant, now)
  if (end?.kind === "ended") return { state: tenants.secretEndedAgo(end.days), more: tenants.replaceNow }
  if (tenant.problem !== null) return { state: tenants.needsMending, more: problemWords(tenant.problem, words) }
  if (end?.kind === "soon") return { state: tenants.secretEndsIn(end.days), more: tenants.replaceInTime }
  const { lastOkAt } = tenant
  const used =
    lastOkAt === null ? tenants.neverUsed : tenants.lastUsed(relativeTime(Temporal.Instant.from(lastOkAt), now, locale))
  return { state: tenants.isWell, more: used }
}

/** What is wrong with somebody's calendar or an organisation's connection, and how it is mended. */
export function problemWords(
  { kind, code }: { readonly kind: string; readonly code: string | null },
  { tenantProblems, rollouts }: Messages,
): string {
  return (code === null ? undefined : tenantProblems[code]) ?? tenantProblems[kind] ?? rollouts.unseenFailure
}

/** How many calendars it opens: of people, of rooms, or of both. */
export function openedText({ opens, connectionCount, roomCount }: TenantView, words: Messages): string {
  const { serviceSignIn, tenants } = words
  if (opens === "rooms" || (connectionCount === 0 && roomCount > 0)) return serviceSignIn.opened(roomCount)
  const ofPeople = tenants.opened(connectionCount)
  return roomCount === 0 ? ofPeople : serviceSignIn.andRooms(ofPeople, roomCount)
}

/** What removing it takes away. */
export function removalText({ opens, connectionCount, roomCount }: TenantView, words: Messages): string {
  const { serviceSignIn, tenants } = words
  if (opens === "rooms" || (connectionCount === 0 && roomCount > 0)) return serviceSignIn.removeText(roomCount)
  const ofPeople = tenants.removeTenantText(connectionCount)
  return roomCount === 0 ? ofPeople : `${ofPeople} ${serviceSignIn.roomsToo(roomCount)}`
}

/** What is done about how it signs in: this service's own registration has no secret that anybody could replace. */
export function secretAct(
  { method, opens }: TenantView,
  { serviceSignIn, tenants }: Pick<Messages, "serviceSignIn" | "tenants">,
): string {
  if (opens === "rooms") return serviceSignIn.signInAnew
  return method === "registration" ? tenants.signInOtherwise : tenants.replaceSecret
}

/** The provider's name with the organisation's. */
export function tenantName({ providerLabel, tenantId }: TenantView): string {
  return `${providerLabel} · ${tenantId}`
}
