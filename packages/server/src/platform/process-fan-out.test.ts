import { fanOutRules } from "./testing/fan-out-rules.ts"
import { createProcessFanOut } from "./process-fan-out.ts"

const shared = createProcessFanOut()
fanOutRules(async () => shared)
