import { decodeJwt, decodeProtectedHeader } from "jose"
import { describe, expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import type { TenantGiven } from "../../ports/tenant-source.ts"
import { testCertificate, testPrivateKey } from "../../testing/certificate.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { createGraphTenant } from "./tenant.ts"

const tenantId = "72f988bf-86f1-41af-91ab-2d7cd011db47"
const settings = {
  ...{ clientId: "our-id", clientSecret: "our-secret", tenant: "common" },
  ...{ loginUrl: "https://login.example", apiUrl: "https://graph.example/v1.0" },
}
const issuer = { status: 200, json: { issuer: `https://login.example/${tenantId}/v2.0` } }
const token = { status: 200, json: { access_token: "for-all", expires_in: 3599, token_type: "Bearer" } }

function world(answers: Parameters<typeof scriptedHttp>[0]) {
  const clock = fakeClock()
  const http = scriptedHttp(answers)
  const oauth = createOAuthClient({ http, clock })
  return { clock, http, source: createGraphTenant({ http, clock, random: seededRandom(1), oauth }, settings).tenant }
}

const form = (body: string | null | undefined) => Object.fromEntries(new URLSearchParams(body ?? ""))

describe("an organisation on Microsoft 365", () => {
  test("is let in by this service's own registration, and named by its tenant's id", async () => {
    const { source, http } = world([issuer, token])
    const opened = await source.open("registration", { tenant: "Contoso.COM" }, "read")
    expect(opened).toMatchObject({ tenantId, identity: "our-id", secretExpiresAt: null })
    expect(http.asked[0]?.url).toBe("https://login.example/contoso.com/v2.0/.well-known/openid-configuration")
    expect(http.asked[1]?.url).toBe(`https://login.example/${tenantId}/oauth2/v2.0/token`)
    expect(form(http.asked[1]?.body)).toEqual({
      ...{ grant_type: "client_credentials", scope: "https://graph.example/.default" },
      ...{ client_id: "our-id", client_secret: "our-secret" },
    })
    expect(opened.secret).not.toContain("our-secret")
  })

  test("is let in by a secret of its own, which ends on the day that was given", async () => {
    const { source, http } = world([issuer, token, token])
    const given = { tenant: tenantId, clientId: "theirs", clientSecret: "s3cret", secretEndsOn: "2027-04-30" }
    const opened = await source.open("client-secret", given, "read-write")
    expect(opened.secretExpiresAt?.toString()).toBe("2027-04-30T00:00:00Z")
    const { access } = await source.access({ secret: opened.secret, mailbox: "a@contoso.com", permission: "read" })
    expect(access).toMatchObject({ kind: "bearer", token: "for-all" })
    expect(form(http.asked[2]?.body)).toMatchObject({ client_id: "theirs", client_secret: "s3cret" })
  })

  test("is let in by a certificate, whose key signs for this token endpoint alone", async () => {
    const { source, http, clock } = world([issuer, token])
    const given = { tenant: tenantId, clientId: "theirs", certificate: testCertificate, privateKey: testPrivateKey }
    const opened = await source.open("certificate", given, "read")
    expect(opened.secretExpiresAt?.toString()).toMatch(/^2126-/)
    const { client_assertion: assertion = "", ...rest } = form(http.asked[1]?.body)
    expect(rest).toMatchObject({
      ...{ client_id: "theirs", grant_type: "client_credentials" },
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    })
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: "PS256", typ: "JWT" })
    expect(decodeProtectedHeader(assertion)["x5t#S256"]).toMatch(/^[\w-]{43}$/)
    const seconds = clock.now().epochMilliseconds / 1000
    expect(decodeJwt(assertion)).toMatchObject({
      ...{ aud: `https://login.example/${tenantId}/oauth2/v2.0/token`, iss: "theirs", sub: "theirs" },
      ...{ iat: seconds, exp: seconds + 300 },
    })
  })

  test.each([
    ["tenant", "client-secret", { tenant: "not a tenant" }],
    ["secretEndsOn", "client-secret", { tenant: tenantId, secretEndsOn: "next spring" }],
    ["certificate", "certificate", { tenant: tenantId, certificate: "x", privateKey: testPrivateKey }],
    ["privateKey", "certificate", { tenant: tenantId, certificate: testCertificate, privateKey: "x" }],
  ] as const)("says that %s cannot be read, and asks nobody", async (code, method, given: TenantGiven) => {
    const { source, http } = world([])
    await expect(source.open(method, given, "read")).rejects.toMatchObject({ kind: "malformed", code })
    expect(http.asked).toEqual([])
  })

  test("whose secret has ended is its administrator's matter, not that of one mailbox", async () => {
    const ended = { status: 401, json: { error: "invalid_client", error_codes: [7000222] } }
    const { source } = world([issuer, ended])
    const given = { tenant: tenantId, clientId: "theirs", clientSecret: "old" }
    await expect(source.open("client-secret", given, "read")).rejects.toMatchObject({
      ...{ kind: "misconfigured", code: "client-secret-expired", isTenantWide: true },
    })
  })

  test("that does not exist is said", async () => {
    const { source } = world([{ status: 400, json: { error: "invalid_tenant" } }])
    await expect(source.open("registration", { tenant: "nobody.example" }, "read")).rejects.toMatchObject({
      code: "tenant-unknown",
    })
  })

  test("shows people, then rooms, and people alone where rooms may not be seen", async () => {
    const secret = JSON.stringify({ tenant: tenantId, own: null })
    const next = "https://graph.example/v1.0/users?$skiptoken=2"
    const people = {
      status: 200,
      json: {
        value: [
          { mail: "Ada@contoso.com", userPrincipalName: "ada@x", displayName: "Ada" },
          { mail: null, userPrincipalName: "bo@contoso.com", displayName: null },
          { displayName: "nameless" },
        ],
        "@odata.nextLink": next,
      },
    }
    const { source, http } = world([
      token,
      people,
      token,
      { status: 200, json: { value: [] } },
      token,
      {
        status: 403,
        json: { error: { code: "Authorization_RequestDenied" } },
      },
    ])
    const signal = new AbortController().signal
    const first = await source.directory?.(secret, { next: null, search: "O'N", signal })
    expect(first).toEqual({
      entries: [
        { email: "Ada@contoso.com", displayName: "Ada", kind: "person" },
        { email: "bo@contoso.com", displayName: "bo@contoso.com", kind: "person" },
      ],
      next,
    })
    expect(new URL(http.asked[1]?.url ?? "").searchParams.get("$filter")).toContain("startswith(mail,'O''N')")
    const second = await source.directory?.(secret, { next, search: null, signal })
    expect(second?.next).toBe("https://graph.example/v1.0/places/microsoft.graph.room?$top=100")
    const third = await source.directory?.(secret, { next: second?.next ?? null, search: null, signal })
    expect(third).toEqual({ entries: [], next: null })
  })

  test("follows no link to another server with its token", async () => {
    const { source } = world([token])
    const secret = JSON.stringify({ tenant: tenantId, own: null })
    const query = { next: "https://evil.example/users", search: null, signal: new AbortController().signal }
    await expect(source.directory?.(secret, query)).rejects.toThrow()
  })
})
