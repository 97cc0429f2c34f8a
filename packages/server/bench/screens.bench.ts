/**
 * How many screens one node carries: door panels with an open stream each, one for each room. Memory for each of them, and how
 * long it takes from a room's new agenda to its screen. Real PostgreSQL, routes and streams; the screens are sockets in this
 * process, over loopback. The baseline is the same text written to bare streams of the same number. What comes before it, from
 * the calendar service to the agenda, is in devices.bench.ts. The number may be given: --screens=500.
 */
import { randomBytes } from "node:crypto"
import { connect, type Socket } from "node:net"
import { loadavg } from "node:os"
import { beatsPerHeard, displayBeatSeconds } from "@kalends/protocol/display"
import { elapsedMs, pause, say } from "../../../tools/platform.ts"
import { startBenchDatabase } from "./kit/database.ts"
import { atMost, endBench, failed, median, percentile, report } from "./kit/figures.ts"
import { startPart } from "./kit/part.ts"

const asked = process.argv.find((argument) => argument.startsWith("--screens="))
const count = Number(asked?.slice("--screens=".length) ?? 2_000)
/** What these make the server load and compile is not the memory of a screen: the others are counted. */
const firstCount = Math.floor(count / 5)
const perSecond = 50
const changes = Math.min(count, 1_000)
const atOnce = 100
const settleMs = 10_000

let screensMade = 0

type Screen = {
  readonly socket: Socket
  waits: { readonly mark: string; readonly heard: () => void } | null
  said: string
}

/** As the app does, some seconds after the beat: here each at its own. The bench may be over by then. */
async function sayHeard(port: number, token: string, place: number): Promise<void> {
  await pause((place % displayBeatSeconds) * 1_000)
  const headers = { authorization: `Bearer ${token}` }
  await fetch(`http://127.0.0.1:${port}/v1/display/heard`, { method: "POST", headers }).catch(() => {})
}

/** A screen that is open once it was told of its room. */
function openScreen(port: number, token: string | null, opened: string): Promise<Screen> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1").setNoDelay(true)
    const screen: Screen = { socket, waits: null, said: "" }
    const place = screensMade++
    let beats = 0
    const bearer = token === null ? "" : `authorization: Bearer ${token}\r\n`
    socket.write(`GET /v1/display/agendas HTTP/1.1\r\nhost: 127.0.0.1\r\n${bearer}\r\n`)
    socket.once("error", reject)
    socket.on("data", (part: Buffer) => {
      const text = part.toString("utf8")
      if (text.startsWith("HTTP/1.1 ") && !text.startsWith("HTTP/1.1 200")) reject(new Error(text.slice(0, 200)))
      if (text.includes(opened)) {
        screen.said = text
        resolve(screen)
      }
      if (token !== null && text.includes('"kind":"beat"') && ++beats % beatsPerHeard === 0)
        void sayHeard(port, token, place)
      if (screen.waits !== null && text.includes(screen.waits.mark)) screen.waits.heard()
    })
  })
}

function whenHeard(screen: Screen, mark: string): Promise<number> {
  const began = elapsedMs()
  return new Promise((resolve) => {
    screen.waits = { mark, heard: () => resolve(elapsedMs() - began) }
  })
}

async function openAll(tokens: readonly (string | null)[], port: number, opened: string): Promise<readonly Screen[]> {
  const screens: Screen[] = []
  for (let from = 0; from < tokens.length; from += atOnce) {
    const batch = tokens.slice(from, from + atOnce)
    screens.push(...(await Promise.all(batch.map((token) => openScreen(port, token, opened)))))
  }
  return screens
}

const shown = (times: readonly number[]) =>
  `median ${median(times).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms, most ${Math.max(...times).toFixed(0)} ms`

const database = await startBenchDatabase()
const server = startPart(new URL("./screens-server.ts", import.meta.url))
try {
  say(`load average when it began: ${loadavg()[0]?.toFixed(1)}`)
  const tokens = Array.from({ length: count }, () => randomBytes(32).toString("base64url"))
  const port = await server.ask<number>("start", { databaseUrl: database.url, tokens })
  const memoryWhenIdle = async () => {
    await pause(settleMs)
    return server.ask<number>("memory")
  }
  const first = await openAll(tokens.slice(0, firstCount), port, "At first")
  const before = await memoryWhenIdle()
  const began = elapsedMs()
  const screens = [...first, ...(await openAll(tokens.slice(firstCount), port, "At first"))]
  const openedSeconds = (elapsedMs() - began) / 1_000
  const after = await memoryWhenIdle()
  const each = (after - before) / (count - firstCount) / 1_024
  say(`${count - firstCount} streams opened in ${openedSeconds.toFixed(1)} s`)
  say(
    `memory: ${Math.round(before / 2 ** 20)} MiB with ${firstCount}, ${Math.round(after / 2 ** 20)} MiB with ${count}`,
  )

  const took: Promise<number>[] = []
  for (let number = 0; number < changes; number++) {
    const place = (number * 37) % count
    const screen = screens[place]
    if (screen !== undefined) took.push(whenHeard(screen, `Changed ${number}`))
    void server.ask("change", { number: place, title: `Changed ${number}` })
    await pause(1_000 / perSecond)
  }
  const steady = await Promise.all(took)
  say(`steady, ${perSecond} changes a second: ${shown(steady)}`)
  await server.ask("prepareAll", { count, title: "All at once" })
  const all = screens.map((screen) => whenHeard(screen, "All at once"))
  void server.ask("changeAll")
  const burst = await Promise.all(all)
  say(`every room changed at once: ${shown(burst)}`)
  const text = screens[0]?.said.replace(/^[\s\S]*data: /, "").trim() ?? ""
  for (const { socket } of screens) socket.destroy()

  const bare = await openAll(
    Array.from({ length: count }, () => null),
    await server.ask<number>("startBare"),
    ": open",
  )
  const bareTimes = bare.map((screen) => whenHeard(screen, "data: "))
  void server.ask("writeBare", { text })
  const bareBurst = await Promise.all(bareTimes)
  say(`bare streams, ${text.length} characters to all at once: ${shown(bareBurst)}`)
  say(`load average when it ended: ${loadavg()[0]?.toFixed(1)}`)
  for (const { socket } of bare) socket.destroy()
  report([
    atMost(`new agenda → one of ${count} screens, p99`, "ms", percentile(steady, 0.99), 1_000),
    atMost("every room changed at once, the last screen", "ms", Math.max(...burst), 5_000),
    atMost("server memory for each screen (RSS)", "KB", each, 60),
  ])
} catch (error) {
  failed(error)
} finally {
  await server.stop()
  await database.stop()
}
endBench()
