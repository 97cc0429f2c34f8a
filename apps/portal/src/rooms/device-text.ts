import type { DeviceBookingsView, DeviceView, NewDeviceInput } from "@kalends/protocol/devices"
import { relativeTime } from "@kalends/ui/words"
import type { VideoWords } from "../messages-video.ts"

type Telling = { readonly text: VideoWords; readonly locale: string; readonly now: Temporal.Instant }

/** How a device is, and what it was last given. */
export function stateLine({ state, given, isCalled }: DeviceView, { text, locale, now }: Telling): string {
  if (!isCalled && given === null) return text.asks
  const last =
    given === null ? null : text.given(given.count, relativeTime(Temporal.Instant.from(given.at), now, locale))
  return [text.states[state], last].filter((part) => part !== null).join(" · ")
}

/** What is wrong with a device, and what helps. */
export function problemLine({ kind, code }: { readonly kind: string; readonly code: string | null }, text: VideoWords) {
  return text.problems[code ?? ""] ?? text.problems[kind] ?? text.problems.unavailable ?? ""
}

/** A digest in groups of four, as people compare it. */
export const grouped = (sha256: string) => (sha256.toUpperCase().match(/.{1,4}/g) ?? []).join(" ")

export type Typed = Pick<NewDeviceInput, "name" | "keepsOthers"> & {
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
): NewDeviceInput | null {
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
  const when = Temporal.Instant.from(startsAt).toLocaleString(locale, {
    ...{ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  })
  const what = title ?? (isPrivate ? text.privateMeeting : text.untitled)
  return [when, what, host, numbers[0] ?? null].filter((part) => part !== null && part !== "").join(" · ")
}
