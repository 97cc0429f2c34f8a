import { createHash, createHmac } from "node:crypto"

export type AwsCredentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

export type ToSign = {
  readonly url: URL
  /** Without host, date and token, which are put in here. Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly region: string
  readonly service: string
}

/**
 * Headers of a POST without a query, signed with Signature Version 4
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, seen 2026-11-29).
 */
export function signedHeaders(
  { url, headers, body, region, service }: ToSign,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
  now: Temporal.Instant,
): Record<string, string> {
  const stamp = `${now.toString({ smallestUnit: "second" }).replace(/[-:]/g, "")}`
  const scope = `${stamp.slice(0, 8)}/${region}/${service}/aws4_request`
  const all: Record<string, string> = {
    ...headers,
    host: url.host,
    "x-amz-date": stamp,
    ...(sessionToken === null ? {} : { "x-amz-security-token": sessionToken }),
  }
  const names = Object.keys(all).sort()
  const lines = names.map((name) => `${name}:${(all[name] ?? "").trim().replace(/ +/g, " ")}\n`)
  const canonical = ["POST", url.pathname, "", lines.join(""), names.join(";"), sha256(body)].join("\n")
  const text = ["AWS4-HMAC-SHA256", stamp, scope, sha256(canonical)].join("\n")
  const key = scope
    .split("/")
    .reduce<Uint8Array>((last, part) => hmac(last, part), Buffer.from(`AWS4${secretAccessKey}`))
  const signature = Buffer.from(hmac(key, text)).toString("hex")
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`
  return { ...all, authorization }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const hmac = (key: Uint8Array, text: string): Uint8Array => createHmac("sha256", key).update(text).digest()
