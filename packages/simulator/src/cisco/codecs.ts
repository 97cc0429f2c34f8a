import { X509Certificate } from "node:crypto"
import { connect } from "node:tls"
import type { SimulatorPlatform } from "../platform.ts"
import { Codec, type CodecOptions } from "./codec.ts"
import { type ServedCodec, serveCodec } from "./serve-codec.ts"

export type RunningCodec = {
  readonly codec: Codec
  readonly address: string
  renewCertificate(): void
  /** SHA-256 of what it shows now, as its screen says it. */
  fingerprint(): Promise<string>
}

/** Codecs, each on a port of its own. */
export function createCodecs(platform: SimulatorPlatform) {
  const running: (RunningCodec & Pick<ServedCodec, "close">)[] = []
  return {
    get all(): readonly RunningCodec[] {
      return running
    },
    /** `port`: 0 takes a free one. */
    async add(options: CodecOptions, port = 0): Promise<RunningCodec> {
      const codec = new Codec(platform, options)
      const { address, renewCertificate, close } = await serveCodec(codec, port, platform)
      const one = { codec, address, renewCertificate, close, fingerprint: () => fingerprintAt(address) }
      running.push(one)
      return one
    },
    close: async (): Promise<void> => {
      await Promise.all(running.map((one) => one.close()))
    },
  }
}
export type Codecs = ReturnType<typeof createCodecs>

function fingerprintAt(address: string): Promise<string> {
  const [host = "", port = ""] = address.split(":")
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false })
    socket.once("error", reject)
    socket.once("secureConnect", () => {
      const { fingerprint256 } = new X509Certificate(socket.getPeerCertificate(true).raw)
      socket.destroy()
      resolve(fingerprint256.replaceAll(":", "").toLowerCase())
    })
  })
}
