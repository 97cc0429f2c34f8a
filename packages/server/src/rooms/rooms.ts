import type { AuditReason } from "@kalends/domain/audit-reason"
import { type DeviceId, parseUserId, type RoomId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { nobodyChecksIn, roomStateOf } from "@kalends/domain/room-state"
import type { NewRoomInput, RoomChangesInput, RoomConnectionInput, RoomsView, RoomView } from "@kalends/protocol/rooms"
import type { Caller } from "../ports/call.ts"
import type { ConnectionRemover } from "../ports/connection-removal.ts"
import { pageOf } from "../ports/page.ts"
import type { ListedRoom, RoomChanges, RoomQuery, RoomRow } from "../ports/room-tables.ts"
import type { AccountTables } from "../ports/store.ts"
import type { ConnectRoom, ConnectRoomDeps } from "./connect-room.ts"
import { newRoom, requireZone, zoned } from "./new-room.ts"
import type { OwnRoomAgendas } from "./room-agendas.ts"
import { noRoom } from "./room-place.ts"

export type RoomsDeps = Pick<ConnectRoomDeps, "store" | "providers" | "world"> & {
  readonly connectRoom: ConnectRoom
  readonly agendas: OwnRoomAgendas
  readonly remover: ConnectionRemover
  readonly labelOf: (provider: string) => string
}

const pageSize = 50
/** Rooms as administrators have them. */
export function createRooms(deps: RoomsDeps) {
  const { store, agendas, world } = deps
  const { clock } = world

  const audit = (tables: AccountTables, { userId }: Caller, roomId: RoomId, reason: AuditReason) =>
    tables.appendAudit(
      { actor: { kind: "user", userId }, action: "room-changed", subjectId: roomId, reason },
      clock.now(),
    )

  const listed = async (tables: AccountTables, roomId: RoomId): Promise<ListedRoom> => {
    const room = await tables.rooms.find(roomId)
    const [found] = room === null ? [] : await tables.rooms.findByAddresses([room.address])
    if (found === undefined) throw noRoom()
    return found
  }

  const find = (user: Caller, roomId: RoomId): Promise<RoomView> =>
    store.inAccount(user.accountId, async (tables) => viewOf(deps, await listed(tables, roomId)))

  async function disconnect({ accountId, userId, call }: Caller, roomId: RoomId): Promise<void> {
    const connection = await store.inAccount(accountId, (tables) => tables.findConnectionOfUser(roomId))
    if (connection === null) return
    const actor = { kind: "user", userId } as const
    const { connectionId } = connection
    await deps.remover.remove({ accountId, userId: roomId, connectionId, actor, reason: "asked", call })
  }

  return {
    async list(
      user: Caller,
      { next, ...query }: { readonly next: string | null } & Pick<RoomQuery, "search" | "state">,
    ): Promise<RoomsView> {
      const { found, count } = await store.inAccount(user.accountId, async ({ rooms }) => ({
        found: await rooms.list({ ...query, after: positionOf(next), limit: pageSize + 1 }),
        count: await rooms.count(),
      }))
      const { shown, last } = pageOf(found, pageSize)
      agendas.peek(shown.filter(({ connectionState }) => connectionState !== null))
      return { rooms: shown.map((room) => viewOf(deps, room)), next: last === null ? null : nextOf(last), count }
    },

    find,

    /** Throws Problem "conflict" (code "address-taken"). */
    async add(user: Caller, { name, address, zone, ...given }: NewRoomInput): Promise<RoomView> {
      const row = newRoom(user, world, {
        ...definedOf(given),
        name,
        address: address.toLowerCase(),
        zone: requireZone(zone),
      })
      await store.inAccount(user.accountId, async (tables) => {
        await tables.rooms.insert(row)
        await audit(tables, user, row.roomId, "room-added")
      })
      return find(user, row.roomId)
    },

    async change(user: Caller, roomId: RoomId, given: RoomChangesInput): Promise<RoomView> {
      const { address, ...changes } = zoned(given)
      await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        await listed(tables, roomId)
        await tables.rooms.update(roomId, {
          ...definedOf(changes),
          ...(address === undefined ? {} : { address: address.toLowerCase() }),
        })
        await audit(tables, user, roomId, "room-set")
      })
      agendas.tellChanged({ accountId: user.accountId, roomId })
      await touch(user, roomId)
      return find(user, roomId)
    },

    /** The calendar itself stays as it is, at its provider. */
    async remove(user: Caller, roomId: RoomId): Promise<void> {
      await store.inAccount(user.accountId, (tables) => listed(tables, roomId))
      await disconnect(user, roomId)
      let left: readonly DeviceId[] = []
      await store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        left = await tables.devices.leaveRoom(roomId, clock.now())
        if (await tables.rooms.delete(roomId)) await audit(tables, user, roomId, "room-removed")
      })
      agendas.tellLeft(left)
      agendas.tellChanged({ accountId: user.accountId, roomId })
    },

    async connect(user: Caller, roomId: RoomId, input: RoomConnectionInput): Promise<RoomView> {
      const asking = { actor: { kind: "user", userId: user.userId }, call: user.call } as const
      await deps.connectRoom.connect({ accountId: user.accountId, roomId }, input, asking)
      return find(user, roomId)
    },

    async disconnect(user: Caller, roomId: RoomId): Promise<RoomView> {
      await disconnect(user, roomId)
      await store.inAccount(user.accountId, ({ rooms }) =>
        rooms.update(roomId, { tenantConnectionId: null, problemKind: null, problemCode: null, problemAt: null }),
      )
      return find(user, roomId)
    },
  }

  /** All nodes that show the room read it anew. */
  async function touch({ accountId }: Caller, roomId: RoomId): Promise<void> {
    const connection = await store.inAccount(accountId, (tables) => tables.findConnectionOfUser(roomId))
    const calendars =
      connection === null
        ? []
        : await store.inAccount(accountId, (tables) => tables.listCalendars(connection.connectionId))
    for (const { calendarId } of calendars.slice(0, 1)) agendas.touch({ accountId, roomId }, { calendarId })
  }
}

export type Rooms = ReturnType<typeof createRooms>

function definedOf(changes: Omit<RoomChangesInput, "address">): RoomChanges {
  const { name, building, floor, capacity, zone, privacy, checkIn, language, clockHours } = changes
  return {
    ...(name === undefined ? {} : { name }),
    ...(building === undefined ? {} : { building }),
    ...(floor === undefined ? {} : { floor }),
    ...(capacity === undefined ? {} : { capacity }),
    ...(zone === undefined ? {} : { zone }),
    ...(privacy === undefined ? {} : { privacy }),
    ...(checkIn === undefined ? {} : { checkIn }),
    ...(language === undefined ? {} : { language }),
    ...(clockHours === undefined ? {} : { clockHours }),
  }
}

const nextOf = ({ name, roomId }: RoomRow) => Buffer.from(JSON.stringify([name, roomId])).toString("base64url")

/** Throws Problem "malformed" (code "next") for what was not given by us. */
function positionOf(next: string | null): RoomQuery["after"] {
  if (next === null) return null
  try {
    const [name, roomId]: unknown[] = JSON.parse(Buffer.from(next, "base64url").toString())
    if (typeof name === "string" && typeof roomId === "string") return { name, roomId: parseUserId(roomId) }
  } catch {
    // Said below.
  }
  throw new Problem("malformed", "The page cannot be found.", { code: "next" })
}

function viewOf(deps: RoomsDeps, room: ListedRoom): RoomView {
  const { roomId, address, name, building, floor, capacity, zone, language, clockHours, createdAt } = room
  const { provider, connectionState: state } = room
  return {
    ...{ roomId, address, name, building, floor, capacity, zone, language, clockHours },
    ...{ privacy: { ...room.privacy }, checkIn: { ...room.checkIn }, createdAt: createdAt.toString() },
    connection: provider === null || state === null ? null : { provider, providerLabel: deps.labelOf(provider), state },
    tenantConnectionId: room.tenantConnectionId,
    problem: room.problemKind === null ? null : { kind: room.problemKind, code: room.problemCode },
    agenda: agendaView(deps, room),
  }
}

function agendaView({ agendas, world }: RoomsDeps, { accountId, roomId }: ListedRoom): RoomView["agenda"] {
  const agenda = agendas.known({ accountId, roomId })
  if (agenda === null) return null
  const now = world.clock.now()
  const state = roomStateOf({ agenda, now, checkInBy: nobodyChecksIn })
  const until = state.kind === "unknown" ? null : state.until
  const bookings = agenda.bookings.filter(({ endsAt }) => Temporal.Instant.compare(endsAt, now) > 0).length
  return { readAt: agenda.readAt.toString(), state: state.kind, until: until?.toString() ?? null, bookings }
}
