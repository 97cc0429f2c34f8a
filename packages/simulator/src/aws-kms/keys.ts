import { randomBytes, randomUUID } from "node:crypto"
import { openBytes, sealBytes } from "../key-bytes.ts"
import type { SimRequest, SimResponse } from "../server.ts"

export const accountNumber = "111122223333"

/** A symmetric key: Enabled, Disabled or PendingDeletion; each rotation adds material, and old blobs stay readable. */
type KmsKey = { readonly arn: string; state: "Enabled" | "Disabled" | "PendingDeletion"; readonly material: Buffer[] }

/** The keys of one region, and what is done with them. */
export function createKmsKeys(region: string) {
  const keys = new Map<string, KmsKey>()
  const aliases = new Map<string, string>()

  function createKey(): string {
    const arn = `arn:aws:kms:${region}:${accountNumber}:key/${randomUUID()}`
    keys.set(arn, { arn, state: "Enabled", material: [randomBytes(32)] })
    return arn
  }

  function findKey(name: unknown): KmsKey | null {
    const text = String(name ?? "")
    const target = aliases.get(text.replace(/^arn:[^/]*:alias\//, "alias/")) ?? text
    return keys.get(target) ?? keys.get(`arn:aws:kms:${region}:${accountNumber}:key/${target}`) ?? null
  }

  function usable(name: unknown): KmsKey | SimResponse {
    const key = findKey(name)
    if (key === null) return refusal("NotFoundException", "Key does not exist")
    if (key.state === "Disabled") return refusal("DisabledException", `${key.arn} is disabled.`)
    if (key.state === "PendingDeletion") return refusal("KMSInvalidStateException", `${key.arn} is pending deletion.`)
    return key
  }

  /** The blob names its key, as KMS's do; the material is found by trying. */
  function blobOf(key: KmsKey, text: Uint8Array, context: unknown): string {
    const material = key.material.at(-1) ?? Buffer.alloc(32)
    const sealed = sealBytes(material, text, contextBytes(context))
    return Buffer.from(JSON.stringify({ arn: key.arn, sealed: sealed.toString("base64") })).toString("base64")
  }

  function decrypted(input: SimRequest["json"]): { readonly key: KmsKey; readonly text: Buffer } | SimResponse {
    const blob = parseBlob(String(input.CiphertextBlob ?? ""))
    if (blob === null) return refusal("InvalidCiphertextException", null)
    const key = usable(blob.arn)
    if ("status" in key) return key
    if (input.KeyId !== undefined && findKey(input.KeyId)?.arn !== blob.arn)
      return refusal(
        "IncorrectKeyException",
        "The key ID in the request does not identify a CMK that can perform this operation.",
      )
    const context = contextBytes(input.EncryptionContext)
    const text = key.material
      .map((material) => openBytes(material, blob.sealed, context))
      .find((found) => found !== null)
    return text === undefined || text === null ? refusal("InvalidCiphertextException", null) : { key, text }
  }

  function encrypt(input: SimRequest["json"]): SimResponse {
    const key = usable(input.KeyId)
    if ("status" in key) return key
    const text = Buffer.from(String(input.Plaintext ?? ""), "base64")
    if (text.length < 1 || text.length > 4096) return refusal("ValidationException", "1 validation error detected")
    return answer(key, { CiphertextBlob: blobOf(key, text, input.EncryptionContext) })
  }

  function decrypt(input: SimRequest["json"]): SimResponse {
    const found = decrypted(input)
    return "status" in found ? found : answer(found.key, { Plaintext: found.text.toString("base64") })
  }

  function generateDataKey(input: SimRequest["json"]): SimResponse {
    const key = usable(input.KeyId)
    if ("status" in key) return key
    const text = randomBytes(input.KeySpec === "AES_128" ? 16 : Number(input.NumberOfBytes ?? 32))
    const CiphertextBlob = blobOf(key, text, input.EncryptionContext)
    return answer(key, { CiphertextBlob, Plaintext: text.toString("base64") })
  }

  function reEncrypt(input: SimRequest["json"]): SimResponse {
    const found = decrypted({
      CiphertextBlob: input.CiphertextBlob,
      EncryptionContext: input.SourceEncryptionContext,
      ...(input.SourceKeyId === undefined ? {} : { KeyId: input.SourceKeyId }),
    })
    if ("status" in found) return found
    const key = usable(input.DestinationKeyId)
    if ("status" in key) return key
    const CiphertextBlob = blobOf(key, found.text, input.DestinationEncryptionContext)
    return answer(key, { CiphertextBlob, SourceKeyId: found.key.arn })
  }

  const operations: Readonly<Record<string, (input: SimRequest["json"]) => SimResponse>> = {
    Encrypt: encrypt,
    Decrypt: decrypt,
    GenerateDataKey: generateDataKey,
    ReEncrypt: reEncrypt,
    DescribeKey(input) {
      const key = findKey(input.KeyId)
      if (key === null) return refusal("NotFoundException", "Key does not exist")
      const metadata = { Arn: key.arn, KeyId: key.arn.split("/")[1], KeyState: key.state, KeySpec: "SYMMETRIC_DEFAULT" }
      return json({ KeyMetadata: { ...metadata, Enabled: key.state === "Enabled" } })
    },
  }

  return {
    operations,
    create: createKey,
    /** "alias/kalends" → a key. */
    setAlias: (alias: string, arn: string) => void aliases.set(alias, arn),
    setState: (arn: string, state: KmsKey["state"]) => {
      const key = keys.get(arn)
      if (key !== undefined) key.state = state
    },
    rotate: (arn: string) => void keys.get(arn)?.material.push(randomBytes(32)),
  }
}

function answer({ arn }: KmsKey, more: object): SimResponse {
  return json({ KeyId: arn, EncryptionAlgorithm: "SYMMETRIC_DEFAULT", ...more })
}

function json(body: object): SimResponse {
  return { status: 200, headers: { "content-type": "application/x-amz-json-1.1" }, body: JSON.stringify(body) }
}

/** An error in AWS's words. */
export function refusal(type: string, message: string | null): SimResponse {
  const body = JSON.stringify({ __type: type, ...(message === null ? {} : { message }) })
  return { status: 400, headers: { "content-type": "application/x-amz-json-1.1" }, body }
}

/** Pairs in the order of their names: KMS does not heed the order they came in. */
function contextBytes(context: unknown): Buffer {
  const pairs = typeof context === "object" && context !== null ? Object.entries(context) : []
  return Buffer.from(JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1))))
}

function parseBlob(blob: string): { readonly arn: string; readonly sealed: Buffer } | null {
  try {
    const { arn, sealed } = JSON.parse(Buffer.from(blob, "base64").toString("utf8"))
    return { arn: String(arn), sealed: Buffer.from(String(sealed), "base64") }
  } catch {
    return null
  }
}
