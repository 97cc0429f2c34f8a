import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { BookingTables, RoomBookingRow, SystemBookingTables } from "../ports/booking-tables.ts"
import type { Database } from "./database.ts"

/** What is kept of bookings of one account's rooms. A day without its key is none: nobody can open it. */
export function createBookingTables(tx: Transaction<Database>, accountId: AccountId): BookingTables {
  return {
    async list(roomId) {
      const { rows } = await sql<RoomBookingRow>`
        select account_id, room_id, day::text as day, locked_bookings, sealed_key, read_at
        from room_booking join room_booking_key using (account_id, room_id, day)
        where account_id = ${accountId} and room_id = ${roomId} order by day`.execute(tx)
      return rows
    },
    async days(roomId) {
      const { rows } = await sql<{ readonly day: string }>`
        select day::text as day from room_booking join room_booking_key using (account_id, room_id, day)
        where account_id = ${accountId} and room_id = ${roomId}`.execute(tx)
      return rows.map(({ day }) => day)
    },
    put: (rows) => putBookings(tx, rows),
    async delete(roomId, days) {
      for (const table of ["room_booking", "room_booking_key"])
        await sql`
          delete from ${sql.table(table)} where account_id = ${accountId} and room_id = ${roomId}
            and day = any(${[...days]}::date[])`.execute(tx)
    },
  }
}

async function putBookings(tx: Transaction<Database>, rows: readonly RoomBookingRow[]): Promise<void> {
  const accounts = rows.map((row) => row.accountId)
  const rooms = rows.map(({ roomId }) => roomId)
  const days = rows.map(({ day }) => day)
  await sql`
    insert into room_booking (account_id, room_id, day, locked_bookings, read_at)
    select account_id, room_id, day, locked_bookings, read_at from unnest(${accounts}::uuid[], ${rooms}::uuid[],
      ${days}::date[], ${rows.map(({ lockedBookings }) => Buffer.from(lockedBookings))}::bytea[],
      ${rows.map(({ readAt }) => readAt.toString())}::timestamptz[])
      as fresh (account_id, room_id, day, locked_bookings, read_at)
    on conflict (account_id, room_id, day)
      do update set locked_bookings = excluded.locked_bookings, read_at = excluded.read_at`.execute(tx)
  await sql`
    insert into room_booking_key (account_id, room_id, day, sealed_key)
    select account_id, room_id, day, sealed_key from unnest(${accounts}::uuid[], ${rooms}::uuid[],
      ${days}::date[], ${rows.map(({ sealedKey }) => Buffer.from(sealedKey))}::bytea[])
      as fresh (account_id, room_id, day, sealed_key)
    on conflict (account_id, room_id, day) do update set sealed_key = excluded.sealed_key`.execute(tx)
}

/** Over all accounts. */
export function createSystemBookings(tx: Transaction<Database>): SystemBookingTables {
  return {
    async purgeBookings(before) {
      const { numAffectedRows } = await sql`
        delete from room_booking as b where b.day < ${before}::date or not exists (
          select from device as d where d.account_id = b.account_id and d.room_id = b.room_id and d.address is not null and d.removed_at is null
        )`.execute(tx)
      const count = Number(numAffectedRows ?? 0n)
      if (count > 0) await writeKeysAnew(tx)
      return count
    },
  }
}

/**
 * The keys that are still needed, in a file of their own: the one before, with whatever was deleted or replaced in it, is gone
 * when this is committed. A deletion alone leaves the bytes in their page, and `vacuum` does too.
 */
async function writeKeysAnew(tx: Transaction<Database>): Promise<void> {
  await sql`lock table room_booking_key in access exclusive mode`.execute(tx)
  await sql`
    create temporary table kept_key on commit drop as
    select account_id, room_id, day, sealed_key from room_booking_key join room_booking using (account_id, room_id, day)`.execute(
    tx,
  )
  await sql`truncate room_booking_key`.execute(tx)
  await sql`
    insert into room_booking_key (account_id, room_id, day, sealed_key)
    select account_id, room_id, day, sealed_key from kept_key`.execute(tx)
}
