import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/server"
import { isoCBOR } from "@simplewebauthn/server/helpers"

type Bytes = Uint8Array<ArrayBuffer>

/** What a test may have an authenticator do otherwise. */
export type SoftPasskeyHabits = {
  readonly origin: string
  readonly rpId: string
  /** Whether the device looked who is there. */
  readonly isUserVerified: boolean
  readonly isBackupEligible: boolean
  /** What it counts next; 0 where it does not count. */
  readonly counter: number
  /** Certificates beside its attestation. */
  readonly isAttested: boolean
}

const usual: SoftPasskeyHabits = {
  origin: "http://localhost:8080",
  rpId: "localhost",
  isUserVerified: true,
  isBackupEligible: true,
  counter: 0,
  isAttested: false,
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64url")
const sha256 = (bytes: Uint8Array | string): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest())
const bytesOf = (...parts: readonly Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts))

/** An authenticator and the browser before it, as WebAuthn level 3 has them answer; ES256. */
export function softPasskey(own: Partial<SoftPasskeyHabits> = {}) {
  const habits = { ...usual, ...own }
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const credentialId = new Uint8Array(randomBytes(32))
  const answered = { id: base64url(credentialId), rawId: base64url(credentialId), type: "public-key" as const }
  let userHandle = ""

  return {
    create({ challenge, user }: PublicKeyCredentialCreationOptionsJSON): RegistrationResponseJSON {
      userHandle = user.id
      const credential = bytesOf(new Uint8Array(16), lengthOf(credentialId), credentialId, coseKey(publicKey))
      const attestation = new Map<string, Map<string, Bytes[]> | Bytes | string>([
        ["fmt", habits.isAttested ? "packed" : "none"],
        ["attStmt", new Map(habits.isAttested ? [["x5c", [new Uint8Array([1])]]] : [])],
        ["authData", authenticatorData(habits, credential)],
      ])
      const response = {
        clientDataJSON: base64url(clientData(habits, "webauthn.create", challenge)),
        attestationObject: base64url(isoCBOR.encode(attestation)),
      }
      return { ...answered, response, clientExtensionResults: {} }
    },
    get(
      { challenge }: PublicKeyCredentialRequestOptionsJSON,
      now: Partial<SoftPasskeyHabits> = {},
    ): AuthenticationResponseJSON {
      const present = { ...habits, ...now }
      const data = clientData(present, "webauthn.get", challenge)
      const authenticator = authenticatorData(present)
      const signature = sign("sha256", bytesOf(authenticator, sha256(data)), privateKey)
      const response = {
        clientDataJSON: base64url(data),
        authenticatorData: base64url(authenticator),
        signature: base64url(signature),
        userHandle,
      }
      return { ...answered, response, clientExtensionResults: {} }
    },
  }
}

function clientData({ origin }: SoftPasskeyHabits, type: string, challenge: string): Bytes {
  return new Uint8Array(Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })))
}

/** WebAuthn level 3, 6.1: hash of the RP id, flags, counter, and the credential where it is new. */
function authenticatorData(habits: SoftPasskeyHabits, credential: Uint8Array | null = null): Bytes {
  const [present, verified, eligible, backedUp, attested] = [0x01, 0x04, 0x08, 0x10, 0x40]
  const flags = [
    present,
    habits.isUserVerified ? verified : 0,
    habits.isBackupEligible ? eligible + backedUp : 0,
    credential === null ? 0 : attested,
  ].reduce((sum, flag) => sum + flag, 0)
  const counter = Buffer.alloc(4)
  counter.writeUInt32BE(habits.counter)
  return bytesOf(sha256(habits.rpId), new Uint8Array([flags]), counter, credential ?? new Uint8Array())
}

function lengthOf(bytes: Uint8Array): Bytes {
  return new Uint8Array([bytes.length >> 8, bytes.length & 0xff])
}

/** RFC 9053: kty EC2, alg ES256, crv P-256, x, y. */
function coseKey(key: KeyObject): Bytes {
  const { x = "", y = "" } = key.export({ format: "jwk" })
  const coordinate = (text: string): Bytes => new Uint8Array(Buffer.from(text, "base64url"))
  const map = new Map<number, number | Bytes>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, coordinate(x)],
    [-3, coordinate(y)],
  ])
  return new Uint8Array(isoCBOR.encode(map))
}
