import type { DisplayKind, DisplaySettings } from "@kalends/domain/display"
import { usualDisplaySettings } from "@kalends/domain/display"
import { type ActProgress, progressText } from "./act-progress.ts"
import { type DisplayState, nowsOf } from "./display-state.ts"
import { formatFor } from "./format.ts"
import { messages } from "./messages.ts"
import { type RoomView, roomView } from "./room-view.ts"
import type { DeviceTime } from "./service-time.ts"

/** Everything that the screen shows, as text. Drawn as it is: nothing is decided in a view. */
export type ScreenView =
  | { readonly kind: "pairing"; readonly code: string | null; readonly settings: DisplaySettings }
  | {
      readonly kind: "starting"
      /** In one of the catalogue's words: restarting where what was told could not be shown. */
      readonly says: "starting" | "startingLong" | "restarting"
      readonly settings: DisplaySettings
    }
  | {
      readonly kind: DisplayKind
      readonly settings: DisplaySettings
      readonly rooms: readonly RoomView[]
      /** What becomes of what was pressed. */
      readonly said: { readonly text: string; readonly isFailure: boolean } | null
      readonly isBusy: boolean
      /** Of all rooms: the first one's, as a board has no other. */
      readonly clock: string
      readonly day: string
      readonly isLinked: boolean
      readonly summary: string
    }

export type ScreenInput = {
  readonly state: DisplayState
  readonly device: DeviceTime
  readonly progress: ActProgress
  /** The device's own, until the service says others. */
  readonly language: DisplaySettings["language"]
  /** Since when nothing was heard after the start. */
  readonly startedTicksMs: number
}

/** After this long without the service a screen that starts says so. */
const longStartMs = 10_000

export function screenView({ state, device, progress, language, startedTicksMs }: ScreenInput): ScreenView {
  const own = { ...usualDisplaySettings, language }
  if (state.phase === "pairing") return { kind: "pairing", code: state.pairing?.code ?? null, settings: own }
  const nows = nowsOf(state, device)
  if (state.hello === null || nows === null)
    return {
      kind: "starting",
      says: device.ticksMs - startedTicksMs >= longStartMs ? "startingLong" : "starting",
      settings: own,
    }
  const { kind, settings } = state.hello.display
  const { now } = nows
  const looking = { nows, device, isLinked: state.isLinked, kind, settings }
  const rooms = state.rooms.map((known) => roomView({ ...looking, known }))
  const words = messages[settings.language]
  const format = formatFor(settings, state.rooms[0]?.room.zone ?? "UTC")
  const free = rooms.filter(({ tone }) => tone === "free" || tone === "soon").length
  return {
    ...{ kind, settings, rooms, isLinked: state.isLinked },
    said: state.rooms[0] === undefined ? null : progressText(progress, state.rooms[0].room.roomId, { format, words }),
    isBusy: progress.kind === "working",
    ...{ clock: format.time(now), day: format.day(now) },
    summary: words.freeCount(free, rooms.length),
  }
}
