import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  ReEncryptCommand,
} from "@aws-sdk/client-kms"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type AwsKms, startAwsKms } from "./aws-kms.ts"

// Amazon's own client, unchanged: what it signs is accepted, and it understands what comes back.

let kms: AwsKms
let key: string
let client: KMSClient

beforeEach(async () => {
  kms = await startAwsKms()
  key = kms.createKey()
  client = clientWith(kms.credentials)
})
afterEach(async () => {
  client.destroy()
  await kms.close()
})

const clientWith = (credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }) =>
  new KMSClient({ region: kms.region, endpoint: kms.url, credentials, maxAttempts: 1 })
const EncryptionContext = { kalends: "account 1", more: "x" }
const Plaintext = new TextEncoder().encode("a data key")
const encrypt = () => client.send(new EncryptCommand({ KeyId: key, Plaintext, EncryptionContext }))

describe("Amazon's own client", () => {
  test("encrypts and decrypts, whatever the order of the context", async () => {
    const { CiphertextBlob, KeyId } = await encrypt()
    expect(KeyId).toBe(key)
    const turned = { more: "x", kalends: "account 1" }
    const opened = await client.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: turned }))
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe("a data key")
  })

  test("is refused another context, another key, a changed blob and a wrong signature", async () => {
    const { CiphertextBlob = new Uint8Array() } = await encrypt()
    const refused = (command: DecryptCommand) => expect(client.send(command)).rejects
    await refused(new DecryptCommand({ CiphertextBlob, EncryptionContext: { kalends: "account 2" } })).toMatchObject({
      name: "InvalidCiphertextException",
    })
    await refused(new DecryptCommand({ CiphertextBlob, EncryptionContext, KeyId: kms.createKey() })).toMatchObject({
      name: "IncorrectKeyException",
    })
    const changed = Uint8Array.from(CiphertextBlob, (byte, at) => (at === CiphertextBlob.length - 9 ? byte ^ 1 : byte))
    await refused(new DecryptCommand({ CiphertextBlob: changed, EncryptionContext })).toMatchObject({
      name: "InvalidCiphertextException",
    })
    const other = clientWith({ ...kms.credentials, secretAccessKey: "another" })
    await expect(other.send(new DescribeKeyCommand({ KeyId: key }))).rejects.toMatchObject({
      name: "InvalidSignatureException",
    })
    other.destroy()
  })

  test("draws data keys, encrypts anew, and reads what older material of the key sealed", async () => {
    const drawn = await client.send(new GenerateDataKeyCommand({ KeyId: key, KeySpec: "AES_256", EncryptionContext }))
    expect(drawn.Plaintext).toHaveLength(32)
    kms.rotate(key)
    const moved = await client.send(
      new ReEncryptCommand({
        ...{ CiphertextBlob: drawn.CiphertextBlob, SourceEncryptionContext: EncryptionContext },
        ...{ DestinationKeyId: kms.createKey(), DestinationEncryptionContext: { kalends: "account 2" } },
      }),
    )
    const opened = await client.send(
      new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: { kalends: "account 2" } }),
    )
    expect(opened.Plaintext).toEqual(drawn.Plaintext)
  })

  test("is told of a key that is disabled, of throttling and of trouble", async () => {
    kms.setState(key, "Disabled")
    await expect(encrypt()).rejects.toMatchObject({ name: "DisabledException" })
    kms.setState(key, "Enabled")
    kms.knobs.throttleNext = 1
    await expect(encrypt()).rejects.toMatchObject({ name: "ThrottlingException" })
    kms.knobs.failNext = 1
    await expect(encrypt()).rejects.toMatchObject({ name: "KMSInternalException" })
    kms.knobs.isDenied = true
    await expect(encrypt()).rejects.toMatchObject({ name: "AccessDeniedException" })
  })
})
