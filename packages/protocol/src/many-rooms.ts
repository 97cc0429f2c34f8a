import { z } from "zod"
import { roomSettings } from "./rooms.ts"

const id = z.uuid()
const count = z.number().int().nonnegative()

/** As many rooms as are shown to be chosen from, and are set at once. */
export const manyRoomsMost = 500

const { building, floor, capacity, zone, language, clockHours, privacy, checkIn } = roomSettings

/** What may be set for many rooms: all that a room has but its name and address, each by itself. */
export const manySettingsSchema = z.object({
  ...{ building, floor, capacity, zone, language, clockHours },
  ...privacy.shape,
  ...checkIn.shape,
})
export type ManySettings = z.infer<typeof manySettingsSchema>
const someSettingsSchema = manySettingsSchema.partial()
export type SomeSettings = z.infer<typeof someSettingsSchema>

/** GET /v1/rooms/choices?search&building&floor: rooms to choose from, by name, with what is set for each; 500 at most. */
export const roomChoicesQuerySchema = z.object({
  search: z.string().trim().max(120).optional(),
  building: z.string().max(120).optional(),
  floor: z.string().max(60).optional(),
})
export const roomChoicesSchema = z.object({
  rooms: z.array(z.object({ roomId: id, name: z.string(), address: z.string(), settings: manySettingsSchema })),
  /** False where there are more that match. */
  isWhole: z.boolean(),
  /** Where rooms are, whatever was asked for; 1,000 at most. */
  places: z.array(z.object({ building: z.string().nullable(), floor: z.string().nullable(), count })),
})
export type RoomChoicesView = z.infer<typeof roomChoicesSchema>
export type RoomChoice = RoomChoicesView["rooms"][number]

function isEachOnce(changes: readonly { readonly roomIds: readonly string[] }[]): boolean {
  const all = changes.flatMap(({ roomIds }) => roomIds)
  return all.length <= manyRoomsMost && new Set(all).size === all.length
}

/**
 * POST /v1/rooms/settings: sets rooms together, in one step: all of them, or none where that fails. A room that is gone, or is
 * not any more as `ifNow` says, is passed over and told.
 */
export const setRoomsSchema = z.object({
  /** "back" undoes what was set before. */
  kind: z.enum(["set", "back"]),
  /** A room is set only while it has this. */
  ifNow: someSettingsSchema.optional(),
  /** Rooms that are set alike, each room once. */
  changes: z
    .array(z.object({ roomIds: z.array(id).min(1).max(manyRoomsMost), settings: someSettingsSchema }))
    .min(1)
    .max(manyRoomsMost)
    .refine(isEachOnce, "Each room once, and 500 at most."),
})
export type SetRoomsInput = z.input<typeof setRoomsSchema>

export const roomsSetSchema = z.object({
  outcomes: z.array(
    z.discriminatedUnion("outcome", [
      /** `before`: what it had of what was set, to set it back. */
      z.object({ roomId: id, outcome: z.literal("changed"), before: someSettingsSchema }),
      z.object({ roomId: id, outcome: z.literal("same") }),
      z.object({ roomId: id, outcome: z.literal("refused"), code: z.enum(["no-room", "changed-since"]) }),
    ]),
  ),
})
export type RoomsSetView = z.infer<typeof roomsSetSchema>
export type RoomSetOutcome = RoomsSetView["outcomes"][number]
