import type { Config } from "../config.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import { createCaldavProvider } from "./caldav/index.ts"
import { createEwsProvider } from "./ews/index.ts"
import type { GoogleSettings } from "./google/auth.ts"
import { createGoogleProvider } from "./google/index.ts"
import type { GraphSettings } from "./graph/auth.ts"
import { createGraphProvider } from "./graph/index.ts"
import type { ProviderDeps } from "./provider-deps.ts"

/** What is set up; null or false: not offered. */
export type ProviderSettings = {
  readonly graph: GraphSettings | null
  readonly google: GoogleSettings | null
  readonly ews: boolean
  readonly caldav: boolean
}

type Entry = {
  readonly name: string
  /** For people. */
  readonly label: string
  readonly signIn: "oauth" | "password"
  readonly hasAdminConsent: boolean
  /** Whether contacts can be asked for. */
  readonly hasContacts: boolean
  /** Null when it is not set up. */
  readonly create: (deps: ProviderDeps, settings: ProviderSettings) => CalendarProvider | null
}

/** One line for each provider. */
export const registry: readonly Entry[] = [
  {
    name: "graph",
    label: "Microsoft 365",
    signIn: "oauth",
    hasAdminConsent: true,
    hasContacts: true,
    create: (deps, { graph }) => graph && createGraphProvider(deps, graph),
  },
  {
    name: "google",
    label: "Google",
    signIn: "oauth",
    hasAdminConsent: false,
    hasContacts: true,
    create: (deps, { google }) => google && createGoogleProvider(deps, google),
  },
  {
    name: "ews",
    label: "Exchange",
    signIn: "password",
    hasAdminConsent: false,
    hasContacts: true,
    create: (deps, { ews }) => (ews ? createEwsProvider(deps) : null),
  },
  {
    name: "caldav",
    label: "CalDAV",
    signIn: "password",
    hasAdminConsent: false,
    hasContacts: false,
    create: (deps, { caldav }) => (caldav ? createCaldavProvider(deps) : null),
  },
]

/** The part of the settings that providers are made from. */
export function settingsFrom(config: Config): ProviderSettings {
  const { microsoftClientId, microsoftClientSecret, googleClientId, googleClientSecret } = config
  return {
    graph:
      microsoftClientId === null || microsoftClientSecret === null
        ? null
        : {
            clientId: microsoftClientId,
            clientSecret: microsoftClientSecret,
            tenant: config.microsoftTenant,
            loginUrl: config.microsoftLoginUrl,
            apiUrl: config.microsoftApiUrl,
          },
    google:
      googleClientId === null || googleClientSecret === null
        ? null
        : {
            clientId: googleClientId,
            clientSecret: googleClientSecret,
            accountsUrl: config.googleAccountsUrl,
            tokenUrl: config.googleTokenUrl,
            apiUrl: config.googleApiUrl,
            peopleUrl: config.googlePeopleUrl,
            directoryUrl: config.googleDirectoryUrl,
          },
    ews: config.ews,
    caldav: config.caldav,
  }
}

/** The secrets with which this service itself is known to providers, and when they end, where that was said. */
export function serviceSecretsOf({
  microsoftClientSecretExpires: endsAt,
}: Config): readonly { readonly provider: string; readonly endsAt: Temporal.Instant }[] {
  return endsAt === null ? [] : [{ provider: "graph", endsAt }]
}

/** Where browsers read calendars and contacts from themselves, for the pages' content security policy. */
export function apiOrigins({ graph, google }: ProviderSettings): readonly string[] {
  return [graph?.apiUrl, google?.apiUrl, google?.peopleUrl]
    .filter((url) => url !== undefined)
    .map((url) => new URL(url).origin)
}
