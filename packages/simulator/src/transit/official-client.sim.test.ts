import vault from "node-vault"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { startTransit, type Transit } from "./transit.ts"

// node-vault, unchanged, signs in and uses transit as it would at a real server.

let server: Transit
beforeEach(async () => {
  server = await startTransit()
})
afterEach(() => server.close())

const base64 = (text: string) => Buffer.from(text).toString("base64")
const clientWith = (token: string) => vault({ apiVersion: "v1", endpoint: server.url, token })

describe("node-vault", () => {
  test("signs in with AppRole and Kubernetes", async () => {
    const { roleId, secretId } = server.appRole
    const client = clientWith("")
    expect((await client.approleLogin({ role_id: roleId, secret_id: secretId })).auth.client_token).toMatch(/^hvs\./)
    expect((await client.kubernetesLogin({ mount_point: "kubernetes", ...server.pod })).auth.renewable).toBe(true)
    await expect(client.approleLogin({ role_id: roleId, secret_id: "wrong" })).rejects.toThrow()
  })

  test("makes a key, encrypts, decrypts, rotates and re-wraps", async () => {
    const client = clientWith(server.rootToken)
    await client.write("transit/keys/kalends", {})
    const bound = { associated_data: base64("account 1") }
    const first = await client.write("transit/encrypt/kalends", { plaintext: base64("a data key"), ...bound })
    expect(first.data.ciphertext).toMatch(/^vault:v1:/)
    await client.write("transit/keys/kalends/rotate", {})
    const second = await client.write("transit/rewrap/kalends", { ciphertext: first.data.ciphertext, ...bound })
    expect([second.data.ciphertext.slice(0, 9), second.data.key_version]).toEqual(["vault:v2:", 2])
    const opened = await client.write("transit/decrypt/kalends", { ciphertext: second.data.ciphertext, ...bound })
    expect(Buffer.from(opened.data.plaintext, "base64").toString()).toBe("a data key")
    expect((await client.read("transit/keys/kalends")).data.latest_version).toBe(2)
    server.setMinDecryptionVersion("kalends", 2)
    await expect(
      client.write("transit/decrypt/kalends", { ciphertext: first.data.ciphertext, ...bound }),
    ).rejects.toThrow("disallowed by policy")
  })

  test("is refused another context, an unknown token, and anything of a sealed server", async () => {
    server.createKey("kalends", { isDerived: true })
    const client = clientWith(server.rootToken)
    const { data } = await client.write("transit/encrypt/kalends", { plaintext: base64("x"), context: base64("one") })
    const { ciphertext } = data
    await expect(client.write("transit/decrypt/kalends", { ciphertext, context: base64("two") })).rejects.toThrow(
      "message authentication failed",
    )
    await expect(clientWith("hvs.none").read("transit/keys/kalends")).rejects.toThrow("permission denied")
    expect((await client.health()).sealed).toBe(false)
    server.knobs.isSealed = true
    await expect(client.read("transit/keys/kalends")).rejects.toThrow("Vault is sealed")
  })
})
