/**
 * A million people's credentials in 20 organisations get new data keys under another custodian, while a client asks for
 * tokens at a steady rate. The worker is killed in the middle, and another goes on. Before and after, everything is opened;
 * at the end nothing is under an old key, and the old custodian is not needed any more. Only the share of requests that fail
 * is judged, and what is left under old keys; times are told with those of the same client before the work began.
 */
import { startTransit } from "@kalends/simulator/transit/transit"
import pg from "pg"
import { elapsedMs, say } from "../../../tools/platform.ts"
import { boxKeyVersion, open, seal } from "../src/vault/sealed-box.ts"
import { secretContext } from "../src/vault/vault.ts"
import { type BenchDatabase, startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"
import type { Asked } from "./rewrap-client.ts"
import {
  accessTokenOf,
  accountCount,
  accountOf,
  connectionOf,
  isTokenOf,
  makeNode,
  numberOf,
  refreshTokenOf,
} from "./rewrap-parts.ts"

const count = Number(process.argv[2] ?? 1_000_000)
const perAccount = count / accountCount
const perSecond = 20
const baselineSeconds = 30
const chunk = 2_500
const then = "timestamptz '2026-11-01'"

type Sample = { readonly id: string; readonly secret: Buffer; readonly access: Buffer | null }

async function fill(database: BenchDatabase, node: ReturnType<typeof makeNode>): Promise<void> {
  const client = new pg.Client({
    connectionString: database.adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends -c synchronous_commit=off -c session_replication_role=replica",
  })
  await client.connect()
  const id = (kind: string, number: string) =>
    `('0000000${kind}-0000-4000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`
  const account = id("a", `((n - 1) / ${perAccount} + 1)::int`)
  await client.query(
    `insert into account select ${id("a", "n")}, 'Observatory ' || n, ${then} from generate_series(1, ${accountCount}) n`,
  )
  await client.query(
    `insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at)
     select ${account}, ${id("b", "n")}, 'p' || n || '@example.org', 'P', 'user', 'x', ${then} from generate_series(1, ${count}) n`,
  )
  await client.query(
    `insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_id, created_at)
     select ${account}, ${id("c", "n")}, ${id("b", "n")}, 'memory', 'read', 'healthy', 's' || n, ${then} from generate_series(1, ${count}) n`,
  )
  for (let index = 0; index < accountCount; index++) {
    const accountId = accountOf(index)
    const key = await node.store.inAccount(accountId, (tables) => node.keys.newest(tables))
    const box = (number: number, kind: "refresh-token" | "access-token", text: string) =>
      Buffer.from(
        seal(
          key,
          secretContext(accountId, { connectionId: connectionOf(number), kind }),
          Buffer.from(text),
          node.random,
        ),
      )
    for (let from = index * perAccount + 1; from <= (index + 1) * perAccount; from += chunk) {
      const numbers = Array.from({ length: Math.min(chunk, (index + 1) * perAccount - from + 1) }, (_, at) => from + at)
      await client.query(
        `insert into credential (account_id, credential_id, connection_id, version, sealed_secret, secret_kind, sealed_access_token, access_expires_at, used_at)
         select '${accountId}', ${id("d", "n")}, ${id("c", "n")}, 1, s, 'refresh-token', a, timestamptz '2030-01-01', timestamptz '2030-01-01'
         from unnest($1::int[], $2::bytea[], $3::bytea[]) as made (n, s, a)`,
        [
          numbers,
          numbers.map((number) => box(number, "refresh-token", refreshTokenOf(number))),
          numbers.map((number) => box(number, "access-token", accessTokenOf(number))),
        ],
      )
    }
  }
  await client.query("analyze")
  await client.end()
}

/** Opens every credential there is, and compares it with whose it is; how many, and how many under a key before `least`. */
async function openAll(database: BenchDatabase, node: ReturnType<typeof makeNode>, least: number) {
  const client = new pg.Client({
    connectionString: database.adminUrl.replace(/\/postgres$/, "/kalends"),
    options: "-c search_path=kalends",
  })
  await client.connect()
  let [opened, old] = [0, 0]
  for (let index = 0; index < accountCount; index++) {
    const accountId = accountOf(index)
    const keys = new Map<number, Awaited<ReturnType<typeof node.keys.ofVersion>>>()
    for (let after = "00000000-0000-0000-0000-000000000000"; ; ) {
      const { rows } = await client.query<Sample>(
        `select connection_id as id, sealed_secret as secret, sealed_access_token as access from credential
         where account_id = $1 and connection_id > $2 order by connection_id limit ${chunk}`,
        [accountId, after],
      )
      for (const { id, secret, access } of rows) {
        const connectionId = connectionOf(Number.parseInt(id.slice(-12), 16))
        for (const [kind, sealed] of [
          ["refresh-token", secret],
          ["access-token", access],
        ] as const) {
          if (sealed === null) throw new Error("a secret is gone")
          const version = boxKeyVersion(sealed)
          if (version < least) old += 1
          const key =
            keys.get(version) ??
            (await node.store.inAccount(accountId, (tables) => node.keys.ofVersion(tables, version)))
          keys.set(version, key)
          const text = open(key, secretContext(accountId, { connectionId, kind }), sealed).toString("utf8")
          if (!isTokenOf(numberOf(connectionId), text)) throw new Error("another's secret")
        }
        opened += 1
      }
      const last = rows.at(-1)
      if (last === undefined) break
      after = last.id
    }
  }
  await client.end()
  return { opened, old }
}

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))
const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1)

const database = await startBenchDatabase()
const service = await startTransit()
service.createKey("kalends")
const transit = { url: service.url, token: service.rootToken }
const input = (custody: "old" | "both" | "new") => ({ databaseUrl: database.url, transit, custody })
const old = makeNode(input("old"), 4)
let began = elapsedMs()
await fill(database, old)
say(
  `${count.toLocaleString("en")} credentials of ${accountCount} organisations sealed in ${seconds(elapsedMs() - began)} s`,
)
began = elapsedMs()
const before = await openAll(database, old, 1)
say(`${before.opened.toLocaleString("en")} opened in ${seconds(elapsedMs() - began)} s`)

const client = startPart(new URL("./rewrap-client.ts", import.meta.url))
await client.ask("start", { ...input("both"), count, perSecond })
await pause(5_000)
await client.ask<Asked>("take")
await pause(baselineSeconds * 1_000)
const quiet = await client.ask<Asked>("take")

// A new data key for each organisation, and the work on what is under the old one.
const node = makeNode(input("both"), 4)
for (let index = 0; index < accountCount; index++)
  await node.store.inAccount(accountOf(index), async (tables) => {
    await node.keys.create(tables, { kind: "service", part: "bench" }, "key-rotation")
    await node.work.begin(tables, null, "key-rotation")
  })
const progress = async () => {
  let [done, states] = [0, 0]
  for (let index = 0; index < accountCount; index++) {
    const work = await node.store.inAccount(accountOf(index), (tables) => tables.keys.findWork())
    done += work?.done ?? 0
    if (work?.state === "done") states += 1
  }
  return { done, isOver: states === accountCount }
}

began = elapsedMs()
let worker = startPart(new URL("./rewrap-worker.ts", import.meta.url))
await worker.ask("start", input("both"))
let isKilled = false
let told = 0
for (;;) {
  await pause(1_000)
  const { done, isOver } = await progress()
  const share = done / count
  if (share >= told + 0.1 || isOver) {
    told = share
    const bar = "#".repeat(Math.floor(share * 40)).padEnd(40, ".")
    say(`[${bar}] ${done.toLocaleString("en")} after ${seconds(elapsedMs() - began)} s`)
  }
  if (!isKilled && share > 0.4) {
    isKilled = true
    process.kill(worker.pid, "SIGKILL")
    worker = startPart(new URL("./rewrap-worker.ts", import.meta.url))
    await worker.ask("start", input("both"))
    say(`the worker was killed at ${done.toLocaleString("en")}; another goes on`)
  }
  if (isOver) break
}
const tookMs = elapsedMs() - began
const busy = await client.ask<Asked>("take")
await client.ask("stop")
const peakBytes = await worker.ask<number>("peakBytes")
await worker.stop()
await client.stop()

// A node that knows the new custodian alone.
began = elapsedMs()
const after = await openAll(database, makeNode(input("new"), 4), 2)
say(`${after.opened.toLocaleString("en")} opened by the new custodian alone in ${seconds(elapsedMs() - began)} s`)
const custody = await node.store.asSystem((tables) => tables.countByCustody())
for (const { keyId, count: live, destroyed } of custody) say(`${keyId}: ${live} data keys, ${destroyed} destroyed`)
const leftKeys = custody.filter(({ keyId }) => keyId.startsWith("file:")).reduce((sum, one) => sum + one.count, 0)
say(
  `${count.toLocaleString("en")} credentials (two secrets each) in ${seconds(tookMs)} s: ${Math.round((count * 1000) / tookMs).toLocaleString("en")}/s; worker's memory at most ${Math.round(peakBytes / 2 ** 20)} MiB`,
)
say(
  `${busy.tookMs.length.toLocaleString("en")} token requests meanwhile (${busy.refreshed} refreshed); before: median ${median(quiet.tookMs).toFixed(1)} ms, p99 ${percentile(quiet.tookMs, 0.99).toFixed(1)} ms; during: median ${median(busy.tookMs).toFixed(1)} ms, p99 ${percentile(busy.tookMs, 0.99).toFixed(1)} ms`,
)
report([
  atMost("token requests that failed", "requests", busy.failed + quiet.failed, 0),
  atMost("secrets under an old key", "secrets", after.old, 0),
  atMost("credentials that are gone or do not open", "credentials", count - after.opened, 0),
  atMost("data keys under the old custodian", "keys", leftKeys, 0),
  atMost("worker's memory", "MiB", peakBytes / 2 ** 20, 400),
])
await service.close()
await database.stop()
endBench()
