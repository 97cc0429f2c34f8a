import type { WebSocket } from "ws"
import type { SimulatorPlatform } from "../platform.ts"
import type { Codec, CodecEvent, CodecRole } from "./codec.ts"

type Params = Readonly<Record<string, unknown>>
type Call = { readonly id: unknown; readonly method: string; readonly params: Params }

const subscriptionsMost = 50

/**
 * xAPI as JSON-RPC 2.0 on one web socket, as Cisco's own client speaks it (cisco-ce/jsxapi, src/xapi): xCommand/…, xGet,
 * xFeedback/Subscribe and Unsubscribe; events come as xFeedback/Event.
 */
export function serveLine(codec: Codec, socket: WebSocket, role: CodecRole, platform: SimulatorPlatform): void {
  const queries = new Map<number, string>()
  let lastId = 0
  const send = (message: object) => socket.send(JSON.stringify({ jsonrpc: "2.0", ...message }))

  function tell(event: CodecEvent): void {
    for (const [Id, query] of queries)
      if (`event/bookings/${event}`.toLowerCase().startsWith(query))
        send({ method: "xFeedback/Event", params: { Id, Event: { Bookings: { [event]: { id: 1 } } } } })
  }

  function subscribe(params: Params): object {
    if (queries.size >= subscriptionsMost) return { error: { code: 0, message: "Too many registrations" } }
    const path = Array.isArray(params.Query) ? params.Query.join("/") : ""
    const id = ++lastId
    queries.set(id, path.toLowerCase())
    // Said once somebody is there to hear it.
    if (codec.wantsSync && "event/bookings/syncrequired".startsWith(path.toLowerCase())) {
      codec.wantsSync = false
      platform.after(0, () => tell("SyncRequired"))
    }
    return { result: { Id: id } }
  }

  function answer({ method, params }: Call): object {
    if (method.startsWith("xCommand/")) return commanded(codec, method.slice(9), params, role)
    if (method === "xGet") return got(codec, params)
    if (method === "xFeedback/Subscribe") return subscribe(params)
    if (method === "xFeedback/Unsubscribe")
      return queries.delete(Number(params.Id)) ? { result: {} } : { error: { code: 0, message: "Unknown Id" } }
    return { error: { code: -32601, message: "Method not found." } }
  }

  function receive(text: string): void {
    const call = readCall(text)
    if (call === null) return send({ id: null, error: { code: -32700, message: "Parse error" } })
    if (codec.knobs.cutNext > 0 && call.method.startsWith("xCommand/")) {
      codec.knobs.cutNext--
      return socket.terminate()
    }
    const reply = () => socket.readyState === socket.OPEN && send({ id: call.id, ...answer(call) })
    if (codec.knobs.latencyMs > 0) platform.after(codec.knobs.latencyMs, reply)
    else reply()
  }

  const cut = () => socket.terminate()
  codec.listeners.add(tell)
  codec.cutters.add(cut)
  socket.on("message", (data) => receive(data.toString()))
  socket.on("error", cut)
  socket.once("close", () => {
    codec.listeners.delete(tell)
    codec.cutters.delete(cut)
  })
}

function commanded(codec: Codec, path: string, { body, ...params }: Params, role: CodecRole): object {
  const outcome = codec.command(path, params, typeof body === "string" ? body : "", role)
  if ("unknown" in outcome) return { error: { code: 3, message: "Unknown command" } }
  if ("refused" in outcome) return { error: { code: 1, message: outcome.refused } }
  return { result: { status: "OK", ...outcome.result } }
}

function got(codec: Codec, { Path }: Params): object {
  const [root, ...path] = Array.isArray(Path) ? Path.map(String) : []
  const found = root?.toLowerCase() === "status" ? path.reduce<unknown>(childOf, codec.status) : undefined
  return found === undefined ? { error: { code: 3, message: "No match on address expression" } } : { result: found }
}

function childOf(node: unknown, name: string): unknown {
  return typeof node === "object" && node !== null ? Reflect.get(node, name) : undefined
}

function readCall(text: string): Call | null {
  try {
    const parsed: unknown = JSON.parse(text)
    const method = childOf(parsed, "method")
    const params = childOf(parsed, "params")
    if (typeof method !== "string") return null
    return { id: childOf(parsed, "id") ?? null, method, params: isRecord(params) ? params : {} }
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Params => typeof value === "object" && value !== null
