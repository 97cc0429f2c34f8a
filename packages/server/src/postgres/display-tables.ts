import type { AccountId, DisplayId, RoomId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { DisplayRow, DisplayTables, ListedDisplay, SystemDisplayTables } from "../ports/display-tables.ts"
import type { Database } from "./database.ts"
import { hasPart, likeOf } from "./people-search.ts"
import { isDisplayTroubled } from "./trouble-tables.ts"

type Tx = Transaction<Database>

/** Screens of one account, within `tx`. */
export function createDisplayTables(tx: Tx, accountId: AccountId): DisplayTables {
  const pairings = () => tx.selectFrom("displayPairing").where("accountId", "=", accountId)
  return {
    async insertPairing(row, now, most) {
      await tx.deleteFrom("displayPairing").where("accountId", "=", accountId).where("expiresAt", "<=", now).execute()
      const { count } = await pairings()
        .select((select) => select.fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow()
      if (count >= most) return false
      await tx.insertInto("displayPairing").values(row).execute()
      return true
    },
    takePairing: async (codeHash, now) =>
      (await tx
        .deleteFrom("displayPairing")
        .where("accountId", "=", accountId)
        .where("codeHash", "=", codeHash)
        .where("expiresAt", ">", now)
        .returningAll()
        .executeTakeFirst()) ?? null,
    async insert(row, roomIds) {
      await tx.insertInto("display").values(row).execute()
      await insertRooms(tx, accountId, row.displayId, roomIds)
    },
    async find(displayId) {
      const rows = await tx
        .selectFrom("display")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("displayId", "=", displayId)
        .execute()
      return (await withRooms(tx, accountId, rows))[0] ?? null
    },
    async list({ after, roomId, search, troubledSince, limit }) {
      let page = tx.selectFrom("display").selectAll("display").where("display.accountId", "=", accountId)
      if (roomId !== null)
        page = page.where("displayId", "in", (select) =>
          select
            .selectFrom("displayRoom")
            .select("displayId")
            .where("accountId", "=", accountId)
            .where("roomId", "=", roomId),
        )
      if (search !== null) page = page.where(isFound(accountId, search))
      if (troubledSince !== null) page = page.where(isDisplayTroubled(troubledSince))
      if (after !== null)
        page = page.where((where) =>
          where(
            where.refTuple("name", "displayId"),
            ">",
            where
              .selectFrom("display as last")
              .select(["last.name", "last.displayId"])
              .where("last.accountId", "=", accountId)
              .where("last.displayId", "=", after)
              .$asTuple("name", "displayId"),
          ),
        )
      return withRooms(tx, accountId, await page.orderBy("name").orderBy("displayId").limit(limit).execute())
    },
    async update(displayId, changes) {
      if (Object.keys(changes).length === 0) return
      await tx
        .updateTable("display")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("displayId", "=", displayId)
        .execute()
    },
    async setRooms(displayId, roomIds) {
      await tx.deleteFrom("displayRoom").where("accountId", "=", accountId).where("displayId", "=", displayId).execute()
      await insertRooms(tx, accountId, displayId, roomIds)
    },
    async delete(displayId) {
      const { numDeletedRows } = await tx
        .deleteFrom("display")
        .where("accountId", "=", accountId)
        .where("displayId", "=", displayId)
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
    async touch(displayIds, at) {
      if (displayIds.length === 0) return
      await tx
        .updateTable("display")
        .set({ lastSeenAt: at })
        .where("accountId", "=", accountId)
        .where("displayId", "in", displayIds)
        .execute()
    },
    async listUnseen(displayIds, since) {
      if (displayIds.length === 0) return []
      const rows = await tx
        .selectFrom("display")
        .select("displayId")
        .where("accountId", "=", accountId)
        .where("displayId", "in", displayIds)
        .where((where) => where.or([where("lastSeenAt", "is", null), where("lastSeenAt", "<", since)]))
        .execute()
      return rows.map(({ displayId }) => displayId)
    },
  }
}

/** By its own name, or by one of its rooms. */
const isFound = (accountId: AccountId, search: string) =>
  sql<boolean>`(lower(normalize(display.name, nfkc)) like ${likeOf(search)} or display.display_id in (
    select shown.display_id from display_room as shown
      join app_user as person on person.account_id = ${accountId} and person.user_id = shown.room_id
    where shown.account_id = ${accountId} and ${hasPart(search)}))`

async function insertRooms(
  tx: Tx,
  accountId: AccountId,
  displayId: DisplayId,
  roomIds: readonly RoomId[],
): Promise<void> {
  if (roomIds.length === 0) return
  await tx
    .insertInto("displayRoom")
    .values(roomIds.map((roomId) => ({ accountId, displayId, roomId })))
    .execute()
}

async function withRooms(tx: Tx, accountId: AccountId, rows: readonly DisplayRow[]): Promise<readonly ListedDisplay[]> {
  if (rows.length === 0) return []
  const rooms = await tx
    .selectFrom("displayRoom")
    .innerJoin("appUser", (join) =>
      join.onRef("appUser.accountId", "=", "displayRoom.accountId").onRef("appUser.userId", "=", "displayRoom.roomId"),
    )
    .select(["displayRoom.displayId", "displayRoom.roomId", "appUser.displayName as name"])
    .where("displayRoom.accountId", "=", accountId)
    .where(
      "displayRoom.displayId",
      "in",
      rows.map(({ displayId }) => displayId),
    )
    .orderBy("appUser.displayName")
    .orderBy("displayRoom.roomId")
    .execute()
  const of = Map.groupBy(rooms, ({ displayId }) => displayId)
  return rows.map((row) => ({
    ...row,
    rooms: (of.get(row.displayId) ?? []).map(({ roomId, name }) => ({ roomId, name })),
  }))
}

/** Over all accounts. */
export function createSystemDisplays(tx: Tx): SystemDisplayTables {
  return {
    findDisplay: async (tokenHash) =>
      (await tx
        .selectFrom("display")
        .select(["accountId", "displayId"])
        .where("tokenHash", "=", tokenHash)
        .executeTakeFirst()) ?? null,
    hasPairing: async (tokenHash, now) =>
      (await tx
        .selectFrom("displayPairing")
        .select("tokenHash")
        .where("tokenHash", "=", tokenHash)
        .where("expiresAt", ">", now)
        .executeTakeFirst()) !== undefined,
  }
}
