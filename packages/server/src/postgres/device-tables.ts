import type { AccountId, DeviceId, RoomId } from "@kalends/domain/ids"
import { type RawBuilder, sql, type Transaction } from "kysely"
import type { DeviceNote, DeviceRow, DeviceTables, SystemDeviceTables } from "../ports/device-tables.ts"
import { type Database, unique } from "./database.ts"

const taken = (work: Promise<unknown>) => unique(work, "There is such a video system already.", "device-known")

/** Video systems of one account. */
export function createDeviceTables(tx: Transaction<Database>, accountId: AccountId): DeviceTables {
  const rows = () => tx.selectFrom("device").selectAll().where("accountId", "=", accountId)
  return {
    insert: (row) => taken(tx.insertInto("device").values(row).execute()),
    update: (deviceId, changes) =>
      taken(
        tx
          .updateTable("device")
          .set(changes)
          .where("accountId", "=", accountId)
          .where("deviceId", "=", deviceId)
          .execute(),
      ),
    find: async (deviceId) => (await rows().where("deviceId", "=", deviceId).executeTakeFirst()) ?? null,
    list({ roomId, troubledSince, after, limit }) {
      const each = rows().orderBy("name").orderBy("deviceId").limit(limit)
      const all = troubledSince === null ? each : each.where(isTroubled(troubledSince))
      const ofRoom =
        roomId === null ? all : roomId === "gone" ? all.where("roomId", "is", null) : all.where("roomId", "=", roomId)
      return (
        after === null
          ? ofRoom
          : ofRoom.where(sql<boolean>`(name, device_id) > (${after.name}, ${after.deviceId}::uuid)`)
      ).execute()
    },
    listThere: ({ addresses, roomIds }) =>
      rows()
        .where("removedAt", "is", null)
        .where(sql<boolean>`(address = any(${addresses}) or room_id = any(${roomIds}::uuid[]))`)
        .execute(),
    async delete(deviceId) {
      const { numDeletedRows } = await tx
        .deleteFrom("device")
        .where("accountId", "=", accountId)
        .where("deviceId", "=", deviceId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    async deleteRemovedAt(address) {
      await tx
        .deleteFrom("device")
        .where("accountId", "=", accountId)
        .where("address", "=", address)
        .where("removedAt", "is not", null)
        .execute()
    },
    noteCleared: (deviceId, holder) => noteCleared(tx, accountId, { deviceId, holder }),
    leaveRoom: (roomId, now) => leaveRoom(tx, accountId, { roomId, now }),
    async noteWrong(deviceId, count, at) {
      await tx
        .updateTable("device")
        .set((row) => ({ wrongCount: row("wrongCount", "+", count), wrongAt: at }))
        .where("accountId", "=", accountId)
        .where("deviceId", "=", deviceId)
        .execute()
    },
  }
}

/** The one order of rows (ports/lock-order.ts); an update of many takes them in any. */
async function lockDevices(tx: Transaction<Database>, which: RawBuilder<unknown>): Promise<void> {
  await sql`select from device where ${which} order by device_id for update`.execute(tx)
}

const isTroubled = (since: Temporal.Instant) => sql<boolean>`(must_clear or removed_at is not null or (is_enabled and
  (problem_kind is not null or last_ok_at is null or (address is null and last_ok_at < ${since}))))`

async function leaveRoom(
  tx: Transaction<Database>,
  accountId: AccountId,
  { roomId, now }: { readonly roomId: RoomId; readonly now: Temporal.Instant },
): Promise<readonly DeviceId[]> {
  await lockDevices(tx, sql`account_id = ${accountId} and room_id = ${roomId}`)
  // One that was given up already stays to be seen.
  const { rows: kept } = await sql<{ readonly deviceId: DeviceId }>`
    update device set room_id = null, holder = null, held_until = null, removed_at = coalesce(removed_at, ${now}),
      must_clear = removed_at is null or must_clear
    where account_id = ${accountId} and room_id = ${roomId} and address is not null
      and (given_at is not null or must_clear or removed_at is not null)
    returning device_id`.execute(tx)
  const gone = await tx
    .deleteFrom("device")
    .where("accountId", "=", accountId)
    .where("roomId", "=", roomId)
    .returning("deviceId")
    .execute()
  return [...kept, ...gone].map(({ deviceId }) => deviceId)
}

async function noteCleared(
  tx: Transaction<Database>,
  accountId: AccountId,
  { deviceId, holder }: { readonly deviceId: DeviceId; readonly holder: string },
): Promise<boolean> {
  const cleared = await tx
    .updateTable("device")
    .set({ mustClear: false, givenHash: null, givenCount: null, givenAt: null })
    .where("accountId", "=", accountId)
    .where("deviceId", "=", deviceId)
    .where("holder", "=", holder)
    .where("mustClear", "=", true)
    .returning("removedAt")
    .executeTakeFirst()
  if (cleared?.removedAt != null)
    await tx.deleteFrom("device").where("accountId", "=", accountId).where("deviceId", "=", deviceId).execute()
  return cleared !== undefined
}

/** Video systems of all accounts. */
export function createSystemDevices(tx: Transaction<Database>): SystemDeviceTables {
  return {
    findDeviceByUsername: async (username) =>
      (await tx
        .selectFrom("device")
        .selectAll()
        .where("username", "=", username)
        .where("address", "is", null)
        .where("isEnabled", "=", true)
        .executeTakeFirst()) ?? null,
    async takeDevices({ holder, now, until, again, limit }) {
      const { rows } = await sql<DeviceRow>`
        update device set holder = ${holder}, held_until = ${until} where (account_id, device_id) in (
          select account_id, device_id from device
          where address is not null and (must_clear or (is_enabled and removed_at is null))
            and (held_until is null or (held_until <= ${now} and holder <> ${holder})
              or (holder = ${holder} and device_id = any(${again}::uuid[])))
          order by held_until nulls first limit ${limit} for update skip locked
        ) returning *`.execute(tx)
      return rows
    },
    async keepDevices(holder, until) {
      await lockDevices(tx, sql`holder = ${holder}`)
      return tx.updateTable("device").set({ heldUntil: until }).where("holder", "=", holder).returningAll().execute()
    },
    async releaseDevices(holder) {
      await lockDevices(tx, sql`holder = ${holder}`)
      await tx.updateTable("device").set({ holder: null, heldUntil: null }).where("holder", "=", holder).execute()
    },
    async noteDevices(notes) {
      if (notes.length > 0) await noteDevices(tx, notes)
    },
  }
}

async function noteDevices(tx: Transaction<Database>, notes: readonly DeviceNote[]): Promise<void> {
  const column = <Value>(of: (note: DeviceNote) => Value) => notes.map(of)
  const instants = (of: (note: DeviceNote) => Temporal.Instant | null) => column((note) => of(note)?.toString() ?? null)
  const hashes = column(({ givenHash }) => (givenHash === null ? null : Buffer.from(givenHash)))
  const [accounts, devices] = [column(({ accountId }) => accountId), column(({ deviceId }) => deviceId)]
  await lockDevices(
    tx,
    sql`(account_id, device_id) in (select unnest(${accounts}::uuid[]), unnest(${devices}::uuid[]))`,
  )
  await sql`
    update device as kept set last_ok_at = fresh.last_ok_at, problem_kind = fresh.problem_kind,
      problem_code = fresh.problem_code, problem_at = fresh.problem_at, given_hash = fresh.given_hash,
      given_count = fresh.given_count, given_at = fresh.given_at, model = fresh.model, software = fresh.software
    from unnest(${accounts}::uuid[], ${devices}::uuid[],
      ${instants(({ lastOkAt }) => lastOkAt)}::timestamptz[], ${column(({ problemKind }) => problemKind)}::text[],
      ${column(({ problemCode }) => problemCode)}::text[], ${instants(({ problemAt }) => problemAt)}::timestamptz[],
      ${hashes}::bytea[], ${column(({ givenCount }) => givenCount)}::integer[],
      ${instants(({ givenAt }) => givenAt)}::timestamptz[], ${column(({ model }) => model)}::text[],
      ${column(({ software }) => software)}::text[])
      as fresh (account_id, device_id, last_ok_at, problem_kind, problem_code, problem_at, given_hash, given_count,
        given_at, model, software)
    where kept.account_id = fresh.account_id and kept.device_id = fresh.device_id`.execute(tx)
}
