import type { ClientState } from "@kalends/client/types"
import type { Desk } from "./desk.ts"
import type { ScreenLine } from "./terminal-screen.ts"

export type ShowDeps = {
  readonly client: { readonly state: ClientState; subscribe(listener: () => void): () => void }
  readonly terminal: {
    size(): { readonly columns: number; readonly rows: number }
    /** Takes screen and keys; answers with what gives them back. */
    show(onKey: (key: string) => void): () => void
    draw(lines: readonly ScreenLine[]): void
  }
  /** The desk, given what quits it. */
  readonly desk: (quit: () => void) => Desk
  readonly tools: () => number
  readonly every: (delayMs: number, callback: () => void) => () => void
}

/** Ages and what is on now are told anew this often. */
const drawEveryMs = 10_000

/**
 * Shows the agenda until somebody quits or the session is over. Nothing is drawn once the screen is given back: what came then
 * would stay in the terminal's history.
 */
export function showDesk({ client, terminal, desk: deskWith, tools, every }: ShowDeps): Promise<"quit" | "signed-out"> {
  return new Promise((resolve) => {
    let isOver = false
    const desk = deskWith(() => end("quit"))
    const draw = () => {
      if (!isOver) terminal.draw(desk.lines(terminal.size(), tools()))
    }
    const giveBack = terminal.show((key) => {
      if (isOver) return
      desk.press(key)
      draw()
    })
    const stop = every(drawEveryMs, draw)
    const unsubscribe = client.subscribe(() => (client.state.phase === "signed-out" ? end("signed-out") : draw()))
    function end(why: "quit" | "signed-out"): void {
      if (isOver) return
      isOver = true
      unsubscribe()
      stop()
      giveBack()
      resolve(why)
    }
    draw()
  })
}
