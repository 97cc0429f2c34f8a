import { isPassing, isProblem, type Problem } from "@kalends/domain/problem"
import type { Clock } from "../ports/clock.ts"
import { stateAfter } from "../ports/connection-life.ts"
import type { Log } from "../ports/log.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { Store } from "../ports/store.ts"

export type RoomNotesDeps = { readonly store: Store; readonly clock: Clock; readonly log: Log }

/**
 * Keeps what is the matter with a room's calendar, so that whoever looks after rooms finds it where its screens only say that
 * something is: what does not pass by itself, and does not stand in the state of its connection already.
 */
export function createRoomNotes({ store, clock, log }: RoomNotesDeps) {
  const put = (ref: RoomRef, problem: Problem | null): Promise<void> =>
    store.inAccount(ref.accountId, async ({ rooms }) => {
      const room = await rooms.find(ref.roomId)
      const [kind, code] = [problem?.kind ?? null, problem?.code ?? null]
      if (room === null || (room.problemKind === kind && room.problemCode === code)) return
      const problemAt = problem === null ? null : (room.problemAt ?? clock.now())
      await rooms.update(ref.roomId, { problemKind: kind, problemCode: code, problemAt })
    })

  /** The next reading notes what could not be noted now. */
  const quietly = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      log.warn("how a room is could not be noted", { problem: isProblem(error) ? error.kind : "unknown" })
    })

  return {
    isRead: async (ref: RoomRef, { problemKind }: RoomRow): Promise<void> => {
      if (problemKind !== null) await quietly(put(ref, null))
    },
    isNotRead: async (ref: RoomRef, problem: Problem): Promise<void> => {
      const stands = isPassing(problem) || stateAfter(problem, true) !== null || problem.code === "no-room"
      if (!stands) await quietly(put(ref, problem))
    },
  }
}
