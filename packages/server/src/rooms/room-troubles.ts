import type { AccountId } from "@kalends/domain/ids"
import { quietDeviceHours, quietDisplayMinutes, type RoomInTrouble } from "@kalends/domain/in-trouble"
import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { RoomAgendas } from "../ports/room-agendas.ts"
import type { Store } from "../ports/store.ts"
import type { Troubles } from "../ports/trouble-tables.ts"

export type RoomTroublesDeps = {
  readonly store: Store
  readonly agendas: Pick<RoomAgendas, "read">
  readonly clock: Clock
}

/** Of each kind of trouble so many are named. */
const named = 3

/** What is in trouble among rooms, their video systems and their screens, at a glance. */
export function createRoomTroubles({ store, agendas, clock }: RoomTroublesDeps) {
  /** A room that nobody listens to is looked at again, for the next time. */
  const peek = (accountId: AccountId, { kinds }: Troubles<RoomInTrouble>): void => {
    for (const { roomId } of kinds.find(({ kind }) => kind === "unread")?.some ?? [])
      if (roomId !== null) agendas.read({ accountId, roomId }, AbortSignal.timeout(30_000)).catch(() => {})
  }

  return async ({ accountId }: Pick<Caller, "accountId">): Promise<RoomTroublesView> => {
    const now = clock.now()
    return store.inAccount(accountId, async ({ troubles }) => {
      const rooms = await troubles.rooms(named)
      peek(accountId, rooms)
      return {
        at: now.toString(),
        rooms: viewOf(rooms),
        devices: viewOf(await troubles.devices(named, now.subtract({ hours: quietDeviceHours }))),
        displays: viewOf(await troubles.displays(named, now.subtract({ minutes: quietDisplayMinutes }))),
      }
    })
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
