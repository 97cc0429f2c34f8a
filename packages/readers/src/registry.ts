import { caldavReader } from "./caldav/window.ts"
import { ewsReader } from "./ews/window.ts"
import { googleReader } from "./google/window.ts"
import { graphReader } from "./graph/window.ts"
import type { WindowReader } from "./reader.ts"

/** One line for each provider. */
export const readers: ReadonlyMap<string, WindowReader> = new Map([
  ["graph", graphReader],
  ["google", googleReader],
  ["caldav", caldavReader],
  ["ews", ewsReader],
])
