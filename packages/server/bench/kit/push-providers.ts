import { type ProviderName, parseProviderName } from "@kalends/domain/ids"
import { systemClock } from "../../src/platform/clock.ts"
import { createHttpClient } from "../../src/platform/http-client.ts"
import { createOAuthClient } from "../../src/platform/oauth-client.ts"
import { systemRandom } from "../../src/platform/random.ts"
import type { CalendarProvider } from "../../src/ports/calendar-provider.ts"
import { registry } from "../../src/providers/registry.ts"

const http = createHttpClient({ allowedPrivateHosts: [] })
const nowhere = "https://provider.invalid"
const settings = {
  graph: { clientId: "bench", clientSecret: "bench", tenant: "common", loginUrl: nowhere, apiUrl: nowhere },
  google: {
    clientId: "bench",
    clientSecret: "bench",
    accountsUrl: nowhere,
    tokenUrl: nowhere,
    apiUrl: nowhere,
    peopleUrl: nowhere,
    directoryUrl: nowhere,
  },
  ews: false,
  caldav: false,
}

/** The real providers that push, with nobody at the other end. */
export const pushProviders: ReadonlyMap<ProviderName, CalendarProvider> = new Map(
  registry
    .map(({ create }) =>
      create(
        { http, clock: systemClock, random: systemRandom, oauth: createOAuthClient({ http, clock: systemClock }) },
        settings,
      ),
    )
    .filter((provider) => provider !== null)
    .map((provider) => [parseProviderName(provider.name), provider]),
)
