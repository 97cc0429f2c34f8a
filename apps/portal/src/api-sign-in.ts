import { sentSchema } from "@kalends/protocol/provider-sign-in"
import {
  type EnrolledView,
  enrolledSchema,
  type OwnSignInView,
  ownSignInSchema,
  raisedSchema,
  recoveryCodesSchema,
  type TotpSeedView,
  totpSeedSchema,
} from "@kalends/protocol/sign-in"
import { call, send } from "./api-call.ts"

/** The calls about what one signs in with; each throws ApiProblem. */
export const signInApi = {
  ownSignIn: (): Promise<OwnSignInView> => call(ownSignInSchema, "GET", "/v1/me/sign-in"),
  giveCode: async (code: string): Promise<void> =>
    void (await call(raisedSchema, "POST", "/v1/sessions/second-factor", { code })),
  beginTotp: (): Promise<TotpSeedView> => call(totpSeedSchema, "POST", "/v1/me/totp"),
  confirmTotp: (code: string): Promise<EnrolledView> => call(enrolledSchema, "PUT", "/v1/me/totp", { code }),
  removeTotp: async (): Promise<void> => void (await send("DELETE", "/v1/me/totp")),
  renewRecoveryCodes: async (): Promise<readonly string[]> =>
    (await call(recoveryCodesSchema, "POST", "/v1/me/recovery-codes")).recoveryCodes,
  beginLink: async (issuer: string): Promise<string> =>
    (await call(sentSchema, "POST", "/v1/me/identities", { issuer })).url,
  unlink: async (identityId: string): Promise<void> => void (await send("DELETE", `/v1/me/identities/${identityId}`)),
  changePassword: async (current: string, next: string): Promise<void> =>
    void (await send("PUT", "/v1/me/password", { current, next })),
}
