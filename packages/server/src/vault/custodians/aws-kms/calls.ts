import { parseBody } from "@kalends/readers/json-body"
import { requireText, type Wire } from "@kalends/readers/parse"
import { custodyTimeoutMs } from "../../../ports/key-custody.ts"
import type { CustodianDeps } from "../deps.ts"
import { type AwsIdentity, createAwsCredentials } from "./credentials.ts"
import { classifyKms } from "./problems.ts"
import { signedHeaders } from "./signature.ts"

export type KmsSettings = {
  readonly region: string
  /** Id, ARN or alias of a symmetric key. */
  readonly key: string
  /** "https://kms.eu-central-1.amazonaws.com". */
  readonly url: string
  readonly identity: AwsIdentity
}

type Sealed = { readonly ciphertext: string; readonly keyArn: string }

/** One function for each call, no decisions. Bytes are base64. */
export function createKmsCalls(deps: CustodianDeps, { region, url, identity }: KmsSettings) {
  const credentials = createAwsCredentials(deps, identity)

  async function call(operation: string, input: Wire): Promise<Wire> {
    const body = JSON.stringify(input)
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}` }
    const address = new URL("/", url)
    const response = await deps.http.send({
      ...{ method: "POST", url: address.href, body, timeoutMs: custodyTimeoutMs },
      headers: signedHeaders(
        { url: address, headers, body, region, service: "kms" },
        await credentials(),
        deps.clock.now(),
      ),
    })
    const problem = classifyKms(response, deps.clock.now())
    if (problem !== null) throw problem
    return parseBody(response.body)
  }

  return {
    async encrypt(key: string, plaintext: string, context: Wire): Promise<Sealed> {
      const answer = await call("Encrypt", { KeyId: key, Plaintext: plaintext, EncryptionContext: context })
      return {
        ciphertext: requireText(answer.CiphertextBlob, "CiphertextBlob"),
        keyArn: requireText(answer.KeyId, "KeyId"),
      }
    },
    async decrypt(keyArn: string, ciphertext: string, context: Wire): Promise<string> {
      const answer = await call("Decrypt", { KeyId: keyArn, CiphertextBlob: ciphertext, EncryptionContext: context })
      return requireText(answer.Plaintext, "Plaintext")
    },
  }
}
