import { randomBytes } from "node:crypto"
import type { SimulatorPlatform } from "../platform.ts"
import type { SimRequest, SimResponse } from "../server.ts"
import { accountNumber, refusal } from "./keys.ts"
import { claimOf, isSame, signatureOf } from "./signature.ts"

const skewMsMost = 5 * 60_000
/** What a pod may take. */
export const role = `arn:aws:iam::${accountNumber}:role/kalends`
/** What a pod may take. */
export const roleHours = 1

/** Who may call: one access key, and the sessions of the role. */
export function createIdentities(platform: SimulatorPlatform, region: string) {
  const credentials = { accessKeyId: "AKIASIMULATED0000001", secretAccessKey: randomBytes(30).toString("base64") }
  const sessions = new Map<
    string,
    { readonly secret: string; readonly token: string; readonly until: Temporal.Instant }
  >()
  const webToken = randomBytes(24).toString("base64url")

  function secretOf(request: SimRequest, accessKeyId: string): string | null {
    if (accessKeyId === credentials.accessKeyId) return credentials.secretAccessKey
    const session = sessions.get(accessKeyId)
    const isGood =
      session !== undefined &&
      session.token === request.headers["x-amz-security-token"] &&
      Temporal.Instant.compare(platform.now(), session.until) < 0
    return isGood ? session.secret : null
  }

  function refuseUnsigned(request: SimRequest): SimResponse | null {
    const claim = claimOf(request)
    if (claim === null) return refusal("MissingAuthenticationTokenException", "Request is missing Authentication Token")
    const secret = secretOf(request, claim.accessKeyId)
    if (secret === null)
      return refusal("UnrecognizedClientException", "The security token included in the request is invalid.")
    const sentAt = Temporal.Instant.from(
      claim.stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"),
    )
    const isTimely = Math.abs(sentAt.until(platform.now()).total("milliseconds")) <= skewMsMost
    const isScoped = claim.region === region && claim.service === "kms" && claim.stamp.startsWith(claim.date)
    const needed = ["host", "x-amz-date", "x-amz-target"].every((name) => claim.signedHeaders.includes(name))
    const isRight = isScoped && needed && isSame(claim.signature, signatureOf(request, claim, secret))
    if (isRight && isTimely) return null
    return refusal("InvalidSignatureException", isTimely ? "The signature does not match." : "Signature expired")
  }

  function assumeRole({ form }: SimRequest): SimResponse {
    const isRight = form.get("WebIdentityToken") === webToken && form.get("RoleArn") === role
    if (form.get("Action") !== "AssumeRoleWithWebIdentity" || !isRight)
      return stsXml(
        400,
        "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidIdentityToken</Code></Error></ErrorResponse>",
      )
    const [id, secret, token] = [
      `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      randomBytes(30).toString("base64"),
      randomBytes(60).toString("base64"),
    ]
    const until = platform.now().add({ hours: roleHours })
    sessions.set(id, { secret, token, until })
    return stsXml(
      200,
      `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult><Credentials><SessionToken>${token}</SessionToken><SecretAccessKey>${secret}</SecretAccessKey><Expiration>${until.toString({ smallestUnit: "second" })}</Expiration><AccessKeyId>${id}</AccessKeyId></Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`,
    )
  }

  return { credentials, webToken, refuseUnsigned, assumeRole }
}

function stsXml(status: number, body: string): SimResponse {
  return { status, headers: { "content-type": "text/xml" }, body }
}
