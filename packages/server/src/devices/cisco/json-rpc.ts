import { z } from "zod"
import type { DeviceSocket } from "../../ports/device-wire.ts"
import { lost, problemOfReason } from "./problems.ts"

const answer = z.object({
  id: z.union([z.string(), z.number()]).nullish(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string().catch("") }).optional(),
})

type Waiting = { readonly resolve: (result: unknown) => void; readonly reject: (error: unknown) => void }

export type XapiLine = {
  /** Throws Problem: what the device refuses, or "unavailable" where the line ends before it answers. */
  call(method: string, params: object, signal: AbortSignal): Promise<unknown>
  readonly ended: Promise<void>
  close(): void
}

/**
 * xAPI over a web socket: JSON-RPC 2.0, as Cisco's own client speaks it (cisco-ce/jsxapi, src/xapi, seen 2026-11-29). Its own
 * client cannot be used: it looks at no certificate. `onEvent` is given the parameters of each xFeedback/Event.
 */
export function xapiOver(socket: DeviceSocket, onEvent: (params: unknown) => void): XapiLine {
  const waiting = new Map<string, Waiting>()
  let lastId = 0
  let isOver = false

  function receive(text: string): void {
    const read = answer.safeParse(parsed(text))
    if (!read.success) return
    const { id, method, params, result, error } = read.data
    if (method === "xFeedback/Event") return onEvent(params)
    const asked = waiting.get(String(id))
    waiting.delete(String(id))
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(problemOfReason(error.message))
  }

  socket.onMessage(receive)
  const ended = socket.ended.then(() => {
    isOver = true
    for (const { reject } of waiting.values()) reject(lost())
    waiting.clear()
  })
  return {
    ended,
    close: () => socket.close(),
    call(method, params, signal) {
      const id = String(++lastId)
      return new Promise<unknown>((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(id)
          reject(lost())
        }
        if (signal.aborted || isOver) return giveUp()
        signal.addEventListener("abort", giveUp, { once: true })
        const answered =
          <Value>(settle: (value: Value) => void) =>
          (value: Value) => {
            signal.removeEventListener("abort", giveUp)
            settle(value)
          }
        waiting.set(id, { resolve: answered(resolve), reject: answered(reject) })
        socket.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }))
      })
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
