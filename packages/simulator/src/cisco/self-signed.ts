import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** A certificate of the device's own making, as it has one from the factory, and its key. PEM. */
export type SelfSigned = { readonly cert: string; readonly key: string }

const ecdsaWithSha256 = Buffer.from("300a06082a8648ce3d040302", "hex")
const commonName = Buffer.from("0603550403", "hex")

/** X.509 version 1 on the curve P-256, valid for the 20 years around `now`. */
export function selfSigned(name: string, now: Temporal.Instant): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  const serial = randomBytes(12)
  serial[0] = 0x4b
  const subject = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))))
  const year = now.toZonedDateTimeISO("UTC").year
  const validity = sequence(utcTime(year - 10), utcTime(year + 10))
  const key = publicKey.export({ type: "spki", format: "der" })
  const body = sequence(der(0x02, serial), ecdsaWithSha256, subject, validity, subject, key)
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]))
  return {
    cert: pem("CERTIFICATE", sequence(body, ecdsaWithSha256, signature)),
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}

function der(tag: number, content: Buffer): Buffer {
  const size = content.length
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}

const sequence = (...parts: readonly Buffer[]) => der(0x30, Buffer.concat(parts))
const utcTime = (year: number) => der(0x17, Buffer.from(`${String(year % 100).padStart(2, "0")}0101000000Z`))

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`
}
