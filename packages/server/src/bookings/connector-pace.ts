import { clearHours } from "@kalends/protocol/devices"

/** How often devices are looked for that nobody brings their bookings. */
export const lookMs = 5_000
export const leaseSeconds = 60
/** A third of a lease's life. */
export const renewMs = 20_000
/** How often, about, a device is asked whether it still has what it was given. */
export const checkMs = 5 * 60_000
/** When it is first said of a device that its room's calendar is not read. */
export const firstLookMs = 60_000
/** No call of a device takes longer. */
export const callMs = 15_000
export const retryLeastMs = 1_000
export const retryMostMs = 5 * 60_000
/** Longer than any wait between two tries: after so long without one, what happens again is the first time. */
export const calmMs = 3 * retryMostMs
/** A device that was found without what it was given so often in a row is said to be given other bookings, or to keep few. */
export const lacksTold = 3
/** Such a device is given its list as rarely as this. */
export const lacksMostMs = 60 * 60_000
/** So long it is tried to take its list away from a device that was removed. */
export const clearMs = clearHours * 3_600_000
/** What only a person can mend is tried rarely: a wrong password locks an account at some devices. */
export const hopelessRetryMs = 15 * 60_000
