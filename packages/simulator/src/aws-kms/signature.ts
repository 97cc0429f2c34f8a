import { createHash, createHmac, timingSafeEqual } from "node:crypto"

export type Asked = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a request says of its signature; null where there is none in this form. */
export type Claim = {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly stamp: string
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex")
const hmac = (key: Uint8Array | string, text: string): Buffer => createHmac("sha256", key).update(text).digest()

export function claimOf({ headers }: Asked): Claim | null {
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^/]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? "",
    )
  const stamp = headers["x-amz-date"]
  if (match === null || stamp === undefined) return null
  const [, accessKeyId = "", date = "", region = "", service = "", names = "", signature = ""] = match
  return { accessKeyId, date, region, service, signedHeaders: names.split(";"), signature, stamp }
}

/**
 * The signature that a request must have, step by step as in "Create a signed AWS API request"
 * (docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function signatureOf({ method, url, headers, body }: Asked, claim: Claim, secret: string): string {
  const canonicalHeaders = [...claim.signedHeaders]
    .sort()
    .map((name) => `${name}:${(headers[name] ?? "").trim().replace(/\s+/g, " ")}`)
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const canonical = [
    method,
    url.pathname,
    query.join("&"),
    ...canonicalHeaders,
    "",
    [...claim.signedHeaders].sort().join(";"),
    headers["x-amz-content-sha256"] ?? sha256(body),
  ].join("\n")
  const scope = [claim.date, claim.region, claim.service, "aws4_request"]
  const toSign = ["AWS4-HMAC-SHA256", claim.stamp, scope.join("/"), sha256(canonical)].join("\n")
  let key = hmac(`AWS4${secret}`, claim.date)
  for (const part of scope.slice(1)) key = hmac(key, part)
  return hmac(key, toSign).toString("hex")
}

export const isSame = (a: string, b: string) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
