/** The clients of hints.bench.ts: open change streams on raw sockets, and one provider that sends notices. */
import { connect, type Socket } from "node:net"
import { elapsedMs, pause } from "../../../tools/platform.ts"
import { graphRequest } from "./kit/notices.ts"
import { answer } from "./kit/part.ts"

type Client = { readonly token: string; readonly calendarId: string; readonly secret: string }

const sockets: Socket[] = []
/** By calendar: when its hint was waited for, and what to do when it comes. */
const waiting = new Map<string, () => void>()
let closedCount = 0

function open(port: number, { token, calendarId }: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setNoDelay(true)
    sockets.push(socket)
    socket.once("error", reject)
    socket.on("close", () => closedCount++)
    socket.write(
      `GET /v1/changes HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${token}\r\naccept: text/event-stream\r\n\r\n`,
    )
    socket.on("data", (part: Buffer) => {
      if (part.includes("calendar-changed")) waiting.get(calendarId)?.()
      else if (part.includes('"hello"')) resolve()
      else if (part.includes("HTTP/1.1 ") && !part.includes("HTTP/1.1 200"))
        reject(new Error(part.toString("latin1").slice(0, 200)))
    })
  })
}

let clients: readonly Client[] = []

/** Opens the streams, some at a time, as clients do that reconnect with jitter. */
async function openAll(input: { port: number; clients: readonly Client[] }): Promise<number> {
  clients = input.clients
  const startedAtMs = elapsedMs()
  const batch = 100
  for (let from = 0; from < clients.length; from += batch)
    await Promise.all(clients.slice(from, from + batch).map((client) => open(input.port, client)))
  return elapsedMs() - startedAtMs
}

export type HintTimes = {
  readonly acceptedMs: Float64Array
  readonly hintMs: Float64Array
  readonly closedCount: number
}

/**
 * Sends `count` notices, `perSecond`, for calendars all over the clients. hintMs: from the answer 202 to the hint at the client,
 * 0 where the hint came first; acceptedMs: from the notice to its 202.
 */
async function notify({
  port,
  count,
  perSecond,
}: {
  port: number
  count: number
  perSecond: number
}): Promise<HintTimes> {
  const hook = connect(port, "127.0.0.1").setNoDelay(true)
  await new Promise((resolve) => hook.once("connect", resolve))
  const accepted: (() => void)[] = []
  hook.on("data", (part: Buffer) => {
    for (let at = part.indexOf("HTTP/1.1 202"); at !== -1; at = part.indexOf("HTTP/1.1 202", at + 1))
      accepted.shift()?.()
  })
  const acceptedMs: number[] = []
  const hintMs: number[] = []
  const startedAtMs = elapsedMs()
  for (let index = 0; index < count; index++) {
    const client = clients[(index * 7919) % clients.length]
    if (client === undefined) continue
    while (elapsedMs() - startedAtMs < (index / perSecond) * 1000) await pause(1)
    const sentAtMs = elapsedMs()
    let acceptedAtMs = 0
    let hintAtMs = 0
    const settle = () => {
      if (acceptedAtMs === 0 || hintAtMs === 0) return
      acceptedMs.push(acceptedAtMs - sentAtMs)
      hintMs.push(Math.max(0, hintAtMs - acceptedAtMs))
    }
    waiting.set(client.calendarId, () => {
      waiting.delete(client.calendarId)
      hintAtMs = elapsedMs()
      settle()
    })
    accepted.push(() => {
      acceptedAtMs = elapsedMs()
      settle()
    })
    hook.write(graphRequest("bench", client.secret, index))
  }
  const untilMs = elapsedMs() + 5_000
  while (hintMs.length < count && elapsedMs() < untilMs) await pause(10)
  hook.destroy()
  return { acceptedMs: Float64Array.from(acceptedMs), hintMs: Float64Array.from(hintMs), closedCount }
}

answer({ openAll, notify })
