import type { DeviceBookingsView, DeviceChange, DeviceView, NewDeviceBody } from "@kalends/protocol/devices"
import { relativeTime } from "@kalends/ui/words"
import type { VideoWords } from "../messages-video.ts"

type Telling = { readonly text: VideoWords; readonly locale: string; readonly now: Temporal.Instant }

/** How a device is, when it was last heard of, and what is to be known of it besides. */
export function linesOf(device: DeviceView, telling: Telling): readonly string[] {
  const { text, locale, now } = telling
  const { lastOkAt } = device
  const lines = [
    stateLine(device, telling),
    device.state !== "leaving" && device.state !== "left" && device.isUncleared ? text.uncleared : null,
    lastOkAt === null ? text.noContact : text.lastContact(ageOf(lastOkAt, { locale, now })),
  ]
  return lines.filter((line) => line !== null)
}

/** That wrong passwords were tried in its name; null where none were. */
export function guessedLine({ wrongPasswords }: DeviceView, telling: Telling): string | null {
  if (wrongPasswords === null) return null
  return telling.text.wrongPasswords(wrongPasswords.count, ageOf(wrongPasswords.at, telling))
}

const ageOf = (at: string, { locale, now }: Pick<Telling, "locale" | "now">) =>
  relativeTime(Temporal.Instant.from(at), now, locale)

function stateLine(device: DeviceView, { text, locale, now }: Telling): string {
  const { state, given, isCalled, lastOkAt, leavesUntil } = device
  if (state === "leaving" && leavesUntil !== null) return text.leaving(timeText(leavesUntil, locale))
  if (state === "left") return text.left
  if (state === "off") return text.states.off
  if (!isCalled) return state === "silent" ? text.silent : lastOkAt === null ? text.neverAsked : text.asks
  const last = given === null ? null : text.given(given.count, ageOf(given.at, { locale, now }))
  return [text.states[state === "leaving" || state === "silent" ? "well" : state], last]
    .filter((part) => part !== null)
    .join(" · ")
}

/** Which sign shows it beside the words. */
export function deviceDot({ state, isUncleared }: DeviceView): "well" | "waiting" | "broken" {
  if (state === "failing" || state === "left" || state === "silent") return "broken"
  return state === "well" && !isUncleared ? "well" : "waiting"
}

const timeText = (at: string, locale: string) =>
  Temporal.Instant.from(at).toLocaleString(locale, {
    ...{ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  })

/** What is wrong with a device, and what helps. */
export function problemLine({ kind, code }: { readonly kind: string; readonly code: string | null }, text: VideoWords) {
  return text.problems[code ?? ""] ?? text.problems[kind] ?? text.problems.unavailable ?? ""
}

/** A digest in groups of four, as people compare it. */
export const grouped = (sha256: string) => (sha256.toUpperCase().match(/.{1,4}/g) ?? []).join(" ")

export type Typed = Pick<NewDeviceBody, "name" | "keepsOthers"> & {
  readonly family: string
  readonly address: string
  readonly username: string
  readonly password: string
}

/** What is sent of what was typed; null while something is missing. */
export function inputOf(
  typed: Typed,
  {
    roomId,
    isCalled,
    certificate,
  }: { readonly roomId: string; readonly isCalled: boolean; readonly certificate: string | null },
): NewDeviceBody | null {
  const { family, keepsOthers } = typed
  const [name, address, username] = [typed.name, typed.address, typed.username].map((one) => one.trim())
  const common = { roomId, family, name: name ?? "", keepsOthers }
  if (!name) return null
  if (!isCalled)
    return { ...common, address: null, username: null, password: null, certificate: null, keepsOthers: false }
  if (!address || !username || typed.password === "") return null
  return { ...common, address, username, password: typed.password, certificate }
}

type Line = DeviceBookingsView["bookings"][number]

/** One booking of a device in a line: when, what, and by which number. */
export function bookingLine(
  { startsAt, title, isPrivate, host, numbers }: Line,
  text: VideoWords,
  locale: string,
): string {
  const when = timeText(startsAt, locale)
  const what = title ?? (isPrivate ? text.privateMeeting : text.untitled)
  return [when, what, host, numbers[0] ?? null].filter((part) => part !== null && part !== "").join(" · ")
}

/** What is typed of a device that is there. */
export type Edited = Pick<
  DeviceView,
  "name" | "username" | "keepsOthers" | "startBufferMinutes" | "endBufferMinutes"
> & {
  readonly address: string
  /** Empty where it stays. */
  readonly password: string
  readonly room: { readonly roomId: string; readonly name: string } | null
}

export function editedOf(device: DeviceView): Edited {
  const { name, username, keepsOthers, startBufferMinutes, endBufferMinutes, address, room } = device
  return {
    ...{ name, username, keepsOthers, startBufferMinutes, endBufferMinutes, address: address ?? "", password: "" },
    room: room === null ? null : { roomId: room.roomId, name: room.displayName },
  }
}

/** Whether another address was typed for one that has a list: what answers at the one before is to lose it. */
export const isElsewhere = ({ address, given, isUncleared }: DeviceView, typed: Edited): boolean =>
  address !== null && (given !== null || isUncleared) && typed.address.trim().toLowerCase() !== address

/** What is sent of it: what is another now, and no more; null where nothing is, or something is missing. */
export function changeOf(device: DeviceView, { room, ...typed }: Edited): DeviceChange | null {
  const name = typed.name.trim()
  const [address, username] = [typed.address.trim().toLowerCase(), typed.username.trim()]
  if (name === "" || (device.isCalled && (address === "" || username === ""))) return null
  const { startBufferMinutes, endBufferMinutes, keepsOthers } = typed
  const change: DeviceChange = {
    ...(name === device.name ? {} : { name }),
    ...(room === null || room.roomId === device.room?.roomId ? {} : { roomId: room.roomId }),
    ...(address === (device.address ?? "") ? {} : { address }),
    ...(username === device.username ? {} : { username }),
    ...(typed.password === "" ? {} : { password: typed.password }),
    ...(startBufferMinutes === device.startBufferMinutes ? {} : { startBufferMinutes }),
    ...(endBufferMinutes === device.endBufferMinutes ? {} : { endBufferMinutes }),
    ...(keepsOthers === device.keepsOthers ? {} : { keepsOthers }),
  }
  return Object.keys(change).length === 0 ? null : change
}
