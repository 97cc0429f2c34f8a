import type { RoomRef } from "../ports/room-agendas.ts"

/** Lets so many in at once; the others wait in the order in which they came. */
export function createTurns(most: number) {
  const waiting: (() => void)[] = []
  let inside = 0
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else inside += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) inside -= 1
      else next()
    }
  }
}

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
