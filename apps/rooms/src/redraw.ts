import type { ScreenView } from "./screen-view.ts"

/** Paper is drawn anew at most this often. */
export const redrawMs = 60_000

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
 * at once what came of it.
 */
export function createRedraw() {
  let drawn: { readonly view: ScreenView; readonly key: string; readonly atMs: number } | null = null
  let isPressed = false
  const draw = (view: ScreenView, key: string, atMs: number) => {
    drawn = { view, key, atMs }
    isPressed = false
    return view
  }
  return {
    /** The view to be on the screen now: the offered one, or the one that was drawn last. */
    offer(view: ScreenView, ticksMs: number): ScreenView {
      const key = drawnKey(view)
      if (drawn === null || view.settings.look !== "e-paper") return draw(view, key, ticksMs)
      if (key === drawn.key) return drawn.view
      return isPressed || ticksMs - drawn.atMs >= redrawMs ? draw(view, key, ticksMs) : drawn.view
    },
    /** Somebody stands before the screen: the next change is drawn at once. */
    press(): void {
      isPressed = true
    },
  }
}
