import type { CallLog } from "./call-log.ts"
import type { Knobs } from "./knobs.ts"
import type { Organisation } from "./org.ts"
import type { SimulatorPlatform } from "./platform.ts"
import type { Pushes } from "./pushes.ts"

/** What each simulated service is made with. */
export type SimulatorContext = {
  readonly platform: SimulatorPlatform
  readonly org: Organisation
  readonly knobs: (tenantId: string) => Knobs
  readonly calls: CallLog
  readonly pushes: Pushes
}
