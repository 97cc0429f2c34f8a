import { z } from "zod"
import { isOurs, type PutBooking } from "./booking-list.ts"
import { unreadable } from "./problems.ts"

/** Of what others put there without saying. */
const usualStartBufferSeconds = 300

const call = z.object({
  ...{ Number: z.string().catch(""), Protocol: z.string().catch(""), CallType: z.string().optional() },
})
const booking = z.object({
  Id: z.string(),
  MeetingId: z.string().optional(),
  Title: z.string().catch(""),
  Agenda: z.string().optional(),
  Privacy: z.enum(["Public", "Private"]).catch("Public"),
  MeetingPlatform: z.string().optional(),
  Organizer: z
    .object({ FirstName: z.string().catch(""), LastName: z.string().catch(""), Email: z.string().optional() })
    .catch({ FirstName: "", LastName: "" }),
  Time: z.object({
    StartTime: z.string(),
    EndTime: z.string(),
    StartTimeBuffer: z.coerce.number().catch(usualStartBufferSeconds),
    EndTimeBuffer: z.coerce.number().catch(0),
  }),
  DialInfo: z
    .object({ Calls: z.object({ Call: z.array(call) }) })
    .optional()
    .catch(undefined),
})
const list = z.object({ Booking: z.array(z.unknown()).max(10_000).default([]) })

/**
 * What `Bookings List` shows, in the words of `Bookings Put`; entries that cannot be read are left out. Throws Problem
 * "malformed" for what is no list: taken for an empty one, it would cost others their bookings.
 */
export function listedBookings(result: unknown): readonly PutBooking[] {
  const read = list.safeParse(result)
  if (!read.success) throw unreadable()
  return read.data.Booking.flatMap((entry) => {
    const read = booking.safeParse(entry)
    const minutes = read.success ? minutesOf(read.data.Time) : null
    return read.success && minutes !== null ? [asPut(read.data, minutes)] : []
  })
}

/** Those that the device has from elsewhere. */
export const othersOf = (result: unknown) => listedBookings(result).filter(({ Id }) => !isOurs(Id))

function asPut({ Organizer, Time, DialInfo, Title, ...kept }: z.infer<typeof booking>, minutes: number): PutBooking {
  const first = DialInfo?.Calls.Call[0]
  const { MeetingId, Agenda, MeetingPlatform } = kept
  return {
    ...{ Id: kept.Id, Title: Title || "Meeting", Privacy: kept.Privacy },
    ...{ Number: first?.Number ?? "", Protocol: first?.Protocol || "SIP" },
    ...(first?.CallType ? { CallType: first.CallType } : {}),
    ...(MeetingId ? { MeetingId } : {}),
    ...(Agenda ? { Agenda } : {}),
    ...(MeetingPlatform ? { MeetingPlatform } : {}),
    Organizer: {
      Name: `${Organizer.FirstName} ${Organizer.LastName}`.trim() || "-",
      ...(Organizer.Email ? { Email: Organizer.Email } : {}),
    },
    Time: {
      ...{ StartTime: Time.StartTime, Duration: minutes },
      ...{ StartTimeBuffer: Time.StartTimeBuffer, EndTimeBuffer: Time.EndTimeBuffer },
    },
  }
}

function minutesOf({ StartTime, EndTime }: { readonly StartTime: string; readonly EndTime: string }): number | null {
  const [from, to] = [Date.parse(StartTime), Date.parse(EndTime)]
  return Number.isNaN(from) || Number.isNaN(to) || to < from ? null : Math.max(1, Math.ceil((to - from) / 60_000))
}
