import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { BookingTables, RoomBookingRow, SystemBookingTables } from "../ports/booking-tables.ts"
import type { Database } from "./database.ts"

/** What is kept of bookings of one account's rooms. */
export function createBookingTables(tx: Transaction<Database>, accountId: AccountId): BookingTables {
  return {
    async list(roomId) {
      const { rows } = await sql<RoomBookingRow>`
        select account_id, room_id, day::text as day, sealed_bookings, read_at from room_booking
        where account_id = ${accountId} and room_id = ${roomId} order by day`.execute(tx)
      return rows
    },
    async put(rows) {
      await sql`
        insert into room_booking (account_id, room_id, day, sealed_bookings, read_at)
        select account_id, room_id, day, sealed_bookings, read_at from unnest(${rows.map((row) => row.accountId)}::uuid[], ${rows.map(({ roomId }) => roomId)}::uuid[],
          ${rows.map(({ day }) => day)}::date[], ${rows.map(({ sealedBookings }) => Buffer.from(sealedBookings))}::bytea[],
          ${rows.map(({ readAt }) => readAt.toString())}::timestamptz[])
          as fresh (account_id, room_id, day, sealed_bookings, read_at)
        on conflict (account_id, room_id, day)
          do update set sealed_bookings = excluded.sealed_bookings, read_at = excluded.read_at`.execute(tx)
    },
    async delete(roomId, days) {
      await sql`
        delete from room_booking where account_id = ${accountId} and room_id = ${roomId}
          and day = any(${[...days]}::date[])`.execute(tx)
    },
  }
}

/** Over all accounts. */
export function createSystemBookings(tx: Transaction<Database>): SystemBookingTables {
  return {
    async purgeBookings(before) {
      const { numAffectedRows } = await sql`
        delete from room_booking as b where b.day < ${before}::date or not exists (
          select from device as d where d.account_id = b.account_id and d.room_id = b.room_id and d.address is not null and d.removed_at is null
        )`.execute(tx)
      return Number(numAffectedRows ?? 0n)
    },
  }
}
