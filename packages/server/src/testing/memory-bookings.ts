import type { AccountId } from "@kalends/domain/ids"
import type { BookingTables, RoomBookingRow, SystemBookingTables } from "../ports/booking-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

export const roomBookingKey = ({ roomId, day }: Pick<RoomBookingRow, "roomId" | "day">) => `${roomId} ${day}`

/** What is kept of bookings of one account's rooms, in memory. */
export function memoryBookings(tx: MemoryTransaction, accountId: AccountId): BookingTables {
  return {
    list: async (roomId) =>
      tx
        .list("roomBooking")
        .filter((row) => row.accountId === accountId && row.roomId === roomId)
        .sort((a, b) => (a.day < b.day ? -1 : 1)),
    days: async (roomId) =>
      tx
        .list("roomBooking")
        .filter((row) => row.accountId === accountId && row.roomId === roomId)
        .map(({ day }) => day),
    async put(rows) {
      for (const row of rows) await tx.put("roomBooking", roomBookingKey(row), row)
    },
    async delete(roomId, days) {
      for (const day of days) await tx.remove("roomBooking", roomBookingKey({ roomId, day }))
    },
  }
}

/** Over all accounts, in memory. */
export function memorySystemBookings(tx: MemoryTransaction): SystemBookingTables {
  return {
    async purgeBookings(before) {
      const called = tx.list("device").filter(({ address, removedAt }) => address !== null && removedAt === null)
      const gone = tx
        .list("roomBooking")
        .filter(({ day, roomId }) => day < before || !called.some((device) => device.roomId === roomId))
      for (const row of gone) await tx.remove("roomBooking", roomBookingKey(row))
      return gone.length
    },
  }
}
