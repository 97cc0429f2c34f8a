/**
 * The client of rewrap.bench.ts: a node's broker, asked for tokens at a steady rate whatever it does. Each answer is compared
 * with what that person's token must be; one in ten is said to be refused, so that the refresh token is opened too, and what
 * the provider gives is sealed.
 */
import { createBroker } from "../src/broker/broker.ts"
import { createConnectionLife } from "../src/connections/life.ts"
import { createLog } from "../src/platform/log.ts"
import { createProcessFanOut } from "../src/platform/process-fan-out.ts"
import { accessDigest } from "../src/ports/access-broker.ts"
import { createMemoryProvider } from "../src/testing/memory-provider.ts"
import { silentMetrics as metrics } from "../src/testing/silent-metrics.ts"
import { answer } from "./kit/part.ts"
import {
  accessTokenOf,
  accountCount,
  accountOf,
  connectionOf,
  isTokenOf,
  makeNode,
  type NodeInput,
  refreshTokenOf,
} from "./rewrap-parts.ts"

export type Asked = { readonly tookMs: readonly number[]; readonly failed: number; readonly refreshed: number }

const refreshEvery = 10

function makeBroker(input: NodeInput) {
  const { store, vault, clock } = makeNode(input, 10)
  const memory = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const { signIn } = memory.provider
  if (signIn.kind !== "oauth") throw new Error("it signs in with OAuth")
  const provider = {
    ...memory.provider,
    signIn: {
      ...signIn,
      async refresh(token: string) {
        const number = Number(/^1\/\/(\d+)-/.exec(token)?.[1])
        if (token !== refreshTokenOf(number)) throw new Error("that is no refresh token of theirs")
        const accessExpiresAt = clock.now().add({ hours: 1 })
        return {
          ...{ accessToken: accessTokenOf(number), accessExpiresAt },
          ...{ refreshToken: null, refreshExpiresAt: null, permission: "read" as const, contacts: "none" as const },
        }
      },
    },
  }
  const fanOut = createProcessFanOut()
  const life = createConnectionLife({ store, fanOut, clock, metrics, log: createLog("silent") })
  return createBroker({ store, vault, providers: new Map([[provider.name, provider]]), life, clock, metrics })
}

let asked: { tookMs: number[]; failed: number; refreshed: number } = { tookMs: [], failed: 0, refreshed: 0 }
let stop = () => {}

answer({
  start(input: NodeInput & { readonly count: number; readonly perSecond: number }) {
    const broker = makeBroker(input)
    const perAccount = input.count / accountCount
    let turn = 0
    async function ask(): Promise<void> {
      const number = 1 + Math.floor(Math.random() * input.count)
      const accountId = accountOf(Math.floor((number - 1) / perAccount))
      const wish = {
        actor: { kind: "service", part: "bench" },
        reason: "client-request",
        call: "request:bench",
      } as const
      const refreshes = ++turn % refreshEvery === 0
      const from = performance.now()
      try {
        const first = await broker.freshAccess(accountId, connectionOf(number), wish)
        const got = refreshes
          ? await broker.freshAccess(accountId, connectionOf(number), {
              ...wish,
              refusedTokenDigest: accessDigest(first),
            })
          : first
        if (got.kind !== "bearer" || !isTokenOf(number, got.token)) throw new Error("another's token")
        if (refreshes) asked.refreshed += 1
      } catch (error) {
        asked.failed += 1
        process.stderr.write(`a token request failed: ${error instanceof Error ? error.message : "unknown"}\n`)
      }
      asked.tookMs.push(performance.now() - from)
    }
    const timer = setInterval(() => void ask(), 1000 / input.perSecond)
    stop = () => clearInterval(timer)
  },
  /** What was asked since it was last told. */
  take(): Asked {
    const taken = asked
    asked = { tookMs: [], failed: 0, refreshed: 0 }
    return taken
  },
  stop: () => stop(),
})
