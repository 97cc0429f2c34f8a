import type { ConnectionView, ServiceView, UserView } from "@kalends/protocol/api"

/** One thing that a person has to do; the words for it are in the catalogue under its kind. */
export type ToDo =
  | { readonly kind: "set-up-provider" } // no calendar service is set up, for administrators
  | { readonly kind: "ask-administrator" } // the same, for everybody else
  | { readonly kind: "connect" }
  | { readonly kind: "reconnect"; readonly code: string | null }
  | { readonly kind: "wait"; readonly code: string | null } // passes by itself
  | { readonly kind: "renew"; readonly expiresAt: Temporal.Instant } // the permission dies soon

export type HomeView = {
  readonly isWell: boolean
  /** The most urgent first; three at most, since nobody does more at once. */
  readonly toDo: readonly ToDo[]
}

export type HomeInput = {
  readonly user: UserView
  readonly service: ServiceView | null
  readonly connection: ConnectionView | null
  readonly now: Temporal.Instant
}

const toDoMost = 3
const renewBeforeHours = 72

/** Whether everything is well, and if not, what to do. */
export function homeView(input: HomeInput): HomeView {
  const toDo = [...forService(input), ...forConnection(input)].slice(0, toDoMost)
  return { isWell: toDo.length === 0, toDo }
}

function forService({ user, service, connection }: HomeInput): readonly ToDo[] {
  if (service === null || connection !== null || service.providers.some(({ isConfigured }) => isConfigured)) return []
  return [{ kind: user.abilities.includes("change-organisation") ? "set-up-provider" : "ask-administrator" }]
}

function forConnection({ service, connection, now }: HomeInput): readonly ToDo[] {
  if (connection === null)
    return service?.providers.some(({ isConfigured }) => isConfigured) ? [{ kind: "connect" }] : []
  const code = connection.problem?.code ?? null
  switch (connection.state) {
    case "needs-reauth":
    case "needs-consent":
    case "disabled":
      return [{ kind: "reconnect", code }]
    case "unreachable":
      return [{ kind: "wait", code }]
    case "connecting":
    case "healthy":
      return renewal(connection, now)
  }
}

function renewal({ grantExpiresAt }: ConnectionView, now: Temporal.Instant): readonly ToDo[] {
  if (grantExpiresAt === null) return []
  const expiresAt = Temporal.Instant.from(grantExpiresAt)
  return now.until(expiresAt).total("hours") < renewBeforeHours ? [{ kind: "renew", expiresAt }] : []
}
