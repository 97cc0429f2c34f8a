import { createServer, type IncomingMessage } from "node:http"
import type { HookRequest, PushSource } from "../ports/calendar-provider.ts"

const basePath = "/hooks/here"

/**
 * A receiver on loopback that a simulated provider reaches over real HTTP: handshakes are answered as the push source says,
 * everything else with 202, and every request is kept.
 */
export async function startPushReceiver(push: PushSource) {
  let kept: HookRequest[] = []
  const server = createServer(async (request, response) => {
    const hook = await hookRequest(request)
    kept.push(hook)
    const recognised = push.recognise(hook)
    if (recognised.kind !== "handshake") return void response.writeHead(202).end()
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" }).end(recognised.text)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the receiver has no port")
  return {
    hookUrl: `http://127.0.0.1:${address.port}${basePath}`,
    /** What has come since the last call. */
    take(): readonly HookRequest[] {
      const all = kept
      kept = []
      return all
    },
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function hookRequest(request: IncomingMessage): Promise<HookRequest> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const url = new URL(request.url ?? "", "http://127.0.0.1")
  const headers = Object.entries(request.headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  )
  return {
    method: request.method ?? "",
    path: url.pathname.slice(basePath.length),
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(headers),
    body: Buffer.concat(parts),
  }
}
