import { createServer } from "node:net"

// Below what operating systems give out to whoever asks for any port (Linux from 32768 on, others from 49152): what was free a
// moment ago is not taken by the next connection that anybody makes. Each process begins elsewhere.
const lowest = 20_000
const count = 12_000
let next = (process.pid * 7_919) % count

/** A loopback port that was free a moment ago, and that this process is not told of again for a long while. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < count; tried++) {
    next = (next + 1) % count
    if (await isFree(lowest + next)) return lowest + next
  }
  throw new Error("no free port")
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)))
  })
}
