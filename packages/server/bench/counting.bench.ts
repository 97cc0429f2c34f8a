/**
 * What counting an organisation's figures costs the way of a notice: the real receiver, genuine notices of one organisation, a
 * log that is durable at once. Processor time, not the clock's, so that other work on the machine does not matter; the
 * receiver that counts and the one that does not take turns.
 */
import { parseAccountId, parseCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import { say } from "../../../tools/platform.ts"
import { createFigureCollector } from "../src/figures/collector.ts"
import { systemClock } from "../src/platform/clock.ts"
import { createLog } from "../src/platform/log.ts"
import { createMetrics } from "../src/platform/metrics.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { createHookSecrets } from "../src/subscriptions/hook-secret.ts"
import { createReceiver } from "../src/subscriptions/receiver.ts"
import { createMemoryStore } from "../src/testing/memory-store.ts"
import { testSecret } from "../src/testing/node.ts"
import { seededRandom } from "../src/testing/seeded-random.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { atMostTimes, median, report } from "./kit/figures.ts"
import { pushProviders } from "./kit/push-providers.ts"

const noticesPerRound = 40_000
const rounds = 9

const random = seededRandom(3)
const secrets = createHookSecrets(testSecret.derive("hooks"))
const accountId = parseAccountId(random.uuid())
const subjects = Array.from({ length: 1_000 }, () => {
  const subscriptionId = parseSubscriptionId(random.uuid())
  return {
    subscriptionId,
    secret: secrets.write({ accountId, calendarId: parseCalendarId(random.uuid()), subscriptionId }),
  }
})
const clock = systemClock
const log = createLog("silent")
const figures = createFigureCollector({ store: createMemoryStore(), clock, log })
let accepted = 0
const receiverWith = (counts: typeof silentMetrics | typeof figures) =>
  createReceiver({
    ...{ providers: pushProviders, secrets, clock, fanOut: createProcessFanOut() },
    notices: {
      async append(jobs) {
        accepted += jobs.length
      },
    },
    metrics: createMetrics(counts),
  })
const receivers = { counted: receiverWith(figures), uncounted: receiverWith(silentMetrics) }
let number = 0

/** Microseconds of processor for one notice. */
async function costOf(kind: keyof typeof receivers): Promise<number> {
  const began = process.cpuUsage()
  for (let sent = 0; sent < noticesPerRound; sent += 50)
    await Promise.all(Array.from({ length: 50 }, () => receivers[kind].receive("google", request())))
  const { user, system } = process.cpuUsage(began)
  return (user + system) / noticesPerRound
}

function request() {
  const { subscriptionId = "", secret = "" } = subjects[++number % subjects.length] ?? {}
  const headers = {
    "x-goog-channel-id": subscriptionId,
    "x-goog-channel-token": secret,
    "x-goog-resource-state": "exists",
    "x-goog-message-number": String(number),
    "x-goog-resource-id": "resource",
  }
  return { method: "POST", path: "", query: {}, headers, body: new Uint8Array() }
}

const costs = { counted: [] as number[], uncounted: [] as number[] }
for (let round = 0; round <= rounds; round++)
  for (const kind of round % 2 === 0 ? (["counted", "uncounted"] as const) : (["uncounted", "counted"] as const)) {
    const cost = await costOf(kind)
    // The first round warms up.
    if (round > 0) costs[kind].push(cost)
  }
say(
  `rounds: counted ${costs.counted.map((cost) => cost.toFixed(2)).join(" ")}; uncounted ${costs.uncounted.map((cost) => cost.toFixed(2)).join(" ")}`,
)
if (accepted !== number) throw new Error(`${accepted} of ${number} notices were accepted`)
report([
  atMostTimes("processor for a notice that is counted", "µs", median(costs.counted), {
    baseline: median(costs.uncounted),
    most: 1.1,
  }),
])
