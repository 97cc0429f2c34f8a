import { readFileSync } from "node:fs"
import { createContext, runInContext } from "node:vm"
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads"
import { fakeGoogle, plain } from "./fake-google.ts"

// Apps Script waits for every answer, and so does this: the built script runs here, in a world of its own with Google's
// services for globals, while the test answers from the main thread.

type Given = { readonly file: string; readonly port: MessagePort; readonly bell: SharedArrayBuffer }
const { file, port, bell } = workerData as Given
const signal = new Int32Array(bell)

function ask(question: unknown): unknown {
  Atomics.store(signal, 0, 0)
  port.postMessage({ kind: "ask", question })
  Atomics.wait(signal, 0, 0)
  const { answer, error }: { answer?: unknown; error?: string } = receiveMessageOnPort(port)?.message ?? {}
  if (error !== undefined) throw new Error(error)
  return answer
}

const google = fakeGoogle(
  {
    fetch: (url, options) => ask({ kind: "fetch", url, options }) as { status: number; text: string },
    get: (calendarId, eventId, options) => ask({ kind: "get", calendarId, eventId, options }),
    list: (calendarId, options) => ask({ kind: "list", calendarId, options }),
    own: () => String(ask({ kind: "own" })),
    patch: (resource, calendarId, eventId, _options, headers) =>
      ask({ kind: "patch", resource, calendarId, eventId, headers }),
  },
  () => "2026-12-01T08:00:00Z",
)
const world = createContext({ ...google.script })
runInContext(readFileSync(file, "utf8"), world)

port.on("message", ({ call, event }: { readonly call?: string; readonly event?: unknown }) => {
  if (call === undefined) return
  const result = runInContext(`${call}(${JSON.stringify(event)})`, world)
  port.postMessage({ kind: "done", result: plain(result), triggers: google.triggers })
})
