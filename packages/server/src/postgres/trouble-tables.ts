import { connectionStates } from "@kalends/domain/connection"
import type { AccountId, RoomId } from "@kalends/domain/ids"
import { troublesOfDevices, troublesOfDisplays, troublesOfRooms } from "@kalends/domain/in-trouble"
import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely"
import type { Troubles, TroubleTables } from "../ports/trouble-tables.ts"
import type { Database } from "./database.ts"

const brokenStates = connectionStates.filter((state) => state !== "healthy" && state !== "connecting")

/** What is in trouble of one account, within `tx`. */
export function createTroubleTables(tx: Transaction<Database>, accountId: AccountId): TroubleTables {
  const all = (table: "room" | "device" | "display") => sql`${sql.table(table)} where account_id = ${accountId}`
  return {
    // Rooms are looked at that can be in trouble alone: few, each found by what tells of it.
    async rooms(some) {
      const each = sql`
        select person.user_id as id, person.display_name as name, person.user_id as room_id,
          case when link.user_id is null then case when room.problem_kind is null then 'none' else 'refused' end
            when link.state = any(${brokenStates}::text[]) then link.state
            when room.problem_kind is not null then 'unread' end as kind,
          case when link.user_id is null then coalesce(room.problem_at, person.created_at)
            when link.state = any(${brokenStates}::text[]) then link.problem_at
            else room.problem_at end as since
        from (
            select room_id from room where account_id = ${accountId} and problem_kind is not null
            union select user_id from listed_person
              where account_id = ${accountId} and kind = 'room' and provider is null
            union select user_id from connection join room on room.account_id = ${accountId} and room_id = user_id
              where connection.account_id = ${accountId} and state = any(${brokenStates}::text[])
          ) as candidate
          join room on room.account_id = ${accountId} and room.room_id = candidate.room_id
          join app_user as person on person.account_id = ${accountId} and person.user_id = candidate.room_id
          left join connection as link on link.account_id = ${accountId} and link.user_id = candidate.room_id`
      return ranked(tx, { of: all("room"), each, some, kinds: troublesOfRooms })
    },
    async devices(some, askedSince) {
      const each = sql`
        select device_id as id, name, room_id,
          case when removed_at is not null then case when must_clear then 'leaving' else 'left' end
            when not is_enabled then case when must_clear then 'uncleared' end
            when problem_code in ('room-unread', 'room-old') then 'unread'
            when problem_kind is not null then 'failing'
            when last_ok_at is null then 'new'
            when address is null and last_ok_at < ${askedSince} then 'silent'
            when must_clear then 'uncleared' end as kind,
          case when removed_at is not null then removed_at
            when problem_kind is not null then problem_at
            when last_ok_at is null then created_at
            when address is null then last_ok_at end as since
        from device where account_id = ${accountId}`
      return ranked(tx, { of: all("device"), each, some, kinds: troublesOfDevices })
    },
    async displays(some, seenSince) {
      const each = sql`
        select display.display_id as id, name, shown.room_id,
          case when shown.room_id is null then 'empty' when last_seen_at is null then 'never'
            when last_seen_at < ${seenSince} then 'gone' end as kind,
          case when last_seen_at is null then paired_at when last_seen_at < ${seenSince} then last_seen_at end as since
        from display left join (
          select distinct on (display_id) display_id, room_id from display_room
          where account_id = ${accountId} order by display_id, room_id
        ) as shown on shown.display_id = display.display_id
        where account_id = ${accountId}`
      return ranked(tx, { of: all("display"), each, some, kinds: troublesOfDisplays })
    },
  }
}

/** Which screens are in trouble: the kinds above, as one condition on `display`. */
export const isDisplayTroubled = (seenSince: Temporal.Instant): RawBuilder<SqlBool> =>
  sql<SqlBool>`(display.last_seen_at is null or display.last_seen_at < ${seenSince} or not exists (
    select from display_room as shown
    where shown.account_id = display.account_id and shown.display_id = display.display_id))`

type Found = {
  readonly total: number
  /** Null where nothing is in trouble. */
  readonly kind: string | null
  readonly count: number
  readonly id: string
  readonly name: string
  readonly roomId: RoomId | null
  readonly since: Temporal.Instant | null
}

type Ranked<Kind> = {
  /** All there are. */
  readonly of: RawBuilder<unknown>
  /** Those of them that may be in trouble, each with what it is; without a kind it is well. */
  readonly each: RawBuilder<unknown>
  readonly some: number
  readonly kinds: readonly Kind[]
}

/** Counts each kind and takes the first of it. Those that are well, nearly all, are counted and not put in order. */
async function ranked<Kind extends string>(
  tx: Transaction<Database>,
  { of, each, some, kinds }: Ranked<Kind>,
): Promise<Troubles<Kind>> {
  const { rows } = await sql<Found>`
    select total, kind, count, id, name, room_id, since
    from (select count(*)::integer as total from ${of}) as every
      left join (
        select kind, id, name, room_id, since, (count(*) over (partition by kind))::integer as count,
          row_number() over (partition by kind order by since desc nulls last, name, id) as place
        from (${each}) as one where kind is not null
      ) as ranked on place <= ${some}::integer
    order by place`.execute(tx)
  const found = Map.groupBy(rows, ({ kind }) => kind)
  return {
    total: rows[0]?.total ?? 0,
    kinds: kinds.flatMap((kind) => {
      const those = found.get(kind) ?? []
      const [first] = those
      if (first === undefined) return []
      return [
        { kind, count: first.count, some: those.map(({ id, name, roomId, since }) => ({ id, name, roomId, since })) },
      ]
    }),
  }
}
