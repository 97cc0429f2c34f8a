import {
  type AuthenticationResponseJSON,
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser"
import { ApiProblem } from "./api-problem.ts"

/** The person's device, asked through the browser. Throws ApiProblem where it gives nothing. */
export const passkeyDevice = {
  /** Browsers have passkeys on pages that have a name and come by TLS, or from this machine. */
  isThere: (): boolean => browserSupportsWebAuthn() && !/^[\d.]+$|:/.test(window.location.hostname),
  create: (optionsJSON: PublicKeyCredentialCreationOptionsJSON): Promise<RegistrationResponseJSON> =>
    startRegistration({ optionsJSON }).catch((error: unknown) => {
      throw problemOf(error)
    }),
  use: (optionsJSON: PublicKeyCredentialRequestOptionsJSON): Promise<AuthenticationResponseJSON> =>
    startAuthentication({ optionsJSON }).catch((error: unknown) => {
      throw problemOf(error)
    }),
}

/** Browsers do not say why nothing came: it was closed, took too long, or there is no such passkey on the device. */
function problemOf(error: unknown): ApiProblem {
  const isKnown = error instanceof WebAuthnError && error.code === "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED"
  return new ApiProblem({
    title: isKnown ? "This passkey is registered already." : "Nothing was chosen on the device.",
    kind: "forbidden",
    code: isKnown ? "passkey-known" : "passkey-left",
  })
}
