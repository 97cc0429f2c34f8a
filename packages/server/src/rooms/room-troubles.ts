import { quietDeviceHours, quietDisplayMinutes } from "@kalends/domain/in-trouble"
import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { Store } from "../ports/store.ts"
import type { Troubles } from "../ports/trouble-tables.ts"
import type { OwnRoomAgendas } from "./room-agendas.ts"

export type RoomTroublesDeps = {
  readonly store: Store
  readonly agendas: Pick<OwnRoomAgendas, "peek">
  readonly clock: Clock
}

/** Of each kind of trouble so many are named. */
const named = 3

/** What is in trouble among rooms, their video systems and their screens, at a glance. */
export function createRoomTroubles({ store, agendas, clock }: RoomTroublesDeps) {
  return async ({ accountId }: Pick<Caller, "accountId">): Promise<RoomTroublesView> => {
    const now = clock.now()
    const { rooms, devices, displays } = await store.inAccount(accountId, async ({ troubles }) => ({
      rooms: await troubles.rooms(named),
      devices: await troubles.devices(named, now.subtract({ hours: quietDeviceHours })),
      displays: await troubles.displays(named, now.subtract({ minutes: quietDisplayMinutes })),
    }))
    // Where nobody listens, nobody else finds that it can be read again.
    const unread = rooms.kinds.find(({ kind }) => kind === "unread")?.some ?? []
    agendas.peek(unread.flatMap(({ roomId }) => (roomId === null ? [] : { accountId, roomId })))
    return { at: now.toString(), rooms: viewOf(rooms), devices: viewOf(devices), displays: viewOf(displays) }
  }
}
export type RoomTroubles = ReturnType<typeof createRoomTroubles>

function viewOf<Kind>({ total, kinds }: Troubles<Kind>) {
  return {
    total,
    kinds: kinds.map(({ kind, count, some }) => ({
      ...{ kind, count },
      some: some.map((one) => ({ ...one, since: one.since?.toString() ?? null })),
    })),
  }
}
