import { withBlock } from "@kalends/domain/body-block"
import { parseLine } from "@kalends/protocol/ipc"
import { z } from "zod"
import { appointmentSchema, marksSchema, withLocation } from "./appointment.ts"
import type { AppointmentItem } from "./plugin.ts"

/** An appointment in a file, for trying the plugin without Outlook: what Outlook has, of which the core is shown a part. */
const fileSchema = z.looseObject({
  ...appointmentSchema.shape,
  host: appointmentSchema.shape.host.default(null),
  location: z.string().default(""),
  body: z.string().default(""),
  marks: marksSchema.default({ key: null, meetingId: null }),
})

export type FilePlace = {
  readonly read: () => string
  readonly write: (text: string) => void
  readonly say: (text: string, isProblem: boolean) => void
}

/** Null where the file holds no appointment. */
export function readFileItem({ read, write, say }: FilePlace): AppointmentItem | null {
  const parsed = fileSchema.safeParse(parseLine(read()))
  if (!parsed.success) return null
  const { subject, start, zone, isAllDay, recurrence, host, marks } = parsed.data
  let file = parsed.data
  const keep = (changes: Partial<typeof file>) => {
    file = { ...file, ...changes }
    write(`${JSON.stringify(file, null, 2)}\n`)
  }
  return {
    appointment: { subject, start, zone, isAllDay, recurrence, host },
    marks,
    mark: async (kept) => keep({ marks: kept }),
    write: async ({ location, block }) =>
      keep({ location: withLocation(file.location, location), body: withBlock(file.body, block.text) }),
    say,
  }
}
