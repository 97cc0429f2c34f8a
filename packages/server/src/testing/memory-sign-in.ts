import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { AskedFor, AuthorizeInput, Grant, OAuthSignIn } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"

type Agreed = { readonly challenge: string; readonly nonce: string; readonly scope: string; readonly contacts: string }

/** OAuth without a network: codes work once, refresh tokens rotate and the old ones stay valid. */
export function createMemorySignIn(clock: Clock) {
  const codes = new Map<string, Agreed>()
  const refreshTokens = new Map<string, AskedFor>()
  const accessTokens = new Set<string>()
  let count = 0

  function issue(granted: AskedFor): Grant {
    const refreshToken = `memory-refresh-${++count}`
    refreshTokens.set(refreshToken, granted)
    return {
      accessToken: issueAccess(),
      accessExpiresAt: clock.now().add({ hours: 1 }),
      refreshToken,
      refreshExpiresAt: null,
      ...granted,
    }
  }
  function issueAccess(): string {
    const token = `memory-access-${++count}`
    accessTokens.add(token)
    return token
  }

  const signIn: OAuthSignIn = {
    kind: "oauth",
    authorizeUrl: ({ redirectUri, state, nonce, codeChallenge, permission, contacts }: AuthorizeInput) =>
      new URL(
        `https://memory.invalid/authorize?${new URLSearchParams({ redirect_uri: redirectUri, state, nonce, code_challenge: codeChallenge, code_challenge_method: "S256", scope: permission, contacts })}`,
      ),
    exchangeCode({ code, codeVerifier, nonce, permission, contacts }) {
      const agreed = codes.get(code)
      codes.delete(code)
      const challenge = createHash("sha256").update(codeVerifier).digest("base64url")
      if (agreed === undefined || agreed.challenge !== challenge || agreed.nonce !== nonce)
        return Promise.reject(new Problem("malformed", "The sign-in cannot be verified.", { code: "bad-id-token" }))
      if (agreed.scope !== permission)
        return Promise.reject(
          new Problem("forbidden", "The permission was not given.", { code: "permission-withheld" }),
        )
      return Promise.resolve({
        grant: issue({ permission, contacts: agreed.contacts === contacts ? contacts : "none" }),
        subject: { id: "memory-subject", email: "person@memory.invalid", tenantId: "memory-tenant" },
      })
    },
    refresh(refreshToken, wanted) {
      const granted = refreshTokens.get(refreshToken)
      if (granted === undefined)
        return Promise.reject(new Problem("auth-revoked", "Sign in again.", { code: "grant-revoked" }))
      return Promise.resolve(
        issue({ ...wanted, permission: wanted.permission === "read" ? "read" : granted.permission }),
      )
    },
    revoke: (refreshToken) => Promise.resolve(refreshTokens.delete(refreshToken)),
    adminConsentUrl: () => null,
  }
  return {
    signIn,
    issueAccess,
    isOpen: (token: string) => accessTokens.has(token),
    /** Plays the person on the consent page. */
    consent(url: URL, answer: "agree" | "withhold"): Promise<string> {
      const code = `memory-code-${++count}`
      const { searchParams } = url
      codes.set(code, {
        challenge: searchParams.get("code_challenge") ?? "",
        nonce: searchParams.get("nonce") ?? "",
        contacts: searchParams.get("contacts") ?? "none",
        scope: answer === "agree" ? (searchParams.get("scope") ?? "") : "",
      })
      return Promise.resolve(code)
    },
    /** All grants given so far are dead; access tokens live on until they are refused, as they do at real providers. */
    revokeGrants: () => refreshTokens.clear(),
  }
}

export type MemorySignIn = ReturnType<typeof createMemorySignIn>
