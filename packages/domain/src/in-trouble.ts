/**
 * What may be the matter with a room, its video system or its screen, as whoever looks after rooms is told; what comes first
 * needs somebody most. Lists that show those in trouble alone mean the same.
 */
export const troublesOfRooms = [
  "disabled", // the organisation has shut this service out
  "needs-reauth", // the sign-in no longer works
  "needs-consent", // the permission was withdrawn
  "unread", // the calendar is not there, or cannot be understood
  "refused", // it could not be connected when that was tried
  "none", // nobody has connected it
  "unreachable", // the calendar service does not answer; passes by itself
] as const

export const troublesOfDevices = [
  "failing", // it refuses, or does not answer
  "silent", // one that asks for its bookings has not
  "left", // removed, and its last list may still be on it
  "uncleared", // it has a list that is not for it any more
  "new", // it never had its bookings
  "unread", // nothing is wrong with it: its room's calendar cannot be read
  "leaving", // removed, and its list is being taken away
] as const

export const troublesOfDisplays = [
  "gone", // it was there, and is not
  "never", // it was paired and never came
  "empty", // it has no room to show
] as const

export type RoomInTrouble = (typeof troublesOfRooms)[number]
export type DeviceInTrouble = (typeof troublesOfDevices)[number]
export type DisplayInTrouble = (typeof troublesOfDisplays)[number]

/** A device that asks and has not for so long is switched off, or does not reach us. */
export const quietDeviceHours = 1
/** A screen says each minute that it is there. */
export const quietDisplayMinutes = 3
