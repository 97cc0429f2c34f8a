import { generateKeyPairSync, randomBytes, sign } from "node:crypto"

/** A certificate and its private key, as PEM texts. */
export type CertificatePair = { readonly certificate: string; readonly privateKey: string }

/** One value of DER: tag, length, content (X.690 8.1). */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: readonly Uint8Array[]) => der(0x30, ...parts)
/** sha256WithRSAEncryption and commonName (RFC 8017 A.2.4, RFC 5280 A.1). */
const algorithm = sequence(Buffer.from("06092a864886f70d01010b0500", "hex"))
const commonName = Buffer.from("0603550403", "hex")

/** UTCTime serves until 2049 (RFC 5280 4.1.2.5.1). */
function time(at: Temporal.Instant): Buffer {
  const digits = at.toString({ smallestUnit: "second" }).replace(/[-:T]/g, "").slice(2)
  return der(0x17, Buffer.from(digits, "ascii"))
}

/** A key of RSA and a certificate for it that it signed itself (RFC 5280 4.1). Valid dates are those before 2050. */
export function newCertificate(name: string, from: Temporal.Instant, to: Temporal.Instant): CertificatePair {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const who = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name, "utf8")))))
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(8)])
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    algorithm,
    who,
    sequence(time(from), time(to)),
    who,
    publicKey.export({ type: "spki", format: "der" }),
  )
  const signature = sign("sha256", body, privateKey)
  const whole = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature))
  const lines = whole.toString("base64").match(/.{1,64}/g) ?? []
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`,
    privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }
}
