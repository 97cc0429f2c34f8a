import { actsOf } from "@kalends/domain/display"
import { parseProviderEventId, parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { DisplayActInput } from "@kalends/protocol/display"
import type { Clock } from "../ports/clock.ts"
import type { ListedDisplay } from "../ports/display-tables.ts"
import type { RoomAgendas, RoomDesk, RoomRef } from "../ports/room-agendas.ts"
import type { Store } from "../ports/store.ts"

export type DisplayActsDeps = {
  readonly store: Store
  readonly agendas: Pick<RoomAgendas, "known">
  readonly desk: RoomDesk
  readonly clock: Clock
}

export type ActDone = { readonly act: string; readonly roomId: string; readonly endsAt: string | null }

const hoursMost = 24

/** What people do at screens: in the screen's own rooms, and what its kind is for. */
export function createDisplayActs({ store, agendas, desk, clock }: DisplayActsDeps) {
  /** Where a booking that is made now starts: with the minute, or where what ended in this minute did. */
  function startOf(ref: RoomRef, now: Temporal.Instant): Temporal.Instant {
    const minute = now.round({ smallestUnit: "minute", roundingMode: "floor" })
    const ends = (agendas.known(ref)?.bookings ?? []).map(({ endsAt }) => endsAt)
    return ends.filter((end) => isWithin(end, minute, now)).reduce((a, b) => (isWithin(b, a, now) ? b : a), minute)
  }

  async function work(ref: RoomRef, input: DisplayActInput): Promise<Temporal.Instant | null> {
    const now = clock.now()
    if (input.act === "check-in") {
      await desk.checkIn(ref, parseProviderEventId(input.bookingId))
      return null
    }
    if (input.act === "end") return (await desk.end(ref, parseProviderEventId(input.bookingId), now)).endsAt
    const endsAt = Temporal.Instant.from(input.endsAt)
    const hours = now.until(endsAt).total("hours")
    if (hours * 60 < 1 || hours > hoursMost)
      throw new Problem("unsupported", "A booking lasts a minute to a day.", { code: "booking-length" })
    if (input.act === "extend") return (await desk.end(ref, parseProviderEventId(input.bookingId), endsAt)).endsAt
    return (await desk.book(ref, { startsAt: startOf(ref, now), endsAt })).endsAt
  }

  /**
   * Resolves when the calendar has it. Throws Problem "forbidden" (code "not-allowed") for another room, or for what the
   * screen is not for; "unsupported" (code "booking-length"); as the desk does.
   */
  return async function act(display: ListedDisplay, input: DisplayActInput): Promise<ActDone> {
    const { accountId, displayId, kind, rooms } = display
    const roomId = parseUserId(input.roomId)
    if (!actsOf[kind].includes(input.act) || rooms.every((room) => room.roomId !== roomId))
      throw new Problem("forbidden", "This screen may not do that.", { code: "not-allowed" })
    const endsAt = await work({ accountId, roomId }, input)
    const reason = `screen-${input.act}` as const
    const actor = { kind: "service", part: "displays" } as const
    const entry = { actor, action: "display-used", subjectId: displayId, reason } as const
    await store.inAccount(accountId, (tables) => tables.appendAudit(entry, clock.now()))
    return { act: input.act, roomId, endsAt: endsAt?.toString() ?? null }
  }
}
export type DisplayAct = ReturnType<typeof createDisplayActs>

const isWithin = (at: Temporal.Instant, from: Temporal.Instant, to: Temporal.Instant) =>
  Temporal.Instant.compare(at, from) >= 0 && Temporal.Instant.compare(at, to) <= 0
