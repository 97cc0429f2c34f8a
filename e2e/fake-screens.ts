import { readFile } from "node:fs/promises"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import type { DisplayMessage } from "@kalends/protocol/display"
import { contentSecurityPolicy, newNonce, noncePlace } from "../packages/server/src/http/security-headers.ts"

const types: Readonly<Record<string, string>> = { ".js": "text/javascript", ".css": "text/css" }

/** What the service tells screens, and answers them; change it as a test goes on. */
export type ScreenScene = {
  /** Told to each screen that asks; the token of one that is not paired is refused. */
  messages: readonly DisplayMessage[]
  isPaired: boolean
  /** Answer to what is done at a screen: a code of the service's refusals, or done. */
  refusal: string | null
  acts: unknown[]
}

/**
 * The built screens, with the page headers of the real service, on an API that answers what a scene says: for every state of a
 * screen, those included that a real service is seldom in. It can be stopped and begun again on its port.
 */
export async function openFakeScreens(webFolder: string, scene: ScreenScene) {
  const streams = new Set<ServerResponse>()
  let port = 0

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://fake").pathname
    const json = (status: number, body: unknown) =>
      void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    const refuse = (status: number, kind: string, code: string) =>
      json(status, { type: "about:blank", title: code, status, kind, code })
    const now = new Date().toISOString()
    if (path === "/v1/displays/pairings") {
      const expiresAt = new Date(Date.now() + 600_000).toISOString()
      return json(201, { code: "7KQF3M9P", token: "t".repeat(43), expiresAt, now, pollSeconds: 1 })
    }
    if (path === "/v1/displays/pairings/current") return json(200, { state: scene.isPaired ? "paired" : "waiting" })
    if (path === "/v1/display/acts") {
      scene.acts.push(JSON.parse(await textOf(request)))
      if (scene.refusal !== null) return refuse(409, "conflict", scene.refusal)
      return json(200, { act: "book", roomId: "00000000-0000-4000-8000-0000000000a1", endsAt: now })
    }
    if (path === "/v1/display/heard") return void response.writeHead(204).end()
    if (path !== "/v1/display/agendas") return page(webFolder, path, response)
    if (!scene.isPaired) return refuse(401, "auth-expired", "display-unknown")
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" })
    streams.add(response)
    request.once("close", () => streams.delete(response))
    for (const message of scene.messages) response.write(`data: ${JSON.stringify(message)}\n\n`)
  }

  let server = createServer()
  async function begin(): Promise<void> {
    server = createServer((request, response) => {
      void answer(request, response).catch(() => response.writeHead(500).end())
    })
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    port = (server.address() as AddressInfo).port
  }
  async function stop(): Promise<void> {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  await begin()
  return {
    url: `http://127.0.0.1:${port}`,
    tell(message: DisplayMessage): void {
      for (const stream of streams) stream.write(`data: ${JSON.stringify(message)}\n\n`)
    },
    begin,
    stop,
  }
}

async function page(webFolder: string, path: string, response: ServerResponse): Promise<void> {
  const asset = /\/(assets\/[\w.-]+)$/.exec(path)?.[1]
  const text = await readFile(join(webFolder, "rooms", "dist", asset ?? "index.html"), "utf8")
  if (asset !== undefined)
    return void response.writeHead(200, { "content-type": types[extname(asset)] ?? "text/plain" }).end(text)
  const nonce = newNonce()
  response
    .writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy(nonce, []),
    })
    .end(text.replaceAll(noncePlace, nonce))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString("utf8")
}
