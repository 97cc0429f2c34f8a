import type { ScreenView } from "./screen-view.ts"

/** Paper is drawn anew at most this often. */
export const redrawMs = 60_000
/** What is told right after something began, or was pressed, is drawn as it comes. */
const settlingMs = 5_000

/**
 * What of a view has to change for paper to be drawn anew: not the clock, which paper does not show, nor what each choice
 * would write, which is found when it is pressed.
 */
export function drawnKey(view: ScreenView): string {
  if (view.kind === "pairing" || view.kind === "starting") return JSON.stringify(view)
  const { clock: _clock, rooms, ...rest } = view
  return JSON.stringify({
    ...rest,
    rooms: rooms.map(({ clock: _time, timeline, acts, ...room }) => ({
      ...room,
      timeline: { ...timeline, nowAt: null },
      acts: [...acts.book, ...acts.extend, acts.end, acts.checkIn].map((choice) => choice?.key),
    })),
  })
}

/**
 * Decides when paper is drawn anew: when what it shows has changed, and at most once a minute. Whoever presses something sees
 * at once what came of it, and a screen that begins to show a room does not wait for its bookings.
 */
export function createRedraw() {
  let drawn: { readonly view: ScreenView; readonly key: string; readonly atMs: number } | null = null
  let settlesUntilMs = 0
  let isPressed = false
  const draw = (view: ScreenView, key: string, atMs: number) => {
    drawn = { view, key, atMs }
    return view
  }
  return {
    /** The view to be on the screen now: the offered one, or the one that was drawn last. */
    offer(view: ScreenView, ticksMs: number): ScreenView {
      const key = drawnKey(view)
      if (isPressed || drawn === null || drawn.view.kind !== view.kind) settlesUntilMs = ticksMs + settlingMs
      isPressed = false
      if (drawn === null || view.settings.look !== "e-paper") return draw(view, key, ticksMs)
      if (key === drawn.key) return drawn.view
      const isDue = ticksMs <= settlesUntilMs || ticksMs - drawn.atMs >= redrawMs
      return isDue ? draw(view, key, ticksMs) : drawn.view
    },
    /** Somebody stands before the screen. */
    press(): void {
      isPressed = true
    },
  }
}
