import type { IncomingMessage, ServerResponse } from "node:http"
import { createServer } from "node:https"
import type { Duplex } from "node:stream"
import { WebSocketServer } from "ws"
import type { SimulatorPlatform } from "../platform.ts"
import type { Codec, CodecRole } from "./codec.ts"
import { httpAnswer } from "./http.ts"
import { serveLine } from "./json-rpc.ts"
import { type SelfSigned, selfSigned } from "./self-signed.ts"

const bodyBytesMost = 2 * 2 ** 20
const linesMost = 20

export type ServedCodec = {
  /** 127.0.0.1 and the port. */
  readonly address: string
  /** From now on it shows another certificate. */
  renewCertificate(): void
  close(): Promise<void>
}

/** A codec on a loopback port of its own, with TLS and a certificate of its own making. */
export async function serveCodec(codec: Codec, port: number, platform: SimulatorPlatform): Promise<ServedCodec> {
  const fresh = (): SelfSigned => selfSigned(codec.name, platform.now())
  const server = createServer(fresh())
  const sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: bodyBytesMost, perMessageDeflate: false },
    // The name and password come as the protocol, which is said back.
    handleProtocols: (protocols) => [...protocols][0] ?? false,
  })
  server.on("connection", (socket: Duplex) => codec.knobs.isDown && socket.destroy())
  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    void answer(codec, request, response, platform)
  })
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const role = roleOf(codec, request)
    const status = upgradeStatus(codec, request, role, sockets.clients.size)
    if (status !== null || role === null) return void socket.end(`HTTP/1.1 ${status ?? "401 Unauthorized"}\r\n\r\n`)
    sockets.handleUpgrade(request, socket, head, (line) => serveLine(codec, line, role, platform))
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  const address = server.address()
  const at = typeof address === "object" && address !== null ? address.port : port
  return {
    address: `127.0.0.1:${at}`,
    renewCertificate: () => server.setSecureContext(fresh()),
    close: () =>
      new Promise((resolve) => {
        codec.drop()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function upgradeStatus(codec: Codec, request: IncomingMessage, role: CodecRole | null, open: number): string | null {
  if (!codec.knobs.hasWebSocket || request.url !== "/ws") return "404 Not Found"
  if (role === null) return "401 Unauthorized"
  return open >= linesMost ? "503 Service Unavailable" : null
}

async function answer(
  codec: Codec,
  request: IncomingMessage,
  response: ServerResponse,
  platform: SimulatorPlatform,
): Promise<void> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > bodyBytesMost) return void response.writeHead(413).end()
    parts.push(part)
  }
  if (codec.knobs.latencyMs > 0) await new Promise<void>((done) => platform.after(codec.knobs.latencyMs, done))
  const role = roleOf(codec, request)
  if (role === null) return void response.writeHead(401, { "www-authenticate": 'Basic realm="codec"' }).end()
  if (codec.knobs.cutNext > 0 && request.method === "POST") {
    codec.knobs.cutNext--
    return void response.destroy()
  }
  const url = new URL(request.url ?? "/", "https://codec")
  const found = httpAnswer(codec, { method: request.method ?? "GET", url, body: Buffer.concat(parts).toString() }, role)
  if (found === null) return void response.writeHead(404).end()
  response.writeHead(found.status, { "content-type": found.type }).end(found.body)
}

/** Basic, or the web socket's protocol: "auth-" with the same in base64url. */
function roleOf(codec: Codec, { headers }: IncomingMessage): CodecRole | null {
  const [, basic] = /^Basic (.{1,600})$/.exec(headers.authorization ?? "") ?? []
  const [, token] = /^auth-(.{1,600})$/.exec(headers["sec-websocket-protocol"] ?? "") ?? []
  const pair = basic !== undefined ? Buffer.from(basic, "base64") : Buffer.from(token ?? "", "base64url")
  const [name = "", ...password] = pair.toString().split(":")
  return codec.signIn(name, password.join(":"))
}
