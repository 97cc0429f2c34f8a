import { createHmac, randomBytes } from "node:crypto"
import { openBytes, sealBytes } from "../key-bytes.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"

type TransitKey = { readonly isDerived: boolean; readonly versions: Buffer[]; minDecryptionVersion: number }
type OnKey = (act: (key: TransitKey, input: SimRequest["json"]) => SimResponse) => (request: SimRequest) => SimResponse

/** The transit engine, mounted at "transit". */
export function createEngine() {
  const keys = new Map<string, TransitKey>()

  function create(name: string, { isDerived = false } = {}): void {
    if (!keys.has(name)) keys.set(name, { isDerived, versions: [randomBytes(32)], minDecryptionVersion: 1 })
  }

  const onKey: OnKey = (act) => (request) => {
    const key = keys.get(request.params.name ?? "")
    return key === undefined ? errors(400, "encryption key not found") : act(key, request.json)
  }
  const routes: readonly Route[] = [
    route("POST", "/v1/transit/keys/:name", ({ params, json }) => {
      create(params.name ?? "", { isDerived: json.derived === true })
      return { status: 204 }
    }),
    route("GET", "/v1/transit/keys/:name", (request) => {
      const key = keys.get(request.params.name ?? "")
      if (key === undefined) return errors(404)
      const versions = Object.fromEntries(key.versions.map((_, index) => [String(index + 1), 1_700_000_000 + index]))
      return data({
        ...{ name: request.params.name, type: "aes256-gcm96", derived: key.isDerived, keys: versions },
        ...{ latest_version: key.versions.length, min_decryption_version: key.minDecryptionVersion },
        ...{ min_encryption_version: 0, supports_encryption: true, supports_decryption: true },
      })
    }),
    route(
      "POST",
      "/v1/transit/keys/:name/rotate",
      onKey((key) => {
        key.versions.push(randomBytes(32))
        return { status: 204 }
      }),
    ),
    route(
      "POST",
      "/v1/transit/keys/:name/config",
      onKey((key, input) => {
        key.minDecryptionVersion = Number(input.min_decryption_version ?? key.minDecryptionVersion)
        return { status: 204 }
      }),
    ),
    ...useRoutes(onKey),
  ]

  return {
    routes,
    create,
    rotate: (name: string) => void keys.get(name)?.versions.push(randomBytes(32)),
    setMinDecryptionVersion: (name: string, version: number) => {
      const key = keys.get(name)
      if (key !== undefined) key.minDecryptionVersion = version
    },
  }
}

function useRoutes(onKey: OnKey): readonly Route[] {
  const sealedAnswer = (key: TransitKey, made: SimResponse | string, more: object = {}) =>
    typeof made === "string" ? data({ ciphertext: made, key_version: key.versions.length, ...more }) : made

  return [
    route(
      "POST",
      "/v1/transit/encrypt/:name",
      onKey((key, input) => sealedAnswer(key, seal(key, bytesOf(input.plaintext), input))),
    ),
    route(
      "POST",
      "/v1/transit/decrypt/:name",
      onKey((key, input) => {
        const text = unseal(key, input)
        return Buffer.isBuffer(text) ? data({ plaintext: text.toString("base64") }) : text
      }),
    ),
    route(
      "POST",
      "/v1/transit/rewrap/:name",
      onKey((key, input) => {
        const text = unseal(key, input)
        return Buffer.isBuffer(text) ? sealedAnswer(key, seal(key, text, input)) : text
      }),
    ),
    route("POST", "/v1/transit/datakey/:kind/:name", (request) =>
      onKey((key, input) => {
        const drawn = randomBytes(32)
        const plain = request.params.kind === "plaintext" ? { plaintext: drawn.toString("base64") } : {}
        return sealedAnswer(key, seal(key, drawn, input), plain)
      })(request),
    ),
  ]
}

function seal(key: TransitKey, plaintext: Buffer, input: SimRequest["json"]): SimResponse | string {
  const derived = deriveOf(key, key.versions.length, input)
  if (derived === null)
    return errors(
      400,
      "missing 'context' for key derivation; the key was created using a derived key, which means additional, per-request information must be included in order to perform operations with the key",
    )
  const sealed = sealBytes(derived, plaintext, bytesOf(input.associated_data))
  return `vault:v${key.versions.length}:${sealed.toString("base64")}`
}

function unseal(key: TransitKey, input: SimRequest["json"]): SimResponse | Buffer {
  const match = /^vault:v(\d+):(.+)$/.exec(String(input.ciphertext ?? ""))
  if (match === null) return errors(400, "invalid ciphertext: no prefix")
  const version = Number(match[1])
  if (version > key.versions.length) return errors(400, "invalid ciphertext: version is too new")
  if (version < key.minDecryptionVersion)
    return errors(400, "ciphertext or signature version is disallowed by policy (too old)")
  const derived = deriveOf(key, version, input)
  const text =
    derived === null ? null : openBytes(derived, Buffer.from(match[2] ?? "", "base64"), bytesOf(input.associated_data))
  return text ?? errors(400, "cipher: message authentication failed")
}

/** The version's own key, or of a derived one that of the context; null where it needs one. */
function deriveOf(key: TransitKey, version: number, { context }: SimRequest["json"]): Uint8Array | null {
  const material = key.versions[version - 1] ?? Buffer.alloc(32)
  if (!key.isDerived) return material
  return typeof context === "string" && context !== ""
    ? createHmac("sha256", material).update(bytesOf(context)).digest()
    : null
}

const bytesOf = (base64: unknown) => Buffer.from(typeof base64 === "string" ? base64 : "", "base64")

/** An error in Vault's words. */
export function errors(status: number, ...messages: readonly string[]): SimResponse {
  return { status, body: { errors: messages } }
}

function data(content: object): SimResponse {
  return {
    status: 200,
    body: {
      request_id: "00000000-0000-0000-0000-000000000000",
      ...{ lease_id: "", renewable: false, lease_duration: 0, wrap_info: null, warnings: null, auth: null },
      data: content,
    },
  }
}
