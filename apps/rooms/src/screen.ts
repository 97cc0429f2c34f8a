import { type DisplaySettings, usualDisplaySettings } from "@kalends/domain/display"
import type { DisplayActInput } from "@kalends/protocol/display"
import { choiceOf } from "./act-choices.ts"
import { type ActProgress, idle, shownMsOf } from "./act-progress.ts"
import type { DisplayLink } from "./display-link.ts"
import { createRedraw } from "./redraw.ts"
import { type ScreenView, screenView } from "./screen-view.ts"
import { type ActDone, Refused } from "./service.ts"
import type { DeviceTime } from "./service-time.ts"

export type ScreenWorld = {
  readonly link: Pick<DisplayLink, "state" | "subscribe" | "startOver">
  readonly act: (input: DisplayActInput) => Promise<ActDone>
  readonly device: () => DeviceTime
  readonly after: (delayMs: number, callback: () => void) => () => void
  readonly language: DisplaySettings["language"]
}

/** What cannot be shown is let go of, and asked for anew, this often at most. */
const startOverMs = 60_000

/** A screen: what is drawn now, and what is done when something is pressed. Drawn anew only when it differs. */
export function createScreen({ link, act, device, after, language }: ScreenWorld) {
  const listeners = new Set<() => void>()
  const redraw = createRedraw()
  const startedTicksMs = device().ticksMs
  let progress: ActProgress = idle
  let forgetOutcome = () => {}
  let startedOverMs = Number.NEGATIVE_INFINITY
  let drawn = redraw.offer(fresh(), startedTicksMs)
  let drawnText = JSON.stringify(drawn)

  /** What is told and cannot be shown must not leave on the screen what was shown before: that grows old unseen. */
  function fresh(): ScreenView {
    try {
      return screenView({ state: link.state, device: device(), progress, language, startedTicksMs })
    } catch {
      startOver()
      return { kind: "starting", says: "restarting", settings: { ...usualDisplaySettings, language } }
    }
  }

  function startOver(): void {
    const { ticksMs } = device()
    if (ticksMs - startedOverMs < startOverMs) return
    startedOverMs = ticksMs
    after(0, () => link.startOver())
  }

  function look(): void {
    const view = redraw.offer(fresh(), device().ticksMs)
    const text = view === drawn ? drawnText : JSON.stringify(view)
    if (text === drawnText) return
    drawn = view
    drawnText = text
    for (const listener of listeners) listener()
  }

  function progressTo(next: ActProgress): void {
    progress = next
    redraw.press()
    forgetOutcome()
    if (next.kind === "done" || next.kind === "failed")
      forgetOutcome = after(shownMsOf[next.kind], () => {
        progress = idle
        redraw.press()
        look()
      })
    look()
  }

  link.subscribe(look)

  return {
    get view(): ScreenView {
      return drawn
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    /** Called every second: time alone changes what is shown. */
    look,
    /** Does what was pressed, as it would be done now, and says what came of it. One thing at a time. */
    async press(roomId: string, key: string): Promise<void> {
      if (progress.kind === "working") return
      const view = fresh()
      const room = "rooms" in view ? view.rooms.find((one) => one.roomId === roomId) : undefined
      const choice = room === undefined ? null : choiceOf(room.acts, key)
      if (choice === null) return progressTo({ kind: "failed", roomId, code: null, problemKind: "conflict" })
      progressTo({ kind: "working", roomId, act: choice.input.act })
      try {
        const { endsAt } = await act(choice.input)
        progressTo({ kind: "done", roomId, act: choice.input.act, endsAt })
      } catch (error) {
        const { code, kind: problemKind } = error instanceof Refused ? error : { code: null, kind: null }
        progressTo({ kind: "failed", roomId, code, problemKind })
      }
    },
  }
}
export type Screen = ReturnType<typeof createScreen>
