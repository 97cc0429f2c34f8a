import { exportJWK, generateKeyPair, SignJWT } from "jose"

/** An OpenID issuer's keys and its pen, for tests of sign-in. */
export async function createIssuer() {
  const { publicKey, privateKey } = await generateKeyPair("RS256")
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "test-key", alg: "RS256", use: "sig" }] }
  const sign = (claims: Readonly<Record<string, unknown>>, now: Temporal.Instant): Promise<string> => {
    const seconds = Math.floor(now.epochMilliseconds / 1000)
    return new SignJWT({ iat: seconds, exp: seconds + 3600, ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "test-key" })
      .sign(privateKey)
  }
  return { jwks, sign }
}
