/** The load generator of hooks.bench.ts: raw sockets that are kept open, one request under way on each. */
import { connect, type Socket } from "node:net"
import { elapsedMs, pause } from "../../../tools/platform.ts"
import { createNotices } from "./kit/notices.ts"
import { answer } from "./kit/part.ts"

const nextNotice = createNotices(5)
const endOfAnswer = Buffer.from("\r\n\r\n")
const accepted = Buffer.from("HTTP/1.1 202")

type Lane = { readonly socket: Socket; isFree: boolean; sentAtMs: number; onAnswer: () => void }

export type LoadResult = {
  readonly count: number
  readonly seconds: number
  readonly latenciesMs: Float64Array
  readonly refused: number
}

function open(port: number, count: number): Promise<Lane[]> {
  return Promise.all(
    Array.from({ length: count }, () => {
      const socket = connect(port, "127.0.0.1").setNoDelay(true)
      const lane: Lane = { socket, isFree: true, sentAtMs: 0, onAnswer: () => {} }
      return new Promise<Lane>((resolve, reject) => {
        socket.once("connect", () => resolve(lane)).once("error", reject)
      })
    }),
  )
}

/** Answers have no body; each arrives whole or in pieces. */
function listen(lane: Lane, refuse: () => void): void {
  let held: Buffer = Buffer.alloc(0)
  lane.socket.on("data", (part: Buffer) => {
    held = held.length === 0 ? part : Buffer.concat([held, part])
    if (!held.subarray(-4).equals(endOfAnswer)) return
    if (!held.subarray(0, accepted.length).equals(accepted)) refuse()
    held = Buffer.alloc(0)
    lane.isFree = true
    lane.onAnswer()
  })
}

/** As many as the server takes, `lanes` at a time. */
async function flood({ port, lanes, seconds }: { port: number; lanes: number; seconds: number }): Promise<LoadResult> {
  const all = await open(port, lanes)
  const latencies: number[] = []
  let refused = 0
  const startedAtMs = elapsedMs()
  const untilMs = startedAtMs + seconds * 1000
  await Promise.all(
    all.map((lane) => {
      listen(lane, () => refused++)
      return new Promise<void>((resolve) => {
        const send = () => {
          lane.sentAtMs = elapsedMs()
          lane.socket.write(nextNotice())
        }
        lane.onAnswer = () => {
          const now = elapsedMs()
          latencies.push(now - lane.sentAtMs)
          if (now < untilMs) send()
          else resolve()
        }
        send()
      })
    }),
  )
  const tookSeconds = (elapsedMs() - startedAtMs) / 1000
  for (const { socket } of all) socket.destroy()
  return { count: latencies.length, seconds: tookSeconds, latenciesMs: Float64Array.from(latencies), refused }
}

/** So many a second, whether or not the ones before are answered: latency counts from when a request was due. */
async function pace({
  port,
  perSecond,
  seconds,
}: {
  port: number
  perSecond: number
  seconds: number
}): Promise<LoadResult> {
  const all = await open(port, 256)
  const free = [...all]
  const due: number[] = []
  const latencies: number[] = []
  let refused = 0
  const drain = () => {
    while (due.length > 0 && free.length > 0) {
      const lane = free.pop()
      const dueAtMs = due.shift()
      if (lane === undefined || dueAtMs === undefined) return
      lane.sentAtMs = dueAtMs
      lane.socket.write(nextNotice())
    }
  }
  for (const lane of all) {
    listen(lane, () => refused++)
    lane.onAnswer = () => {
      latencies.push(elapsedMs() - lane.sentAtMs)
      free.push(lane)
      drain()
    }
  }
  const startedAtMs = elapsedMs()
  let sent = 0
  while (elapsedMs() - startedAtMs < seconds * 1000) {
    for (const target = ((elapsedMs() - startedAtMs) / 1000) * perSecond; sent < target; sent++)
      due.push(startedAtMs + (sent / perSecond) * 1000)
    drain()
    await pause(1)
  }
  while (latencies.length < sent && elapsedMs() - startedAtMs < seconds * 2000) await pause(5)
  for (const { socket } of all) socket.destroy()
  return { count: sent, seconds, latenciesMs: Float64Array.from(latencies), refused: refused + sent - latencies.length }
}

answer({ flood, pace })
