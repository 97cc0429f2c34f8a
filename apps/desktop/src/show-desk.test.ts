import { type ClientState, signedOut } from "@kalends/client/types"
import { expect, test } from "vitest"
import type { Desk } from "./desk.ts"
import { showDesk } from "./show-desk.ts"

function world() {
  const did: string[] = []
  const listeners = new Set<() => void>()
  const client = {
    state: { ...signedOut, phase: "signed-in" } as ClientState,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  let press = (_key: string) => {}
  let tick = () => {}
  const terminal = {
    size: () => ({ columns: 80, rows: 24 }),
    show(onKey: (key: string) => void) {
      did.push("show")
      press = onKey
      return () => void did.push("give back")
    },
    draw: () => void did.push("draw"),
  }
  const every = (_delayMs: number, callback: () => void) => {
    tick = callback
    return () => void did.push("stop")
  }
  const desk = (quit: () => void): Desk => ({ press: (key) => (key === "q" ? quit() : undefined), lines: () => [] })
  const shown = showDesk({ client, terminal, desk, tools: () => 0, every })
  const change = (phase: ClientState["phase"]) => {
    client.state = { ...client.state, phase }
    for (const listener of [...listeners]) listener()
  }
  return { did, shown, change, listeners, press: (key: string) => press(key), tick: () => tick() }
}

test("it is drawn at first, at each key, at each change and as time goes on", () => {
  const { did, change, press, tick } = world()
  press("j")
  change("signed-in")
  tick()
  expect(did).toEqual(["show", "draw", "draw", "draw", "draw"])
})

test.each([
  ["quit", ({ press }: ReturnType<typeof world>) => press("q")],
  ["signed-out", ({ change }: ReturnType<typeof world>) => change("signed-out")],
])("after the end (%s) nothing of the agenda reaches the terminal, whose history would keep it", async (why, end) => {
  const here = world()
  end(here)
  expect(await here.shown).toBe(why)
  here.tick()
  here.press("j")
  here.change("signed-out")
  expect(here.did).toEqual(["show", "draw", "stop", "give back"])
  expect(here.listeners.size).toBe(0)
})
