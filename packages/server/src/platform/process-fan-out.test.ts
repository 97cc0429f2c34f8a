import { createProcessFanOut } from "./process-fan-out.ts"
import { fanOutRules } from "./testing/fan-out-rules.ts"

const shared = createProcessFanOut()
fanOutRules(async () => shared)
