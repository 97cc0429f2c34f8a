import type { Clock } from "../../ports/clock.ts"
import type { HttpClient } from "../../ports/http-client.ts"

/** What a custodian that is asked over the network is made with. */
export type CustodianDeps = {
  readonly http: Pick<HttpClient, "send">
  readonly clock: Clock
  /** Reads a file that others renew, such as a service account's token. */
  readonly readFile: (path: string) => Promise<string>
}
