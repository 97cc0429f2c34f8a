import { createHash } from "node:crypto"
import type { Booking } from "@kalends/domain/booking"
import { untitledText } from "@kalends/domain/room-words"
import type { KnownDevice } from "../../ports/device-door.ts"
import type { RoomRef } from "../../ports/room-agendas.ts"

/** A booking as an item of the one calendar that a device sees. */
export type FrontItem = {
  /** The same for the same booking of the same room, and of no other room. */
  readonly id: string
  /** The same as long as everything that is shown is. */
  readonly changeKey: string
  /** When this state of it was first seen. */
  readonly changedAt: Temporal.Instant
  readonly booking: Booking
}

const digest = (...parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\0")).digest().subarray(0, 18).toString("base64")

export const folderIdOf = ({ accountId, roomId }: RoomRef, folder: string): string =>
  digest("folder", accountId, roomId, folder)

/** Items by start. What stays as it was keeps its instant. */
export function itemsOf(
  room: RoomRef,
  bookings: readonly Booking[],
  seen: { readonly before: ReadonlyMap<string, FrontItem>; readonly readAt: Temporal.Instant },
): readonly FrontItem[] {
  const taken = new Set<string>()
  return bookings.map((booking) => {
    const plain = digest("item", room.accountId, room.roomId, booking.id)
    // A provider that names all occurrences of a series alike: then the start tells them apart.
    const id = taken.has(plain) ? digest(plain, String(booking.startsAt)) : plain
    taken.add(id)
    const changeKey = digest(JSON.stringify(booking))
    const before = seen.before.get(id)
    return { id, changeKey, booking, changedAt: before?.changeKey === changeKey ? before.changedAt : seen.readAt }
  })
}

/** The addresses to dial, as links: `sip:` and `h323:` are what devices look for in an invitation's texts. */
const dialLinks = ({ dial }: Booking): readonly string[] => dial.map(({ protocol, number }) => `${protocol}:${number}`)

/** What stands for a hidden title says no more than the calendar shows already. */
export const subjectOf = (booking: Booking, { language }: Pick<KnownDevice, "language">): string =>
  booking.title ?? (booking.isPrivate ? null : booking.host) ?? untitledText(booking, language)

/** As calendar programs write several places: the room, then where to dial. */
export const locationOf = (booking: Booking, { roomName }: Pick<KnownDevice, "roomName">): string =>
  [roomName, ...dialLinks(booking).slice(0, 1)].join("; ")

/** How to join, and nothing of what the organizer wrote. `staleSince`: when the calendar was last read, where that is long ago. */
export function bodyOf(booking: Booking, staleSince: Temporal.Instant | null): string {
  const join = booking.join === null ? [] : [booking.join.url]
  const age = staleSince === null ? [] : [`Calendar last read ${staleSince.round("minute").toString()}`]
  return [...dialLinks(booking), ...join, ...age].join("\r\n")
}
