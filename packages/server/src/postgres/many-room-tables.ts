import type { AccountId, RoomId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { ManyRoomTables } from "../ports/many-room-tables.ts"
import type { Database } from "./database.ts"
import { hasPart } from "./people-search.ts"
import { recordChanges, roomsOf, rowOf } from "./room-tables.ts"

const isOneOf = (column: string, ids: readonly RoomId[]) => sql<boolean>`${sql.ref(column)} = any(${ids}::uuid[])`

/** Rooms of one account that are set together. */
export function createManyRoomTables(tx: Transaction<Database>, accountId: AccountId): ManyRoomTables {
  const rows = () => roomsOf(tx, accountId)
  return {
    async choose({ search, building, floor, limit }) {
      let found = rows().orderBy("person.displayName").orderBy("person.userId").limit(limit)
      if (search !== null) found = found.where(hasPart(search))
      if (building !== null) found = found.where("room.building", "=", building)
      if (floor !== null) found = found.where("room.floor", "=", floor)
      return (await found.execute()).map(rowOf)
    },
    async places(limit) {
      const found = await tx
        .selectFrom("room")
        .select(["building", "floor", ({ fn }) => fn.countAll<number>().as("count")])
        .where("accountId", "=", accountId)
        .groupBy(["building", "floor"])
        .orderBy("building")
        .orderBy("floor")
        .limit(limit)
        .execute()
      return found.map((place) => ({ ...place, count: Number(place.count) }))
    },
    findAll: async (roomIds) => (await rows().where(isOneOf("room.roomId", roomIds)).execute()).map(rowOf),
    async findNamed(names, limit) {
      const wanted = [...new Set(names.map((name) => name.toLowerCase()))]
      const isNamed = sql<boolean>`(lower(person.display_name) = any(${wanted}) or person.email = any(${wanted}))`
      return (await rows().where(isNamed).limit(limit).execute()).map(rowOf)
    },
    async updateAll(roomIds, changes) {
      await tx
        .updateTable("room")
        .set(recordChanges(changes))
        .where("accountId", "=", accountId)
        .where(isOneOf("roomId", roomIds))
        .execute()
    },
    calendarsOf: (roomIds) =>
      tx
        .selectFrom("connection as link")
        .innerJoin("calendar", (on) =>
          on.on("calendar.accountId", "=", accountId).onRef("calendar.connectionId", "=", "link.connectionId"),
        )
        .select(["link.userId as roomId", "calendar.calendarId"])
        .where("link.accountId", "=", accountId)
        .where(isOneOf("link.userId", roomIds))
        .execute(),
  }
}
