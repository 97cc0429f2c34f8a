import type { RoomRef } from "../ports/room-agendas.ts"

/** One at a time in each room; of rooms in which nobody does anything nothing is held. */
export function createRoomTurns() {
  const last = new Map<string, Promise<unknown>>()
  return <Result>({ accountId, roomId }: RoomRef, work: () => Promise<Result>): Promise<Result> => {
    const key = `${accountId}/${roomId}`
    const done = (last.get(key) ?? Promise.resolve()).then(work)
    const settled = done
      .catch(() => {})
      .then(() => {
        if (last.get(key) === settled) last.delete(key)
      })
    last.set(key, settled)
    return done
  }
}
