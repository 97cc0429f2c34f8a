import { createServer } from "node:net"

/** A loopback port that was free a moment ago, as given out by the operating system. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", reject)
    probe.listen(0, "127.0.0.1", () => {
      const found = probe.address()
      probe.close(() =>
        found !== null && typeof found === "object" ? resolve(found.port) : reject(new Error("no free port")),
      )
    })
  })
}
