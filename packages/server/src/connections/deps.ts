import type { ProviderName } from "@kalends/domain/ids"
import type { AccessBroker } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { Store } from "../ports/store.ts"
import type { StateBox } from "./connect-state.ts"

/** Addresses and bounds that the connections feature tells others. */
export type ConnectionAddresses = {
  readonly redirectUri: string
  readonly consentUri: string
  readonly stateBox: StateBox
  readonly labelOf: (provider: ProviderName) => string
  readonly stalenessBoundSeconds: (isPushed: boolean) => number
}

// More than six: connecting a calendar touches everything that a calendar has.
export type ConnectionsDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly broker: AccessBroker
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly life: ConnectionLife
  readonly fanOut: FanOut
  readonly http: HttpClient
  readonly clock: Clock
  readonly random: Random
  readonly metrics: Metrics
  readonly addresses: ConnectionAddresses
}
