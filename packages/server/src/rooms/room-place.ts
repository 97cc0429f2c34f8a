import type { Access } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type AccessBroker, accessDigest } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { AccountTables, CalendarRow, ConnectionRow, Store } from "../ports/store.ts"

export type RoomPlaceDeps = {
  readonly store: Store
  readonly broker: AccessBroker
  readonly providerOf: (connection: Pick<ConnectionRow, "provider">) => CalendarProvider | null
}

/** A room, and the calendar that its bookings are in. */
export type RoomPlace = {
  readonly room: RoomRow
  readonly calendar: CalendarRow
  readonly connection: ConnectionRow
  readonly provider: CalendarProvider
}

export const noRoom = () => new Problem("not-found", "There is no such room.", { code: "no-room" })

/** Throws Problem "not-found" (code "no-room"), "unavailable" (code "room-not-connected"). */
export async function requireRoomPlace(
  tables: AccountTables,
  { roomId }: RoomRef,
  providerOf: RoomPlaceDeps["providerOf"],
): Promise<RoomPlace> {
  const room = await tables.rooms.find(roomId)
  if (room === null) throw noRoom()
  const connection = await tables.findConnectionOfUser(roomId)
  const [calendar] = connection === null ? [] : await tables.listCalendars(connection.connectionId)
  const provider = connection === null ? null : providerOf(connection)
  if (connection === null || provider === null || calendar === undefined)
    throw new Problem("unavailable", "The room's calendar is not connected.", { code: "room-not-connected" })
  return { room, calendar, connection, provider }
}

/** The name of the piece of work that a room's calendar is opened for. */
export const callOf = ({ roomId }: RoomRef): Call => `job:room:${roomId}`

/** Does it with a fresh access to the room's calendar; an access that is refused is replaced once. */
export async function withRoomAccess<Result>(
  { broker }: Pick<RoomPlaceDeps, "broker">,
  { accountId, connectionId, userId }: ConnectionRow,
  work: (access: Access) => Promise<Result>,
): Promise<Result> {
  const call = callOf({ accountId, roomId: userId })
  const wish = { actor: { kind: "service", part: "rooms" }, reason: "room", call } as const
  const access = await broker.freshAccess(accountId, connectionId, wish)
  try {
    return await work(access)
  } catch (error) {
    if (!isProblem(error, "auth-expired")) throw error
    const refusedTokenDigest = accessDigest(access)
    return work(await broker.freshAccess(accountId, connectionId, { ...wish, refusedTokenDigest }))
  }
}
