import { Problem } from "@kalends/domain/problem"
import { custodyTimeoutMs } from "../../../ports/key-custody.ts"
import type { CustodianDeps } from "../deps.ts"
import { classifySts } from "./problems.ts"
import type { AwsCredentials } from "./signature.ts"

/** Either fixed, or a role that is taken with a token which the platform renews in a file (EKS: "IRSA"). */
export type AwsIdentity =
  | ({ readonly kind: "fixed" } & AwsCredentials)
  | {
      readonly kind: "web-identity"
      readonly roleArn: string
      readonly tokenFile: string
      /** "https://sts.eu-central-1.amazonaws.com". */
      readonly stsUrl: string
    }

const marginSeconds = 300

/** The credentials to sign with; those of a role are held until five minutes before their end. */
export function createAwsCredentials({ http, clock, readFile }: CustodianDeps, identity: AwsIdentity) {
  let held: { readonly credentials: AwsCredentials; readonly until: Temporal.Instant } | null = null
  return async (): Promise<AwsCredentials> => {
    if (identity.kind === "fixed") return identity
    if (held !== null && Temporal.Instant.compare(clock.now(), held.until) < 0) return held.credentials
    const response = await http.send({
      method: "POST",
      url: `${identity.stsUrl}/`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        ...{ Action: "AssumeRoleWithWebIdentity", Version: "2011-06-15" },
        ...{ RoleArn: identity.roleArn, RoleSessionName: "kalends" },
        WebIdentityToken: (await readFile(identity.tokenFile)).trim(),
      }).toString(),
      timeoutMs: custodyTimeoutMs,
    })
    const problem = classifySts(response, clock.now())
    if (problem !== null) throw problem
    const part = (name: string) => requirePart(response.body, name)
    const credentials = {
      accessKeyId: part("AccessKeyId"),
      secretAccessKey: part("SecretAccessKey"),
      sessionToken: part("SessionToken"),
    }
    held = { credentials, until: Temporal.Instant.from(part("Expiration")).subtract({ seconds: marginSeconds }) }
    return credentials
  }
}

/** STS answers in XML; each of the four values is one element of plain text. */
function requirePart(body: string, name: string): string {
  const found = new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(body)?.[1]
  if (found === undefined)
    throw new Problem("unavailable", "The key service cannot be used at the moment.", { code: "sts-answer" })
  return found
}
