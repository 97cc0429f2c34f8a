import { Agent, request as plainRequest } from "node:http"
import { Agent as TlsAgent, request as tlsRequest } from "node:https"
import { ntProof, responseKey } from "../exchange/ntlm.ts"
import type { SimulatorPlatform } from "../platform.ts"

export type DeviceAnswer = {
  readonly status: number
  /** Every scheme that is offered, or what was said in one. */
  readonly schemes: readonly string[]
  readonly text: string
}

export type DeviceLogin = {
  readonly scheme: "ntlm" | "basic"
  readonly username: string
  readonly domain: string
  readonly password: string
}

const timeoutMs = 15_000
const answerBytesMost = 4 * 2 ** 20
const signature = Buffer.from("NTLMSSP\0", "ascii")

/** A device's one connection to its server: NTLM holds for a connection, so that all goes over the same one. */
export function createDeviceHttp(login: DeviceLogin, platform: SimulatorPlatform) {
  const options = { keepAlive: true, maxSockets: 1 }
  const agents = { "http:": new Agent(options), "https:": new TlsAgent(options) }
  let isSignedIn = false

  function send(url: URL, body: string, authorization: string | null): Promise<DeviceAnswer> {
    const isTls = url.protocol === "https:"
    const headers = {
      "content-type": "text/xml; charset=utf-8",
      "user-agent": "Simulated room system",
      ...(authorization === null ? {} : { authorization }),
    }
    return new Promise((resolve, reject) => {
      const sent = (isTls ? tlsRequest : plainRequest)(
        url,
        { method: "POST", headers, agent: isTls ? agents["https:"] : agents["http:"], timeout: timeoutMs },
        (answer) => {
          const parts: Buffer[] = []
          let bytes = 0
          answer.on("data", (part: Buffer) => {
            bytes += part.length
            if (bytes > answerBytesMost) sent.destroy(new Error("the answer is too long"))
            parts.push(part)
          })
          answer.on("error", reject)
          answer.on("end", () => {
            const offered = answer.headersDistinct["www-authenticate"] ?? []
            const text = Buffer.concat(parts).toString("utf8")
            resolve({
              status: answer.statusCode ?? 0,
              schemes: offered.flatMap((one) => one.split(/,\s*(?=\w+ ?)/)),
              text,
            })
          })
        },
      )
      sent.on("timeout", () => sent.destroy(new Error("no answer in time")))
      sent.on("error", reject)
      sent.end(body)
    })
  }

  async function signIn(url: URL, body: string, { schemes }: DeviceAnswer): Promise<DeviceAnswer | null> {
    const isOffered = (name: string) => schemes.some((one) => one.toLowerCase().startsWith(name))
    if (login.scheme === "ntlm" && isOffered("ntlm")) {
      const challenged = await send(url, "", `NTLM ${negotiate().toString("base64")}`)
      const token = challenged.schemes.map((one) => /^NTLM (\S+)$/i.exec(one)?.[1]).find((one) => one !== undefined)
      if (token === undefined) return null
      const proof = authenticate(Buffer.from(token, "base64"), login, platform)
      return send(url, body, `NTLM ${proof.toString("base64")}`)
    }
    return isOffered("basic") ? send(url, body, basicOf(login)) : null
  }

  return {
    /** Null where nothing in which the device could sign in is offered. */
    async post(address: string, body: string): Promise<DeviceAnswer | null> {
      const url = new URL(address)
      const first = await send(url, body, login.scheme === "basic" && isSignedIn ? basicOf(login) : null)
      const answer = first.status === 401 ? await signIn(url, body, first) : first
      isSignedIn = answer !== null && answer.status !== 401
      return answer
    },
    close(): void {
      agents["http:"].destroy()
      agents["https:"].destroy()
    },
  }
}

const basicOf = ({ username, password }: DeviceLogin): string =>
  `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`

/** UNICODE, REQUEST_TARGET, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, 128, 56 ([MS-NLMP] 2.2.2.5). */
const flags = 0xa0088205

/** The NEGOTIATE_MESSAGE (type 1). */
function negotiate(): Buffer {
  const message = Buffer.alloc(32)
  signature.copy(message)
  message.writeUInt32LE(1, 8)
  message.writeUInt32LE(flags, 12)
  return message
}

/** The AUTHENTICATE_MESSAGE (type 3), as old devices send it: without an integrity code. */
function authenticate(
  challenge: Buffer,
  { username, domain, password }: DeviceLogin,
  platform: SimulatorPlatform,
): Buffer {
  const info = challenge.subarray(challenge.readUInt32LE(44), challenge.readUInt32LE(44) + challenge.readUInt16LE(40))
  const time = Buffer.alloc(8)
  time.writeBigUInt64LE(BigInt(platform.now().epochMilliseconds) * 10_000n + 116_444_736_000_000_000n)
  const nonce = Buffer.from(platform.token("")).subarray(0, 8)
  const head = Buffer.from([1, 1, 0, 0, 0, 0, 0, 0])
  const part = Buffer.concat([head, time, nonce, Buffer.alloc(4), info, Buffer.alloc(4)])
  const key = responseKey(password, username, domain)
  const response = Buffer.concat([ntProof(key, challenge.subarray(24, 32), part), part])
  const names = [domain, username, ""].map((name) => Buffer.from(name, "utf16le"))
  const fields = [Buffer.alloc(24), response, ...names, Buffer.alloc(0)]
  const message = Buffer.alloc(64)
  signature.copy(message)
  message.writeUInt32LE(3, 8)
  let offset = message.length
  fields.forEach((field, index) => {
    message.writeUInt16LE(field.length, 12 + index * 8)
    message.writeUInt16LE(field.length, 14 + index * 8)
    message.writeUInt32LE(offset, 16 + index * 8)
    offset += field.length
  })
  message.writeUInt32LE(flags, 60)
  return Buffer.concat([message, ...fields])
}
