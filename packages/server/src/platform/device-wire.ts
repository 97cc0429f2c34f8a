import { lookup } from "node:dns/promises"
import { request as send } from "node:https"
import { BlockList, isIP } from "node:net"
import { checkServerIdentity, connect, type TLSSocket } from "node:tls"
import { Problem } from "@kalends/domain/problem"
import WebSocket from "ws"
import type { DeviceAddress } from "../ports/device-family.ts"
import type { DeviceRequest, DeviceSocket, DeviceWire, ShownCertificate } from "../ports/device-wire.ts"

const messageBytesMost = 4 * 2 ** 20
/** So that a line that was cut without a word is noticed. */
const keepAliveMs = 30_000

/** `networks`: those in which devices may be, as "10.0.0.0/8". */
export function createDeviceWire(networks: readonly string[]): DeviceWire {
  const allowed = networkList(networks)

  /** A line whose certificate was not looked at yet. */
  async function open(address: string, signal: AbortSignal): Promise<{ socket: TLSSocket; host: string }> {
    const { host, port } = splitAddress(address)
    const found = await lookup(host).catch(() => null)
    if (found === null) throw new Problem("unavailable", "There is no such address.", { code: "no-address" })
    if (!allowed.check(found.address, found.family === 6 ? "ipv6" : "ipv4"))
      throw new Problem("forbidden", "This address is in no network of video systems.", { code: "device-address" })
    const name = isIP(host) === 0 ? { servername: host } : {}
    // Whether it is trusted is looked at below, before anything is sent: most devices have a certificate of their own making.
    const socket = connect({
      ...{ host: found.address, port, ...name, rejectUnauthorized: false, minVersion: "TLSv1.2" },
      checkServerIdentity: (_name, shown) => checkServerIdentity(host, shown),
    })
    await whenSecure(socket, signal)
    return { socket, host }
  }

  async function openTrusted({ address, certificate }: DeviceAddress, signal: AbortSignal): Promise<TLSSocket> {
    const { socket } = await open(address, signal)
    const refusal = refusalOf(socket, certificate)
    if (refusal === null) return socket.setKeepAlive(true, keepAliveMs)
    socket.destroy()
    throw refusal
  }

  return {
    async certificateOf(address, signal) {
      const { socket } = await open(address, signal)
      const shown = shownBy(socket)
      socket.destroy()
      if (shown === null) throw new Problem("malformed", "It shows no certificate.", { code: "no-certificate" })
      return shown
    },
    async request(to, request, signal) {
      const socket = await openTrusted(to, signal)
      return ask(socket, to.address, request, signal).finally(() => socket.destroy())
    },
    async webSocket(to, wanted, signal) {
      const socket = await openTrusted(to, signal)
      return upgrade(socket, to.address, wanted, signal)
    },
  }
}

/** Throws TypeError where one is none. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = "", bits = ""] = network.split("/")
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits)) throw new TypeError(`"${network}" is no network`)
    list.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4")
  }
  return list
}

function splitAddress(address: string): { readonly host: string; readonly port: number } {
  const url = URL.canParse(`https://${address}`) ? new URL(`https://${address}`) : null
  if (url === null) throw new Problem("malformed", "This is not an address.", { code: "bad-address" })
  return { host: url.hostname.replace(/^\[|\]$/g, ""), port: Number(url.port || 443) }
}

function whenSecure(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => {
      socket.destroy()
      reject(unanswered())
    }
    signal.addEventListener("abort", fail, { once: true })
    socket.once("error", fail)
    socket.once("close", fail)
    socket.once("secureConnect", () => {
      signal.removeEventListener("abort", fail)
      socket.off("error", fail).off("close", fail)
      // What breaks later is told by whoever uses the line.
      socket.on("error", () => {})
      resolve()
    })
    if (signal.aborted) fail()
  })
}

function unanswered(): Problem {
  return new Problem("unavailable", "The video system does not answer.", { code: "device-silent" })
}

function refusalOf(socket: TLSSocket, pinned: string | null): Problem | null {
  if (pinned === null)
    return socket.authorized
      ? null
      : new Problem("forbidden", "The certificate of the video system is not trusted; compare and pin it.", {
          code: "certificate-untrusted",
        })
  return shownBy(socket)?.sha256 === pinned
    ? null
    : new Problem("forbidden", "The video system shows another certificate than the one that is pinned.", {
        code: "certificate-changed",
      })
}

function shownBy(socket: TLSSocket): ShownCertificate | null {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return null
  const validUntil = Temporal.Instant.fromEpochMilliseconds(Date.parse(certificate.validTo))
  return {
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    ...{ subject: lineOf(certificate.subject), issuer: lineOf(certificate.issuer), validUntil },
    isTrusted: socket.authorized,
  }
}

/** A name of several lines in one, and of no more than a line. */
const lineOf = (name: string | undefined) => (name ?? "").replaceAll("\n", ", ").slice(0, 200)

type Answer = { readonly status: number; readonly body: string }

function ask(
  socket: TLSSocket,
  address: string,
  { method, path, headers, body }: DeviceRequest,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(unanswered())
    const outgoing = send(
      {
        method,
        path,
        signal,
        headers: { ...headers, host: address, connection: "close" },
        createConnection: () => socket,
      },
      (response) => {
        const parts: Buffer[] = []
        let size = 0
        response.on("data", (part: Buffer) => {
          size += part.length
          if (size <= messageBytesMost) parts.push(part)
          else response.destroy(new Error("too much"))
        })
        response.once("error", lost)
        response.once("end", () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString("utf8") }),
        )
      },
    )
    outgoing.once("error", lost)
    outgoing.end(body ?? undefined)
  })
}

function upgrade(
  line: TLSSocket,
  address: string,
  { path, protocol }: { readonly path: string; readonly protocol: string },
  signal: AbortSignal,
): Promise<DeviceSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://${address}${path}`, protocol, {
      createConnection: () => line,
      ...{ maxPayload: messageBytesMost, perMessageDeflate: false },
    })
    const stop = () => socket.terminate()
    signal.addEventListener("abort", stop, { once: true })
    socket.once("unexpected-response", (_request, { statusCode = 0 }) => {
      reject(refusedUpgrade(statusCode))
      socket.terminate()
    })
    // Says why it closes, where it does; the end itself is told below.
    socket.on("error", () => reject(unanswered()))
    const ended = new Promise<void>((end) => socket.once("close", () => end()))
    socket.once("open", () => {
      signal.removeEventListener("abort", stop)
      resolve({
        send: (text) => socket.send(text),
        onMessage: (listener) => void socket.on("message", (data) => listener(data.toString())),
        ended,
        close: () => socket.terminate(),
      })
    })
  })
}

function refusedUpgrade(status: number): Problem {
  if (status === 401)
    return new Problem("auth-revoked", "The video system does not take the password.", { code: "device-password" })
  if (status === 403)
    return new Problem("forbidden", "The video system does not let this user in.", { code: "device-role" })
  if (status === 404 || status === 400 || status === 426 || status === 501)
    return new Problem("unsupported", "The video system has no web sockets.", { code: "no-web-socket" })
  return unanswered()
}
