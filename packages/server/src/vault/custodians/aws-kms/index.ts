import type { KeyCustody } from "../../../ports/key-custody.ts"
import type { CustodianDeps } from "../deps.ts"
import { createKmsCalls, type KmsSettings } from "./calls.ts"

const mark = "aws-kms:"

/**
 * Custody by AWS Key Management Service. Data keys are drawn here, as everywhere, and encrypted there; the context goes
 * along as encryption context, which KMS binds to the ciphertext and writes into CloudTrail.
 */
export function createAwsKms(deps: CustodianDeps, settings: KmsSettings): KeyCustody {
  const calls = createKmsCalls(deps, settings)
  const contextOf = (context: string) => ({ kalends: context })
  return {
    name: "aws-kms",
    label: `${mark}${settings.key}`,
    // Keys of the account's other regions are not reached at this address.
    owns: (keyId) => new RegExp(`^${mark}arn:[a-z-]+:kms:${settings.region}:`).test(keyId),
    async wrap(dataKey, context) {
      const plaintext = Buffer.from(dataKey).toString("base64")
      const { ciphertext, keyArn } = await calls.encrypt(settings.key, plaintext, contextOf(context))
      return { bytes: new Uint8Array(Buffer.from(ciphertext, "base64")), keyId: `${mark}${keyArn}` }
    },
    async unwrap({ bytes, keyId }, context) {
      const ciphertext = Buffer.from(bytes).toString("base64")
      const plaintext = await calls.decrypt(keyId.slice(mark.length), ciphertext, contextOf(context))
      return new Uint8Array(Buffer.from(plaintext, "base64"))
    },
  }
}
