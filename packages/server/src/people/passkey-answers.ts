import { Problem } from "@kalends/domain/problem"
import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server"
import { decodeAttestationObject } from "@simplewebauthn/server/helpers"
import type { PasskeyRow } from "../ports/sign-in-tables.ts"

/** The site that passkeys belong to: its host name, and its origin. */
export type Site = { readonly rpId: string; readonly origin: string }
/** What is told of a new passkey by the authenticator that made it. */
export type MadePasskey = Pick<
  PasskeyRow,
  "credentialId" | "publicKey" | "counter" | "isBackupEligible" | "isBackedUp" | "transports"
>

const transportsMostChars = 120

/** Throws Problem "forbidden" (code "passkey-refused") where the browser's answer does not hold. */
export async function checkRegistration(
  site: Site,
  challenge: string,
  response: RegistrationResponseJSON,
): Promise<MadePasskey> {
  refuseAttested(response)
  const { registrationInfo } = await verifyRegistrationResponse({
    ...{ response, expectedChallenge: challenge, requireUserVerification: true },
    ...{ expectedOrigin: site.origin, expectedRPID: site.rpId },
  }).catch((cause: unknown) => {
    throw passkeyRefused(cause)
  })
  if (registrationInfo === undefined) throw passkeyRefused()
  const { credential, credentialBackedUp, credentialDeviceType } = registrationInfo
  return {
    credentialId: new Uint8Array(Buffer.from(credential.id, "base64url")),
    publicKey: new Uint8Array(credential.publicKey),
    counter: credential.counter,
    isBackupEligible: credentialDeviceType === "multiDevice",
    isBackedUp: credentialBackedUp,
    transports: (credential.transports ?? []).join(" ").slice(0, transportsMostChars),
  }
}

/**
 * We ask for no attestation, and a browser then sends none, or one by the passkey's own key. Others carry certificates whose
 * addresses the library would ask whether they are revoked; nobody tells us whom to call.
 */
function refuseAttested({ response }: RegistrationResponseJSON): void {
  const attestation = readAttestation(response.attestationObject)
  const [format, statement] = [attestation.get("fmt"), attestation.get("attStmt")]
  if (format === "none" || (format === "packed" && statement.get("x5c") === undefined)) return
  throw passkeyRefused()
}

function readAttestation(text: string) {
  try {
    return decodeAttestationObject(new Uint8Array(Buffer.from(text, "base64url")))
  } catch (cause) {
    throw passkeyRefused(cause)
  }
}

/** As the authenticator says after this use. */
export type UsedPasskey = Pick<PasskeyRow, "counter" | "isBackedUp">

/**
 * Throws Problem "forbidden" (code "passkey-refused") where the browser's answer does not hold. Whether the counter went on
 * is not looked at here: the store does that where it writes the new one, so that of two at once one is refused.
 */
export async function checkAssertion(
  site: Site,
  passkey: PasskeyRow,
  { challenge, response }: { readonly challenge: string; readonly response: AuthenticationResponseJSON },
): Promise<UsedPasskey> {
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    ...{ response, expectedChallenge: challenge, requireUserVerification: true },
    ...{ expectedOrigin: site.origin, expectedRPID: site.rpId },
    credential: { id: response.id, publicKey: new Uint8Array(passkey.publicKey), counter: 0 },
  }).catch((cause: unknown) => {
    throw passkeyRefused(cause)
  })
  // Whether a passkey may be copied does not change in its life (WebAuthn level 3, 7.2).
  const isBackupEligible = authenticationInfo.credentialDeviceType === "multiDevice"
  if (!verified || isBackupEligible !== passkey.isBackupEligible) throw passkeyRefused()
  return { counter: authenticationInfo.newCounter, isBackedUp: authenticationInfo.credentialBackedUp }
}

export function passkeyRefused(cause: unknown = undefined): Problem {
  return new Problem("forbidden", "The passkey was not accepted.", { code: "passkey-refused", cause })
}
