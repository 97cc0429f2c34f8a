/** What the parts of rewrap.bench.ts share: who has which secrets, and with which custodians a node is made. */
import { type ConnectionId, parseAccountId, parseConnectionId } from "@kalends/domain/ids"
import { systemClock as clock } from "../src/platform/clock.ts"
import { createHttpClient } from "../src/platform/http-client.ts"
import { systemRandom as random } from "../src/platform/random.ts"
import type { KeyCustody } from "../src/ports/key-custody.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore } from "../src/postgres/store.ts"
import { silentMetrics } from "../src/testing/silent-metrics.ts"
import { createKeyFileCustody } from "../src/vault/custodians/key-file/index.ts"
import { createTransit } from "../src/vault/custodians/transit/index.ts"
import { createCustodians } from "../src/vault/custody-state.ts"
import { createDataKeys } from "../src/vault/data-keys.ts"
import { createKeyWork, usualRowsPerBatch } from "../src/vault/key-work.ts"
import { createVault } from "../src/vault/vault.ts"

export const accountCount = 20
const pad = (value: number) => value.toString(16).padStart(12, "0")
export const accountOf = (index: number) => parseAccountId(`0000000a-0000-4000-8000-${pad(index + 1)}`)
/** The connection of person `number`, from 1. */
export const connectionOf = (number: number) => parseConnectionId(`0000000c-0000-4000-8000-${pad(number)}`)
export const numberOf = (connectionId: ConnectionId) => Number.parseInt(connectionId.slice(-12), 16)

/** As long as those of Google. */
export const refreshTokenOf = (number: number) => `1//${number}-`.padEnd(103, "r")
export const accessTokenOf = (number: number) => `ya29.${number}-`.padEnd(220, "a")
export const isTokenOf = (number: number, text: string) =>
  text.startsWith(`1//${number}-`) || text.startsWith(`ya29.${number}-`)

/** The key service that the keys are moved to. */
export type Transit = { readonly url: string; readonly token: string }
export type NodeInput = {
  readonly databaseUrl: string
  readonly transit: Transit
  readonly custody: "old" | "both" | "new"
}

/** A node's parts: with the key file alone, with the key service and the file as the former one, or with the service alone. */
export function makeNode({ databaseUrl, transit, custody }: NodeInput, connections: number) {
  const pool = createPool(databaseUrl, connections)
  const store = createStore(createDatabase(pool))
  const http = createHttpClient({ allowedPrivateHosts: [] })
  const keyFile = createKeyFileCustody(new Uint8Array(32).fill(9), random)
  const service: KeyCustody = createTransit(
    { http, clock, readFile: () => Promise.reject(new Error("there are no files")) },
    {
      ...{ url: transit.url, mount: "transit", key: "kalends", namespace: null },
      auth: { kind: "token", token: transit.token },
    },
  )
  const world = { clock, random, metrics: silentMetrics }
  const custodians = createCustodians({
    current: custody === "old" ? keyFile : service,
    former: custody === "both" ? [keyFile] : [],
    ...{ next: [], world },
  })
  const keys = createDataKeys({ custodians, clock, random, graceMs: 3_600_000 })
  const work = createKeyWork({ store, keys, custodians, rowsPerBatch: usualRowsPerBatch, world })
  const vault = createVault({ keys, clock, random })
  return { pool, store, http, custodians, keys, work, vault, clock, random }
}
