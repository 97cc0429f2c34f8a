import type { Access } from "@kalends/domain/access"
import type { Problem } from "@kalends/domain/problem"
import { createProcessFanOut } from "../platform/process-fan-out.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import { createDesk } from "../rooms/desk.ts"
import { createRelease } from "../rooms/release.ts"
import { createRoomAgendas } from "../rooms/room-agendas.ts"
import { createRoomDigest } from "../rooms/room-digest.ts"
import { fakeClock } from "./fake-clock.ts"
import { createMemoryProvider, memoryCalendarId } from "./memory-provider.ts"
import { createMemoryStore } from "./memory-store.ts"
import { sampleRows, sampleSubscription } from "./rows.ts"
import { sampleRoom } from "./sample-room.ts"
import { seededRandom } from "./seeded-random.ts"

export type RoomWorldOptions = {
  readonly seed?: number
  readonly room?: Partial<RoomRow>
  /** Whether the provider tells nobody of changes. */
  readonly isPolled?: boolean
}

export const roomDigest = createRoomDigest(seededRandom(7).bytes(32))

export type RoomNode = ReturnType<Awaited<ReturnType<typeof roomWorld>>["node"]>

/** One room in the memory provider, connected, and as many nodes over it as a test makes. It is nine in the morning, UTC. */
export async function roomWorld({ seed = 1, room: changes = {}, isPolled = false }: RoomWorldOptions = {}) {
  const clock = fakeClock()
  const store = createMemoryStore()
  const fanOut = createProcessFanOut()
  const remote = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const { account, connection, calendar } = sampleRows(seed)
  const { accountId } = account
  const room = sampleRoom(accountId, seed + 50, { zone: "UTC", ...changes })
  const ref: RoomRef = { accountId, roomId: room.roomId }
  const faults = { problem: null as Problem | null, reads: 0, access: null as Access | null }
  const provider: CalendarProvider = {
    ...remote.provider,
    async *readWindow(input) {
      faults.reads += 1
      if (faults.problem !== null) throw faults.problem
      yield* remote.provider.readWindow(input)
    },
  }
  const broker = {
    async freshAccess() {
      if (faults.problem !== null) faults.reads += 1
      if (faults.problem !== null) throw faults.problem
      return { ...remote.access(), credentialVersion: 1 }
    },
  }
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(accountId, async (tables) => {
    await tables.rooms.insert(room)
    await tables.insertConnection({ ...connection, userId: room.roomId, permission: "read-write" })
    await tables.insertCalendar({ ...calendar, providerCalendarId: memoryCalendarId, canWrite: true })
    if (!isPolled) await tables.insertSubscription(sampleSubscription(calendar, clock.now().add({ hours: 24 * 30 })))
  })
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const log = { info: write, warn: write, error: write }
  const hint = () =>
    fanOut.publish(
      { kind: "calendar", accountId, calendarId: calendar.calendarId },
      {
        ...{ kind: "calendar-changed", calendarId: calendar.calendarId, announcedAtMs: null },
        watermarkMs: clock.now().epochMilliseconds,
      },
    )

  function node(number = 1) {
    const random = seededRandom(seed * 100 + number)
    const deps = { store, broker, providerOf: () => provider, digest: roomDigest, clock }
    const agendas = createRoomAgendas({ ...deps, fanOut, log, random })
    const desk = createDesk({ ...deps, agendas, random })
    return { agendas, desk, release: createRelease({ ...deps, agendas, log }) }
  }

  /** So many more over the same calendar. */
  async function moreRooms(count: number): Promise<readonly RoomRef[]> {
    const refs: RoomRef[] = []
    for (let number = 1; number <= count; number++) {
      const { connection, calendar } = sampleRows(seed + 100 + number)
      const row = sampleRoom(accountId, seed + 200 + number, { zone: "UTC" })
      await store.inAccount(accountId, async (tables) => {
        await tables.rooms.insert(row)
        await tables.insertConnection({ ...connection, accountId, userId: row.roomId, permission: "read-write" })
        await tables.insertCalendar({ ...calendar, accountId, providerCalendarId: memoryCalendarId, canWrite: true })
      })
      refs.push({ accountId, roomId: row.roomId })
    }
    return refs
  }

  return {
    moreRooms,
    ...{
      accountId,
      calendar,
      clock,
      connection,
      faults,
      fanOut,
      hand: remote.hand,
      hint,
      lines,
      node,
      ref,
      remote,
      room,
      store,
    },
    at: (minutes: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ minutes }),
    /** Somebody invites the room. */
    invite: (subject: string, startsIn: number, minutes: number, rule: string | null = null) =>
      remote.hand.create({
        subject,
        rule,
        time: {
          kind: "timed",
          starts: Temporal.PlainDateTime.from("2026-11-23T09:00").add({ minutes: startsIn }),
          ...{ minutes, zone: "UTC" },
        },
      }),
  }
}
