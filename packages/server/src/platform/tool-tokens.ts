import { isProblem, Problem } from "@kalends/domain/problem"
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importX509,
  type JWK,
  type JWTPayload,
  jwtVerify,
} from "jose"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { ToolClaims, ToolDoor, ToolTokens } from "../ports/tool-tokens.ts"

type Deps = { readonly http: HttpClient; readonly clock: Clock }
type Issued = Extract<ToolDoor, { kind: "issued" }>
type Server = Extract<ToolDoor, { kind: "server" }>

const toleranceSeconds = 120
/** What an issuer or a server shows is read again after this long, or for a key that is not in it, but not all the time. */
const keysLifeMs = 60 * 60_000
const rereadMs = 60_000
const answerLimitBytes = 512 * 1024
const metadataPath = /^\/autodiscover\/metadata\/json\/1\/?$/

const bad = (cause?: unknown) =>
  new Problem("auth-revoked", "What this tool brought does not say who you are.", { code: "bad-tool-token", cause })

/**
 * Tokens of scheduling tools, checked with keys that their issuers show. Nothing in a token says which key, algorithm or
 * address counts: algorithms are ours to list, and addresses the operator's.
 */
export function createToolTokens({ http, clock }: Deps): ToolTokens {
  const pages = createPages({ http, clock })

  async function readIssued(door: Issued, token: string): Promise<ToolClaims> {
    const { url } = door.issuer
    const { jwks_uri: keysUrl } = await pages.read(`${url}/.well-known/openid-configuration`, (json) => {
      const found = discoveryShape.parse(json)
      if (found.issuer !== url) throw new TypeError("another issuer's description")
      return found
    })
    const kid = keyIdOf(token)
    const keys = await pages.read(
      keysUrl,
      (json) => keysShape.parse(json),
      ({ keys }) => keys.some((key) => key.kid === kid),
    )
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: url,
      audience: [...door.clientIds, ...door.clientIds.map((id) => `api://${id}`)],
      algorithms: ["RS256", "PS256", "ES256"],
      requiredClaims: ["exp", "iat", door.names],
      ...{ clockTolerance: toleranceSeconds, currentDate: nowDate(clock) },
    })
    // Made for this application, and by it: one that another was given for it does not count.
    if (typeof payload.azp === "string" && !door.clientIds.includes(payload.azp)) throw bad()
    return issuedClaims(door, personShape.parse(payload))
  }

  async function readServer(door: Server, token: string): Promise<ToolClaims> {
    const header = serverHeader.parse(decodeProtectedHeader(token))
    const { amurl } = contextOf(decodeJwt(token))
    const url = URL.canParse(amurl) ? new URL(amurl) : null
    if (url === null || !isBelieved(door, url)) throw bad()
    const holds = (page: z.infer<typeof metadataShape>) => certificateOf(page, header.x5t) !== null
    const metadata = await pages.read(url.href, (json) => metadataShape.parse(json), holds)
    const certificate = certificateOf(metadata, header.x5t)
    if (certificate === null) throw bad()
    const { payload } = await jwtVerify(token, await importX509(pemOf(certificate), "RS256"), {
      algorithms: ["RS256"],
      requiredClaims: ["exp", "nbf", "aud"],
      ...{ clockTolerance: toleranceSeconds, currentDate: nowDate(clock) },
    })
    const audiences = [payload.aud ?? []].flat()
    if (audiences.length === 0 || !audiences.every((one) => originOf(one) === door.audienceOrigin)) throw bad()
    const { msexchuid } = contextOf(payload)
    return { ...nobody, issuer: `${url.origin}${url.pathname}`, subject: msexchuid, connectionSubject: null }
  }

  return {
    async read(door, token) {
      try {
        return await (door.kind === "issued" ? readIssued(door, token) : readServer(door, token))
      } catch (error) {
        if (isProblem(error)) throw error
        throw bad(error)
      }
    },
  }
}

/** Pages that hold keys, read again when they are old or lack what is looked for. */
function createPages({ http, clock }: Deps) {
  const held = new Map<string, { readonly page: unknown; readonly atMs: number }>()

  async function fetchPage<Page>(url: string, parse: (json: unknown) => Page): Promise<Page> {
    const away = (cause?: unknown) =>
      new Problem("unavailable", "The sign-in service does not answer.", { code: "issuer-away", cause })
    const answer = await http.send({ method: "GET", url, headers: {}, responseLimitBytes: answerLimitBytes })
    if (answer.status !== 200) throw away()
    try {
      return parse(JSON.parse(answer.body))
    } catch (error) {
      throw away(error)
    }
  }

  return {
    async read<Page>(url: string, parse: (json: unknown) => Page, holds: (page: Page) => boolean = () => true) {
      const nowMs = clock.now().epochMilliseconds
      const known = held.get(url)
      if (known !== undefined) {
        const page = known.page as Page
        const ageMs = nowMs - known.atMs
        if (ageMs < (holds(page) ? keysLifeMs : rereadMs)) return page
      }
      const page = await fetchPage(url, parse)
      held.set(url, { page, atMs: nowMs })
      return page
    },
  }
}

const nowDate = (clock: Clock) => z.coerce.date().parse(clock.now().epochMilliseconds)

function keyIdOf(token: string): string | undefined {
  return decodeProtectedHeader(token).kid
}

/** Our own addresses alone, over TLS, and no other page of them. */
function isBelieved({ hosts }: Server, url: URL): boolean {
  const isSafe = url.protocol === "https:" || /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(url.hostname)
  return (
    isSafe && hosts.includes(url.host) && metadataPath.test(url.pathname) && url.search === "" && url.username === ""
  )
}

const originOf = (text: string) => (URL.canParse(text) ? new URL(text).origin : null)

const discoveryShape = z.object({ issuer: z.string(), jwks_uri: z.url() })
const keysShape = z.object({
  keys: z.array(z.custom<JWK>((key) => typeof key === "object" && key !== null && "kty" in key)).max(50),
})
const metadataShape = z.object({
  keys: z
    .array(
      z.object({
        keyinfo: z.object({ x5t: z.string() }).optional(),
        keyvalue: z.object({ type: z.string(), value: z.string() }),
      }),
    )
    .max(50),
})
const serverHeader = z.object({ alg: z.literal("RS256"), x5t: z.string().min(1).max(100) })
const contextShape = z.object({
  msexchuid: z.string().min(1).max(255),
  version: z.literal("ExIdTok.V1"),
  amurl: z.string().max(2_000),
})

/** The server writes it as text, or as it is. */
function contextOf({ appctx }: JWTPayload): z.infer<typeof contextShape> {
  return contextShape.parse(typeof appctx === "string" ? JSON.parse(appctx) : appctx)
}

function certificateOf({ keys }: z.infer<typeof metadataShape>, x5t: string): string | null {
  const key = keys.find(({ keyinfo, keyvalue }) => keyinfo?.x5t === x5t && keyvalue.type === "x509Certificate")
  return key?.keyvalue.value ?? null
}

const pemOf = (base64: string) =>
  `-----BEGIN CERTIFICATE-----\n${base64.replaceAll(/\s/g, "")}\n-----END CERTIFICATE-----`

const nobody = {
  ...{ email: null, isEmailVerified: false, displayName: null, methods: [] },
  ...{ authenticationClass: null, authenticatedAt: null, tenant: null, hostedDomain: null },
}

const personShape = z.object({
  sub: z.string().min(1).max(255).optional(),
  oid: z.string().min(1).max(255).optional(),
  tid: z.string().max(255).optional(),
  hd: z.string().max(255).optional(),
  email: z.string().max(320).optional(),
  preferred_username: z.string().max(320).optional(),
  email_verified: z.union([z.boolean(), z.string()]).optional(),
})

function issuedClaims({ issuer, names }: Issued, person: z.infer<typeof personShape>): ToolClaims {
  const id = person[names]
  if (id === undefined) throw bad()
  return {
    ...nobody,
    // People sign in to the portal at the same issuer by another name for the same person.
    ...{ issuer: `${issuer.url}#${names}`, subject: id },
    email: (person.preferred_username ?? person.email)?.toLowerCase() ?? null,
    isEmailVerified: person.email_verified === true || person.email_verified === "true",
    ...{ tenant: person.tid ?? null, hostedDomain: person.hd ?? null },
    connectionSubject: names === "oid" ? `${person.tid}/${id}` : id,
  }
}
