import { createDisplayActs, type DisplayActsDeps } from "./displays/display-acts.ts"
import { createDisplayStreams, type DisplayStreamsDeps } from "./displays/display-streams.ts"
import { createDisplays, type DisplaysDeps } from "./displays/displays.ts"

/** Screens of rooms: pairing, what they are told, and what is done at them. */
export function createDisplayParts(deps: DisplaysDeps & DisplayStreamsDeps & DisplayActsDeps) {
  const { store, fanOut, clock, random, agendas, desk, publicUrl } = deps
  return {
    displays: createDisplays({ store, fanOut, clock, random }),
    displayStreams: createDisplayStreams({ store, agendas, fanOut, clock, publicUrl }),
    displayAct: createDisplayActs({ store, agendas, desk, clock }),
  }
}
