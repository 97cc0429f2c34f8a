import type { AccountId, RoomId } from "@kalends/domain/ids"
import { troublesOfDevices, troublesOfDisplays, troublesOfRooms } from "@kalends/domain/in-trouble"
import { type RawBuilder, type SqlBool, sql, type Transaction } from "kysely"
import type { Troubles, TroubleTables } from "../ports/trouble-tables.ts"
import type { Database } from "./database.ts"

/** What is in trouble of one account, within `tx`. */
export function createTroubleTables(tx: Transaction<Database>, accountId: AccountId): TroubleTables {
  return {
    async rooms(some) {
      const each = sql`
        select person.user_id as id, person.display_name as name, person.user_id as room_id,
          case when link.user_id is null then case when room.problem_kind is null then 'none' else 'refused' end
            when link.state not in ('healthy', 'connecting') then link.state
            when room.problem_kind is not null then 'unread' end as kind,
          case when link.user_id is null then coalesce(room.problem_at, person.created_at)
            when link.state not in ('healthy', 'connecting') then link.problem_at
            else room.problem_at end as since
        from app_user as person
          join room on room.account_id = ${accountId} and room.room_id = person.user_id
          left join connection as link on link.account_id = ${accountId} and link.user_id = person.user_id
        where person.account_id = ${accountId} and person.kind = 'room'`
      return ranked(tx, { each, some, kinds: troublesOfRooms })
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
      return ranked(tx, { each, some, kinds: troublesOfDevices })
    },
    async displays(some, seenSince) {
      const each = sql`
        select display_id as id, name, shown.room_id,
          case when shown.room_id is null then 'empty' when last_seen_at is null then 'never'
            when last_seen_at < ${seenSince} then 'gone' end as kind,
          case when last_seen_at is null then paired_at when last_seen_at < ${seenSince} then last_seen_at end as since
        from display left join lateral (
          select room_id from display_room
          where account_id = ${accountId} and display_room.display_id = display.display_id
          order by room_id limit 1) as shown on true
        where account_id = ${accountId}`
      return ranked(tx, { each, some, kinds: troublesOfDisplays })
    },
  }
}

/** Which screens are in trouble: the kinds above, as one condition on `display`. */
export const isDisplayTroubled = (seenSince: Temporal.Instant): RawBuilder<SqlBool> =>
  sql<SqlBool>`(display.last_seen_at is null or display.last_seen_at < ${seenSince} or not exists (
    select from display_room as shown
    where shown.account_id = display.account_id and shown.display_id = display.display_id))`

type Found = {
  readonly kind: string | null
  readonly count: number
  readonly id: string
  readonly name: string
  readonly roomId: RoomId | null
  readonly since: Temporal.Instant | null
}

type Ranked<Kind> = {
  readonly each: RawBuilder<unknown>
  readonly some: number
  readonly kinds: readonly Kind[]
}

/** Counts each kind and takes the first of it, in one pass over what there is; without a kind it is well. */
async function ranked<Kind extends string>(
  tx: Transaction<Database>,
  { each, some, kinds }: Ranked<Kind>,
): Promise<Troubles<Kind>> {
  const { rows } = await sql<Found>`
    select kind, count, id, name, room_id, since from (
      select kind, id, name, room_id, since, (count(*) over (partition by kind))::integer as count,
        row_number() over (partition by kind order by since desc nulls last, name, id) as place
      from (${each}) as one) as ranked
    where place <= case when kind is null then 1 else ${some}::integer end
    order by place`.execute(tx)
  const of = Map.groupBy(rows, ({ kind }) => kind)
  return {
    total: [...of.values()].reduce((sum, [first]) => sum + (first?.count ?? 0), 0),
    kinds: kinds.flatMap((kind) => {
      const found = of.get(kind) ?? []
      const [first] = found
      if (first === undefined) return []
      return [
        { kind, count: first.count, some: found.map(({ id, name, roomId, since }) => ({ id, name, roomId, since })) },
      ]
    }),
  }
}
