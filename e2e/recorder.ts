import { createServer, request } from "node:http"

export type Sent = { readonly method: string; readonly path: string; readonly body: string }

/** Stands before the service, and keeps what is sent to it. */
export async function recordService(target: string) {
  const sent: Sent[] = []
  const server = createServer((incoming, outgoing) => {
    const parts: Buffer[] = []
    incoming.on("data", (part: Buffer) => void parts.push(part))
    incoming.on("end", () => {
      const { method = "", url: path = "", headers } = incoming
      const body = Buffer.concat(parts)
      sent.push({ method, path, body: body.toString() })
      const passed = request(
        `${target}${path}`,
        { method, headers: { ...headers, host: new URL(target).host } },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
          answer.pipe(outgoing)
        },
      )
      passed.on("error", () => outgoing.destroy())
      outgoing.on("close", () => passed.destroy())
      passed.end(body)
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", () => resolve()))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, sent, server }
}
