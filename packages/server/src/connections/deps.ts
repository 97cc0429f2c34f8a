import type { ProviderName } from "@kalends/domain/ids"
import type { AccessBroker, TenantBroker } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { ConnectionLife } from "../ports/connection-life.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { FigureCounts, Metrics } from "../ports/metrics.ts"
import type { Random } from "../ports/random.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { Store } from "../ports/store.ts"
import type { StateBox } from "./connect-state.ts"

/** Addresses and bounds that the connections feature tells others. */
export type ConnectionAddresses = {
  readonly publicUrl: string
  readonly handsOverPasswords: boolean
  readonly redirectUri: string
  readonly consentUri: string
  readonly stateBox: StateBox
  readonly labelOf: (provider: ProviderName) => string
  readonly stalenessBoundSeconds: (isPushed: boolean) => number
}

type Providers = ReadonlyMap<ProviderName, CalendarProvider>

/** What the whole feature needs; each part of it is given its share. */
export type ConnectionsDeps = {
  readonly store: Store
  readonly providers: Providers
  readonly fanOut: FanOut
  readonly addresses: ConnectionAddresses
  /** What opens a calendar, and what it means when it does not open. */
  readonly opening: {
    readonly vault: SecretVault
    readonly broker: AccessBroker & TenantBroker
    readonly life: ConnectionLife
    readonly http: HttpClient
  }
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

/** To connect a calendar. */
export type ConnectDeps = {
  readonly store: Store
  readonly vault: SecretVault
  readonly providers: Providers
  readonly fanOut: FanOut
  readonly addresses: ConnectionAddresses
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: FigureCounts }
}

/** To hand out what opens a calendar. */
export type HandOverDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly providers: Providers
  readonly life: ConnectionLife
  readonly http: HttpClient
  readonly world: { readonly clock: Clock; readonly metrics: FigureCounts }
}

/** To tell providers of what was removed. */
export type TellDeps = {
  readonly broker: TenantBroker
  readonly providers: Providers
  readonly clock: Clock
  readonly metrics: Metrics
}

/** To remove a connection. */
export type RemovalDeps = {
  readonly store: Store
  readonly broker: TenantBroker
  readonly vault: SecretVault
  readonly providers: Providers
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly metrics: Metrics
}
