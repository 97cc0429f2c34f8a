import type { AccountId } from "@kalends/domain/ids"
import { z } from "zod"
import {
  type KeyTables,
  type ResealedRow,
  type SealedPlace,
  type SealedRow,
  type SystemKeyTables,
  sealedPlaces,
} from "../ports/key-tables.ts"
import type { StepRow } from "../ports/rollout-tables.ts"
import type { DataKeyRow, SecretKind } from "../ports/store.ts"
import { roomBookingKey } from "./memory-bookings.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

const keptSchema = z.object({ secretKind: z.enum(["refresh-token", "password", "tenant"]) })

/** Data keys of one account and what is sealed under them, in memory. Nobody waits for who seals: only one runs at a time. */
export function memoryKeys(tx: MemoryTransaction, accountId: AccountId): KeyTables {
  const mine = () => tx.list("dataKey").filter((row) => row.accountId === accountId)
  const live = () => mine().filter(({ destroyedAt }) => destroyedAt === null)
  const change = (row: DataKeyRow, changes: Partial<DataKeyRow>) =>
    tx.change("dataKey", `${accountId}:${row.keyVersion}`, (known) => ({ ...known, ...changes }))
  const destroy = (row: DataKeyRow, now: Temporal.Instant) =>
    change(row, { wrappedKey: new Uint8Array(), destroyedAt: now })
  const everything = () => sealedPlaces.flatMap((place) => sealedIn(tx, accountId, place))
  return {
    async takeNewest() {
      const [newest] = live().sort((a, b) => b.keyVersion - a.keyVersion)
      if (newest !== undefined) tx.share("dataKey", `${accountId}:${newest.keyVersion}`)
      return newest ?? null
    },
    async rewrap(keyVersion, from, { bytes, keyId }) {
      const row = live().find((known) => known.keyVersion === keyVersion && known.custodyKeyId === from)
      if (row !== undefined) await change(row, { wrappedKey: bytes, custodyKeyId: keyId })
      return row !== undefined
    },
    async destroyUnused(keyVersion, now) {
      if (everything().some((row) => boxesOf(row).some((box) => versionOf(box) === keyVersion))) return false
      for (const row of live()) if (row.keyVersion === keyVersion) await destroy(row, now)
      return true
    },
    async shred(now) {
      const rows = live()
      for (const row of rows) await destroy(row, now)
      return rows.length
    },
    countSealed: async (olderThan) => everything().filter(isOlder(olderThan)).length,
    async takeSealed({ place, after, limit, olderThan }) {
      const rows = sealedIn(tx, accountId, place)
        .filter(isOlder(olderThan))
        .filter(({ rowId }) => after === null || rowId > after)
        .sort((a, b) => (a.rowId < b.rowId ? -1 : 1))
      const table = tableOf[place]
      return rows.slice(0, limit).filter(({ rowId }) => tx.lockAtOnce(table, keyOf(tx, place, rowId)))
    },
    async putSealed(place, rows, now) {
      for (const row of rows) await put(tx, place, row, now)
    },
    accountName: async () => tx.find("account", accountId)?.name ?? "",
    findWork: async () => tx.find("keyWork", accountId),
    beginWork: (row) => tx.put("keyWork", accountId, row),
    async moveWork(states, changes) {
      await tx.lock("keyWork", accountId)
      const row = tx.find("keyWork", accountId)
      if (row === null || !states.includes(row.state)) return false
      await tx.put("keyWork", accountId, { ...row, ...changes })
      return true
    },
    countDone: (done, failed) =>
      tx.change("keyWork", accountId, (row) => ({ ...row, done: row.done + done, failed: row.failed + failed })),
  }
}

const tableOf = {
  credential: "credential",
  "tenant-connection": "tenant",
  "rollout-step": "step",
  totp: "totp",
  device: "device",
  "room-booking": "roomBooking",
} as const

/** Credentials are kept by connection, and named by their own id. */
function keyOf(tx: MemoryTransaction, place: SealedPlace, rowId: string): string {
  if (place !== "credential") return rowId
  return tx.list("credential").find(({ credentialId }) => credentialId === rowId)?.connectionId ?? rowId
}

function sealedIn(tx: MemoryTransaction, accountId: AccountId, place: SealedPlace): readonly SealedRow[] {
  const isMine = (row: { readonly accountId: AccountId }) => row.accountId === accountId
  const someOrNull = (box: Uint8Array | null) => (box === null || box.length === 0 ? null : box)
  if (place === "credential")
    return tx
      .list("credential")
      .filter(isMine)
      .map(({ credentialId, connectionId, secretKind, sealedSecret, sealedAccessToken }) => ({
        ...{ rowId: credentialId, connectionId, secretKind },
        ...{ secret: someOrNull(sealedSecret), accessToken: someOrNull(sealedAccessToken) },
      }))
  if (place === "tenant-connection")
    return tx
      .list("tenant")
      .filter(isMine)
      .map(({ tenantConnectionId, sealedSecret }) => ({
        ...{ rowId: tenantConnectionId, connectionId: tenantConnectionId, secretKind: "tenant" },
        ...{ secret: someOrNull(sealedSecret), accessToken: null },
      }))
  if (place === "totp")
    return tx
      .list("totp")
      .filter(isMine)
      .map(({ userId, sealedSecret }) => ({
        ...{ rowId: userId, connectionId: userId, secretKind: "totp-seed" },
        ...{ secret: someOrNull(sealedSecret), accessToken: null },
      }))
  if (place === "device")
    return tx
      .list("device")
      .filter(isMine)
      .map(({ deviceId, sealedSecret }) => ({
        ...{ rowId: deviceId, connectionId: deviceId, secretKind: "device-password" },
        ...{ secret: someOrNull(sealedSecret), accessToken: null },
      }))
  if (place === "room-booking")
    return tx
      .list("roomBooking")
      .filter(isMine)
      .map((row) => ({
        ...{ rowId: roomBookingKey(row), connectionId: row.roomId, secretKind: "room-bookings" },
        ...{ secret: someOrNull(row.sealedKey), accessToken: null },
      }))
  return tx
    .list("step")
    .filter(isMine)
    .map((step) => ({
      rowId: `${step.rolloutId} ${step.userId}`,
      connectionId: tx.list("connection").find(({ userId }) => userId === step.userId)?.connectionId ?? null,
      secretKind: kindOf(step),
      ...{ secret: someOrNull(step.sealedSecret), accessToken: someOrNull(step.sealedAccessToken) },
    }))
}

const kindOf = ({ kept }: StepRow): SecretKind => keptSchema.safeParse(kept).data?.secretKind ?? "password"

const boxesOf = ({ secret, accessToken }: SealedRow) => [secret, accessToken].filter((box) => box !== null)
const versionOf = (box: Uint8Array) => Buffer.from(box).readUInt32BE(1)
const isOlder = (version: number) => (row: SealedRow) =>
  boxesOf(row).some((box) => box.length >= 5 && versionOf(box) < version)

async function put(
  tx: MemoryTransaction,
  place: SealedPlace,
  { rowId, secret, accessToken, lostOf }: ResealedRow,
  now: Temporal.Instant,
): Promise<void> {
  const key = keyOf(tx, place, rowId)
  const lost = { problemKind: "auth-revoked", problemCode: "keys-shredded", problemAt: now } as const
  if (place === "credential") {
    const sealedSecret = secret ?? new Uint8Array()
    await tx.change("credential", key, (row) => ({ ...row, sealedSecret, sealedAccessToken: accessToken }))
    if (lostOf !== null) await tx.change("connection", lostOf, (row) => ({ ...row, ...lost, state: "needs-reauth" }))
  } else if (place === "room-booking")
    await tx.change("roomBooking", key, (row) => ({ ...row, sealedKey: secret ?? new Uint8Array() }))
  else if (place === "device")
    await tx.change("device", key, (row) => ({ ...row, sealedSecret: secret ?? new Uint8Array() }))
  else if (place === "totp")
    await tx.change("totp", key, (row) => ({ ...row, sealedSecret: secret ?? new Uint8Array() }))
  else if (place === "tenant-connection")
    await tx.change("tenant", key, (row) => ({
      ...{ ...row, sealedSecret: secret ?? new Uint8Array() },
      ...(lostOf === null ? {} : lost),
    }))
  else await tx.change("step", key, (row) => ({ ...row, sealedSecret: secret, sealedAccessToken: accessToken }))
}

/** Over all accounts, in memory. */
export function memorySystemKeys(tx: MemoryTransaction): SystemKeyTables {
  const accounts = (keyIds: readonly string[]) =>
    new Set(
      tx
        .list("dataKey")
        .filter(({ custodyKeyId, destroyedAt }) => destroyedAt === null && keyIds.includes(custodyKeyId))
        .map(({ accountId }) => accountId),
    )
  return {
    async countByCustody() {
      const groups = Map.groupBy(tx.list("dataKey"), ({ custodyKeyId }) => custodyKeyId)
      return [...groups]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([keyId, rows]) => {
          const destroyed = rows.filter(({ destroyedAt }) => destroyedAt !== null).length
          return { keyId, count: rows.length - destroyed, destroyed }
        })
    },
    listAccountsUnder: async (keyIds, limit) =>
      [...accounts(keyIds)].filter((id) => (tx.find("keyWork", id)?.state ?? "done") === "done").slice(0, limit),
    async takeStalledKeyWork({ untouchedSince, now, limit }) {
      const stalled = tx
        .list("keyWork")
        .filter(({ state }) => state === "running")
        .filter(({ touchedAt }) => Temporal.Instant.compare(touchedAt, untouchedSince) < 0)
        .slice(0, limit)
      for (const row of stalled) await tx.put("keyWork", row.accountId, { ...row, touchedAt: now })
      return stalled.map(({ accountId }) => ({ accountId }))
    },
  }
}
