/** The node of devices.bench.ts: the real service on the database given; and bare lines to the same devices, as the baseline. */
import WebSocket from "ws"
import { elapsedMs, pause } from "../../../tools/platform.ts"
import { startTestNode } from "../src/testing/node.ts"
import { answer } from "./kit/part.ts"

type Started = { readonly url: string; readonly setupCode: string | null; readonly port: number }

/** One list put over each line in turn: how long each took, from the sending to the answer. */
async function bare(input: { addresses: readonly string[]; body: string; perSecond: number }): Promise<number[]> {
  const { addresses, body, perSecond } = input
  const token = Buffer.from("integrator:codec-password").toString("base64url")
  const lines = await Promise.all(addresses.map((address) => open(address, token)))
  const took: Promise<number>[] = []
  for (const [index, line] of lines.entries()) {
    took.push(put(line, index, body))
    await pause(1_000 / perSecond)
  }
  const all = await Promise.all(took)
  for (const line of lines) line.terminate()
  return all
}

function open(address: string, token: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    // A stand-in for the real line, without any look at whom it leads to.
    const line = new WebSocket(`wss://${address}/ws`, `auth-${token}`, { rejectUnauthorized: false })
    line.once("open", () => resolve(line))
    line.once("error", reject)
  })
}

function put(line: WebSocket, index: number, body: string): Promise<number> {
  const began = elapsedMs()
  return new Promise((resolve) => {
    line.once("message", () => resolve(elapsedMs() - began))
    line.send(JSON.stringify({ jsonrpc: "2.0", id: String(index), method: "xCommand/Bookings/Put", params: { body } }))
  })
}

answer({
  async start({ databaseUrl, settings }: { databaseUrl: string; settings: Record<string, string> }): Promise<Started> {
    const { url, setupCode, port } = await startTestNode(databaseUrl, settings)
    return { url, setupCode, port }
  },
  bare,
  memoryMb() {
    globalThis.gc?.()
    return process.memoryUsage().rss / 2 ** 20
  },
})
