import type { OwnSignInView } from "@kalends/protocol/sign-in"
import { sampleSignIn } from "./sample-views.ts"
import type { Scene } from "./scene.ts"

type Answer = { readonly status?: number; readonly body: unknown }
type Asked = { readonly route: string; readonly body: Readonly<Record<string, unknown>> }

/** The code that the fake service takes, whatever the time. */
export const fakeCode = "123456"
const seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
const uri = `otpauth://totp/Kalends:ada%40example.org?issuer=Kalends&secret=${seed}&algorithm=SHA1&digits=6&period=30`
const recoveryCodes = Array.from({ length: 10 }, (_, index) => `k7mq-w2hd-${index}f4x-zr8n-p3vd-u9ka`)

/** A second factor, shown a moment ago. */
export const calmSignIn = () => ({ signIn: sampleSignIn, isFactorFresh: true, withoutFactor: [] })

const refusal = (code: string, status: 403 | 422 = 403): Answer => ({
  status,
  body: { type: "about:blank", title: code, status, kind: status === 403 ? "forbidden" : "unsupported", code },
})
const raised = { token: null, expiresAt: "2099-01-01T00:00:00Z" }

/** What one signs in with, as the scene says; null where the route is another's. */
export function signInReply({ route, body }: Asked, scene: Scene): Answer | null {
  const change = (changes: Partial<OwnSignInView>) => {
    scene.signIn = { ...scene.signIn, ...changes }
  }
  switch (route) {
    case "GET /v1/me/sign-in":
      return { body: scene.signIn }
    case "POST /v1/sessions/second-factor":
      if (body.code !== fakeCode) return refusal("wrong-code")
      scene.isFactorFresh = true
      change({ secondFactor: "shown" })
      return { body: raised }
    case "POST /v1/me/totp":
      return scene.isFactorFresh ? { body: { seed, uri } } : refusal("fresh-factor-needed")
    case "PUT /v1/me/totp":
      if (body.code !== fakeCode) return refusal("wrong-code")
      change({ secondFactor: "shown", totpSince: new Date().toISOString(), recoveryCodesLeft: recoveryCodes.length })
      return { body: { ...raised, recoveryCodes } }
    case "DELETE /v1/me/totp":
      if (!scene.isFactorFresh) return refusal("fresh-factor-needed")
      change({ totpSince: null })
      return { body: {} }
    case "POST /v1/me/recovery-codes":
      if (!scene.isFactorFresh) return refusal("fresh-factor-needed")
      change({ recoveryCodesLeft: recoveryCodes.length })
      return { body: { recoveryCodes } }
    case "GET /v1/sign-in-policy/preview":
      return { body: { withoutFactor: scene.withoutFactor.length, some: scene.withoutFactor.slice(0, 10) } }
    case "PUT /v1/sign-in-policy":
      if (!scene.isFactorFresh) return refusal("fresh-factor-needed")
      change({ asksEverybody: body.asksEverybody === true })
      return { body: {} }
    case "PUT /v1/me/password":
      if (body.current === "wrong") return refusal("wrong-present-password")
      return body.next === "password1234" ? refusal("password-common", 422) : { body: {} }
    default:
      return null
  }
}
