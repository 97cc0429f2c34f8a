import { troublesOfDevices, troublesOfDisplays, troublesOfRooms } from "@kalends/domain/in-trouble"
import { z } from "zod"

const count = z.number().int().nonnegative()
const some = z.array(
  z.object({
    id: z.uuid(),
    name: z.string(),
    /** Its room, or the first that it shows. */
    roomId: z.uuid().nullable(),
    /** Null where that is not known. */
    since: z.iso.datetime().nullable(),
  }),
)

/** The most pressing kind first; of each the newest few. */
const troublesOf = <Kinds extends readonly [string, ...string[]]>(kinds: Kinds) =>
  z.object({
    /** How many there are, well or not. */
    total: count,
    kinds: z.array(z.object({ kind: z.enum(kinds), count, some })),
  })

/** GET /v1/rooms/troubles (read-rooms): what is in trouble now. */
export const roomTroublesSchema = z.object({
  at: z.iso.datetime(),
  rooms: troublesOf(troublesOfRooms),
  devices: troublesOf(troublesOfDevices),
  displays: troublesOf(troublesOfDisplays),
})
export type RoomTroublesView = z.infer<typeof roomTroublesSchema>
