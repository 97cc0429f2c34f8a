/**
 * Every GET that a page of the portal makes, in an organisation of 50,000 people with 1,000,000 entries in its log: real
 * node, embedded PostgreSQL, over HTTP. The list is made from the API's own description, so that a new route is measured
 * too. Requests of all kinds are on their way at once, in a mixed order; beside them the same way to a `select 1`.
 * `--only=/v1/groups,/v1/figures` measures the routes that begin so, and no others; `--at-once 1` sends one request at a time.
 */
import { argumentAfter, elapsedMs, say } from "../../../tools/platform.ts"
import { seededRandom } from "../src/testing/seeded-random.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, type Figure, failed, median, percentile, report } from "./kit/figures.ts"
import { fillOrganisation, size } from "./kit/organisation.ts"
import { leftOut, type PageRequest, pageRequests } from "./kit/page-requests.ts"
import { startPart } from "./kit/part.ts"

const rounds = 30
const warmRounds = 2
const atOnce = Number(argumentAfter("--at-once") ?? 3)
const mostMs = 200
const baseline: PageRequest = { route: "/readyz", path: "/readyz", what: "select 1" }

type Measured = PageRequest & { readonly tookMs: readonly number[] }

const database = await startBenchDatabase()
const server = startPart(new URL("./pages-server.ts", import.meta.url))
try {
  const began = elapsedMs()
  const tokens = await fillOrganisation(database.adminUrl)
  say(`${size.people.toLocaleString("en")} people made in ${((elapsedMs() - began) / 1000).toFixed(0)} s`)
  const url = await server.ask<string>("start", { databaseUrl: database.url })
  const document = await (await fetch(`${url}/v1/openapi.json`)).json()
  const requests = pageRequests(document).filter(({ route }) => route !== baseline.route && isAskedFor(route))
  const measured = await measure(url, tokens, [...requests, baseline])
  tell(measured)
  say(`Memory of the node: ${(await server.ask<number>("memoryMb")).toFixed(0)} MiB`)
  report(figuresOf(measured))
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  await database.stop()
  endBench()
}

/** Whether a route is among those named when the bench was begun; all are where none is named. */
function isAskedFor(route: string): boolean {
  const only = process.argv.find((argument) => argument.startsWith("--only="))
  return (
    only === undefined ||
    only
      .slice("--only=".length)
      .split(",")
      .some((begin) => route.startsWith(begin))
  )
}

/** Runs all requests in a mixed order, a few at once; the first rounds warm up. */
async function measure(
  url: string,
  tokens: readonly string[],
  requests: readonly PageRequest[],
): Promise<readonly Measured[]> {
  const tookMs = new Map(requests.map((request) => [request, [] as number[]]))
  let count = 0
  const send = async (request: PageRequest): Promise<number> => {
    const began = elapsedMs()
    const headers = {
      authorization: `Bearer ${tokens[request.by === undefined ? count++ % tokens.length : request.by - 1]}`,
    }
    const response = await fetch(`${url}${request.path}`, { headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${request.path} answered ${response.status}: ${text.slice(0, 300)}`)
    return elapsedMs() - began
  }
  for (let round = 0; round < warmRounds + rounds; round++) {
    const waiting = mixed(requests, round)
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
          const took = await send(request)
          if (round >= warmRounds) tookMs.get(request)?.push(took)
        }
      }),
    )
  }
  return requests.map((request) => ({ ...request, tookMs: tookMs.get(request) ?? [] }))
}

function mixed<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed + 1)
  return items
    .map((item) => ({ item, at: random.fraction() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** Each request, the slowest first. */
function tell(measured: readonly Measured[]): void {
  say("   p50    p95    p99  ms")
  const slowest = [...measured].sort((a, b) => percentile(b.tookMs, 0.95) - percentile(a.tookMs, 0.95))
  for (const { tookMs, path, what } of slowest) {
    const shown = [0.5, 0.95, 0.99].map((share) => percentile(tookMs, share).toFixed(1).padStart(6))
    say(`${shown.join(" ")}  ${decodeURIComponent(path)} (${what})`)
  }
  for (const [route, why] of Object.entries(leftOut)) say(`not measured: ${route}: ${why}`)
}

/** For each route its slowest request. */
function figuresOf(measured: readonly Measured[]): readonly Figure[] {
  const floor = measured.find(({ route }) => route === baseline.route)?.tookMs ?? []
  const byRoute = Map.groupBy(measured, ({ route }) => route)
  const figures = [...byRoute].map(([route, all]) => {
    const p95 = Math.max(...all.map(({ tookMs }) => percentile(tookMs, 0.95)))
    return {
      ...atMost(`${route}, ${all.length} ways, p95 of the slowest`, "ms", p95, mostMs),
      baseline: percentile(floor, 0.95),
      ratio: p95 / percentile(floor, 0.95),
    }
  })
  const all = measured.flatMap(({ tookMs }) => tookMs)
  return [
    ...figures,
    {
      ...atMost("all of them, median", "ms", median(all), mostMs),
      baseline: median(floor),
      ratio: median(all) / median(floor),
    },
  ]
}
