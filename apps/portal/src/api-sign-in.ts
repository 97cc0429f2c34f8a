import { sessionSchema, type UserView } from "@kalends/protocol/api"
import { sentSchema } from "@kalends/protocol/provider-sign-in"
import {
  type EnrolledView,
  enrolledSchema,
  type OwnSignInView,
  ownSignInSchema,
  raisedSchema,
  recoveryCodesSchema,
  type SignInPreviewView,
  signInPreviewSchema,
  type TotpSeedView,
  totpSeedSchema,
} from "@kalends/protocol/sign-in"
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser"
import { z } from "zod"
import { call, send } from "./api-call.ts"
import { deviceNameOf } from "./device-name.ts"
import { passkeyDevice } from "./passkey-device.ts"
import { platform } from "./platform.ts"

// What is in the options is for the browser to judge.
const creationSchema = z.object({
  options: z.custom<PublicKeyCredentialCreationOptionsJSON>(),
  attempt: z.string(),
})
const requestSchema = z.object({ options: z.custom<PublicKeyCredentialRequestOptionsJSON>(), attempt: z.string() })

/** The device's answer to a question of the service. */
async function passkeyAnswer() {
  const { options, attempt } = await call(requestSchema, "POST", "/v1/sessions/passkey/options")
  return { attempt, response: await passkeyDevice.use(options) }
}

/** The calls about what one signs in with; each throws ApiProblem. */
export const signInApi = {
  ownSignIn: (): Promise<OwnSignInView> => call(ownSignInSchema, "GET", "/v1/me/sign-in"),
  giveCode: async (code: string): Promise<void> =>
    void (await call(raisedSchema, "POST", "/v1/sessions/second-factor", { code })),
  whoHasNoFactor: (): Promise<SignInPreviewView> => call(signInPreviewSchema, "GET", "/v1/sign-in-policy/preview"),
  askEverybody: async (asksEverybody: boolean): Promise<void> =>
    void (await send("PUT", "/v1/sign-in-policy", { asksEverybody })),
  beginTotp: (): Promise<TotpSeedView> => call(totpSeedSchema, "POST", "/v1/me/totp"),
  confirmTotp: (code: string): Promise<EnrolledView> => call(enrolledSchema, "PUT", "/v1/me/totp", { code }),
  removeTotp: async (): Promise<void> => void (await send("DELETE", "/v1/me/totp")),
  renewRecoveryCodes: async (): Promise<readonly string[]> =>
    (await call(recoveryCodesSchema, "POST", "/v1/me/recovery-codes")).recoveryCodes,
  beginLink: async (issuer: string): Promise<string> =>
    (await call(sentSchema, "POST", "/v1/me/identities", { issuer })).url,
  unlink: async (identityId: string): Promise<void> => void (await send("DELETE", `/v1/me/identities/${identityId}`)),
  addPasskey: async (name: string): Promise<EnrolledView> => {
    const { options, attempt } = await call(creationSchema, "POST", "/v1/me/passkeys/options")
    const response = await passkeyDevice.create(options)
    return call(enrolledSchema, "POST", "/v1/me/passkeys", { attempt, name, response })
  },
  renamePasskey: async (passkeyId: string, name: string): Promise<void> =>
    void (await send("PATCH", `/v1/me/passkeys/${passkeyId}`, { name })),
  removePasskey: async (passkeyId: string): Promise<void> =>
    void (await send("DELETE", `/v1/me/passkeys/${passkeyId}`)),
  /** The second step. */
  showPasskey: async (): Promise<void> =>
    void (await call(raisedSchema, "POST", "/v1/sessions/second-factor/passkey", await passkeyAnswer())),
  signInWithPasskey: async (): Promise<UserView> => {
    const given = { ...(await passkeyAnswer()), deviceName: deviceNameOf(platform.userAgent), keep: "cookie" }
    return (await call(sessionSchema, "POST", "/v1/sessions/passkey", given)).user
  },
  changePassword: async (current: string, next: string): Promise<void> =>
    void (await send("PUT", "/v1/me/password", { current, next })),
}
