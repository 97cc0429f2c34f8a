import type { AccountId } from "@kalends/domain/ids"
import { sql, type Transaction } from "kysely"
import type { ListedRoom, RoomChanges, RoomRow, RoomTables, SystemRoomTables } from "../ports/room-tables.ts"
import { type Database, unique } from "./database.ts"
import { hasPart, isConnected } from "./people-search.ts"

/** What the table `room` has; the name and the address are those of the user that the room is. */
export type RoomRecord = Omit<RoomRow, "name" | "address" | "createdAt" | "privacy" | "checkIn"> & {
  readonly hidesTitles: RoomRow["privacy"]["hidesTitles"]
  readonly hidesHostsOfPrivate: boolean
  readonly checkInWithinMinutes: number | null
  readonly checkInEarlyMinutes: number
  readonly checkInMissesMost: number | null
}

type FoundRoom = RoomRecord & Pick<RoomRow, "name" | "address" | "createdAt">

/** Rooms sign in nowhere: no password has this for a hash. */
const noPassword = "none"

/** Rooms of one account within `tx`. */
export function createRoomTables(tx: Transaction<Database>, accountId: AccountId): RoomTables {
  return { ...rowTables(tx, accountId), ...markTables(tx, accountId), ...ruleTables(tx, accountId) }
}

type RowTables = Pick<
  RoomTables,
  "insert" | "update" | "find" | "namesOf" | "findByAddresses" | "list" | "count" | "delete"
>

/** The users that rooms are. */
const peopleOf = (tx: Transaction<Database>, accountId: AccountId) =>
  tx.selectFrom("appUser as person").where("person.accountId", "=", accountId).where("person.kind", "=", "room")

/** Rooms as rowOf takes them. */
export const roomsOf = (tx: Transaction<Database>, accountId: AccountId) =>
  peopleOf(tx, accountId)
    .innerJoin("room", (on) => on.on("room.accountId", "=", accountId).onRef("room.roomId", "=", "person.userId"))
    .selectAll("room")
    .select(["person.displayName as name", "person.email as address", "person.createdAt"])

function rowTables(tx: Transaction<Database>, accountId: AccountId): RowTables {
  const people = () => peopleOf(tx, accountId)
  const rows = () =>
    roomsOf(tx, accountId)
      .leftJoin("connection as link", (on) =>
        on.on("link.accountId", "=", accountId).onRef("link.userId", "=", "person.userId"),
      )
      .select(["link.state as connectionState", "link.provider"])
  return {
    async insert(row) {
      const { roomId, name, address, createdAt } = row
      const user = {
        ...{ accountId: row.accountId, userId: roomId, email: address, displayName: name, createdAt },
        role: "user" as const,
        kind: "room" as const,
        passwordHash: noPassword,
        suspendedAt: null,
      }
      await uniqueAddress(tx.insertInto("appUser").values(user).execute())
      await tx.insertInto("room").values(recordOf(row)).execute()
    },
    update: (roomId, changes) => update(tx, { accountId, roomId }, changes),
    async find(roomId) {
      const found = await rows().where("room.roomId", "=", roomId).executeTakeFirst()
      return found === undefined ? null : rowOf(found)
    },
    async namesOf(roomIds) {
      if (roomIds.length === 0) return new Map()
      const found = await people()
        .select(["person.userId", "person.displayName"])
        .where("person.userId", "in", roomIds)
        .execute()
      return new Map(found.map(({ userId, displayName }) => [userId, displayName]))
    },
    async findByAddresses(addresses) {
      if (addresses.length === 0) return []
      return (await rows().where("person.email", "in", addresses).execute()).map(listedOf)
    },
    async list({ after, limit, search, state }) {
      let page = rows().orderBy("person.displayName").orderBy("person.userId").limit(limit)
      if (after !== null)
        page = page.where(sql<boolean>`(person.display_name, person.user_id) > (${after.name}, ${after.roomId}::uuid)`)
      if (search !== null) page = page.where(hasPart(search))
      if (state === "trouble") page = page.where(isInTrouble)
      else if (state !== null) page = page.where(isConnected(accountId, state))
      return (await page.execute()).map(listedOf)
    },
    async count() {
      const { count } = await people()
        .select(({ fn }) => fn.countAll<number>().as("count"))
        .executeTakeFirstOrThrow()
      return Number(count)
    },
    async delete(roomId) {
      const { numDeletedRows } = await tx
        .deleteFrom("appUser")
        .where("accountId", "=", accountId)
        .where("userId", "=", roomId)
        .where("kind", "=", "room")
        .executeTakeFirstOrThrow()
      return numDeletedRows > 0n
    },
  }
}

const isInTrouble = sql<boolean>`(
  room.problem_kind is not null or link.state is null or link.state not in ('healthy', 'connecting'))`

const uniqueAddress = (work: Promise<unknown>) =>
  unique(work, "Somebody, or another room, has this address already.", "address-taken")

async function update(
  tx: Transaction<Database>,
  { accountId, roomId }: Pick<RoomRow, "accountId" | "roomId">,
  { name, address, ...others }: RoomChanges,
): Promise<void> {
  const user = {
    ...(name === undefined ? {} : { displayName: name }),
    ...(address === undefined ? {} : { email: address }),
  }
  const record = recordChanges(others)
  if (Object.keys(user).length > 0)
    await uniqueAddress(
      tx
        .updateTable("appUser")
        .set(user)
        .where("accountId", "=", accountId)
        .where("userId", "=", roomId)
        .where("kind", "=", "room")
        .execute(),
    )
  if (Object.keys(record).length > 0)
    await tx.updateTable("room").set(record).where("accountId", "=", accountId).where("roomId", "=", roomId).execute()
}

/** What changes of the table `room`. */
export function recordChanges({ privacy, checkIn, ...others }: Omit<RoomChanges, "name" | "address">) {
  return {
    ...others,
    ...(privacy === undefined ? {} : privacyOf(privacy)),
    ...(checkIn === undefined ? {} : checkInOf(checkIn)),
  }
}

const privacyOf = ({ hidesTitles, hidesHostsOfPrivate }: RoomRow["privacy"]) => ({ hidesTitles, hidesHostsOfPrivate })
const checkInOf = ({ withinMinutes, earlyMinutes, missesMost }: RoomRow["checkIn"]) => ({
  checkInWithinMinutes: withinMinutes,
  checkInEarlyMinutes: earlyMinutes,
  checkInMissesMost: missesMost,
})

function recordOf({
  name: _name,
  address: _address,
  createdAt: _createdAt,
  privacy,
  checkIn,
  ...row
}: RoomRow): RoomRecord {
  return { ...row, ...privacyOf(privacy), ...checkInOf(checkIn) }
}

export function rowOf(found: FoundRoom): RoomRow {
  const { accountId, roomId, name, address, building, floor, capacity, zone, language, clockHours } = found
  return {
    ...{ accountId, roomId, name, address, building, floor, capacity, zone, language, clockHours },
    ...{ tenantConnectionId: found.tenantConnectionId, createdAt: found.createdAt },
    ...{ problemKind: found.problemKind, problemCode: found.problemCode, problemAt: found.problemAt },
    privacy: { hidesTitles: found.hidesTitles, hidesHostsOfPrivate: found.hidesHostsOfPrivate },
    checkIn: {
      withinMinutes: found.checkInWithinMinutes,
      earlyMinutes: found.checkInEarlyMinutes,
      missesMost: found.checkInMissesMost,
    },
  }
}

function listedOf(found: FoundRoom & Pick<ListedRoom, "connectionState" | "provider">): ListedRoom {
  return { ...rowOf(found), connectionState: found.connectionState, provider: found.provider }
}

type MarkTables = Pick<RoomTables, "mark" | "unmark" | "listMarks" | "findMiss" | "putMiss" | "deleteMiss">

function markTables(tx: Transaction<Database>, accountId: AccountId): MarkTables {
  return {
    async mark(row, retriedBefore) {
      const { numAffectedRows } = await sql`
        insert into room_mark (account_id, room_id, booking_digest, mark, marked_at, kept_until)
        values (${row.accountId}, ${row.roomId}, ${row.bookingDigest}, ${row.mark}, ${row.markedAt.toString()},
          ${row.keptUntil.toString()})
        on conflict (account_id, room_id, booking_digest) do update
          set marked_at = excluded.marked_at, kept_until = excluded.kept_until
          where room_mark.mark = excluded.mark and room_mark.marked_at < ${retriedBefore.toString()}`.execute(tx)
      return (numAffectedRows ?? 0n) > 0n
    },
    async unmark(roomId, bookingDigest) {
      await tx
        .deleteFrom("roomMark")
        .where("accountId", "=", accountId)
        .where("roomId", "=", roomId)
        .where("bookingDigest", "=", bookingDigest)
        .execute()
    },
    listMarks: (roomId, now) =>
      tx
        .selectFrom("roomMark")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("roomId", "=", roomId)
        .where("keptUntil", ">", now)
        .execute(),
    findMiss: async (roomId, seriesDigest) =>
      (await tx
        .selectFrom("roomMiss")
        .selectAll()
        .where("accountId", "=", accountId)
        .where("roomId", "=", roomId)
        .where("seriesDigest", "=", seriesDigest)
        .executeTakeFirst()) ?? null,
    async putMiss(row) {
      const { missed, missedAt } = row
      await tx
        .insertInto("roomMiss")
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(["accountId", "roomId", "seriesDigest"]).doUpdateSet({ missed, missedAt }),
        )
        .execute()
    },
    async deleteMiss(roomId, seriesDigest) {
      await tx
        .deleteFrom("roomMiss")
        .where("accountId", "=", accountId)
        .where("roomId", "=", roomId)
        .where("seriesDigest", "=", seriesDigest)
        .execute()
    },
  }
}

function ruleTables(tx: Transaction<Database>, accountId: AccountId): Pick<RoomTables, "dialRules" | "setDialRules"> {
  return {
    dialRules: async () =>
      (await tx.selectFrom("dialRules").select("rules").where("accountId", "=", accountId).executeTakeFirst())?.rules ??
      [],
    async setDialRules(rules, changedAt) {
      const said = { rules: JSON.stringify(rules), changedAt }
      await tx
        .insertInto("dialRules")
        .values({ accountId, ...said })
        .onConflict((conflict) => conflict.column("accountId").doUpdateSet(said))
        .execute()
    },
  }
}

/** Rooms of all accounts. */
export function createSystemRooms(tx: Transaction<Database>): SystemRoomTables {
  return {
    async deleteOldRoomMarks(now, missedBefore) {
      const marks = await tx.deleteFrom("roomMark").where("keptUntil", "<=", now).executeTakeFirstOrThrow()
      const misses = await tx.deleteFrom("roomMiss").where("missedAt", "<", missedBefore).executeTakeFirstOrThrow()
      return Number(marks.numDeletedRows + misses.numDeletedRows)
    },
  }
}
