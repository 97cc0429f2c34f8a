import { createPrivateKey, X509Certificate } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { z } from "zod"
import type { TenantGiven, TenantMethod } from "../../ports/tenant-source.ts"
import type { GraphSettings } from "./auth.ts"

/**
 * registration: this service's own registration, which the tenant's administrator consented to. client-secret and
 * certificate: a registration of the tenant's own.
 */
export const tenantMethods: readonly TenantMethod[] = [
  { name: "registration", fields: [{ name: "tenant", kind: "text", isOptional: false }] },
  {
    name: "client-secret",
    fields: [
      { name: "tenant", kind: "text", isOptional: false },
      { name: "clientId", kind: "text", isOptional: false },
      { name: "clientSecret", kind: "secret", isOptional: false },
      { name: "secretEndsOn", kind: "text", isOptional: true },
    ],
  },
  {
    name: "certificate",
    fields: [
      { name: "tenant", kind: "text", isOptional: false },
      { name: "clientId", kind: "text", isOptional: false },
      { name: "certificate", kind: "long-text", isOptional: false },
      { name: "privateKey", kind: "long-secret", isOptional: false },
    ],
  },
]

const secretSchema = z.object({
  /** Id, in lower case. */
  tenant: z.string(),
  /** Null: this service's own registration. */
  own: z
    .discriminatedUnion("kind", [
      z.object({ kind: z.literal("secret"), clientId: z.string(), clientSecret: z.string() }),
      z.object({
        kind: z.literal("certificate"),
        clientId: z.string(),
        thumbprint: z.string(),
        privateKey: z.string(),
      }),
      /** A service account that signed in by this service's own registration. */
      z.object({
        kind: z.literal("sign-in"),
        account: z.string(),
        refreshToken: z.string(),
        permission: z.enum(["read", "read-write"]),
        hasDirectory: z.boolean(),
      }),
    ])
    .nullable(),
})
export type TenantSecret = z.infer<typeof secretSchema>
export type SignedIn = Extract<TenantSecret["own"], { kind: "sign-in" }>

/** What was sealed. Throws Problem "malformed" when it is not what this version writes. */
export function readSecret(text: string): TenantSecret {
  try {
    return secretSchema.parse(JSON.parse(text))
  } catch {
    throw new Problem("malformed", "What was stored of this connection cannot be read.", { code: "tenant-secret" })
  }
}

const tenantText = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/

/** The tenant's id or one of its domains, in lower case. Throws Problem "malformed" (code "tenant"). */
export function readTenant(given: TenantGiven): string {
  const tenant = (given.tenant ?? "").toLowerCase()
  if (!tenantText.test(tenant))
    throw new Problem("malformed", "That is neither a tenant's id nor a domain.", { code: "tenant" })
  return tenant
}

export type OwnRegistration = {
  readonly own: Exclude<TenantSecret["own"], SignedIn>
  readonly clientId: string
  readonly secretExpiresAt: Temporal.Instant | null
}

/** Who signs in, and with what. Throws Problem "malformed" (code: the field) for what cannot be read. */
export function readRegistration(method: string, given: TenantGiven, settings: GraphSettings): OwnRegistration {
  const clientId = given.clientId ?? settings.clientId
  switch (method) {
    case "client-secret":
      return {
        own: { kind: "secret", clientId, clientSecret: given.clientSecret ?? "" },
        clientId,
        secretExpiresAt: dayOf(given.secretEndsOn),
      }
    case "certificate": {
      const { privateKey, thumbprint, endsAt } = certificateOf(given)
      return { own: { kind: "certificate", clientId, thumbprint, privateKey }, clientId, secretExpiresAt: endsAt }
    }
    default:
      return { own: null, clientId, secretExpiresAt: null }
  }
}

function dayOf(text: string | undefined): Temporal.Instant | null {
  if (text === undefined) return null
  try {
    return Temporal.PlainDate.from(text).toZonedDateTime("UTC").toInstant()
  } catch {
    throw new Problem("malformed", "That is not a day; write it as 2027-04-30.", { code: "secretEndsOn" })
  }
}

/** The thumbprint is what Entra finds the certificate by (ENTRA certificate-credentials.md: x5t#S256). */
function certificateOf({ certificate = "", privateKey = "" }: TenantGiven) {
  const known = readPem("certificate", () => new X509Certificate(certificate))
  const key = readPem("privateKey", () => createPrivateKey(privateKey))
  if (!known.checkPrivateKey(key))
    throw new Problem("malformed", "The private key is not the certificate's.", { code: "privateKey" })
  return {
    privateKey: key.export({ type: "pkcs8", format: "pem" }).toString(),
    thumbprint: Buffer.from(known.fingerprint256.replaceAll(":", ""), "hex").toString("base64url"),
    endsAt: Temporal.Instant.fromEpochMilliseconds(known.validToDate.getTime()),
  }
}

function readPem<Read>(field: string, read: () => Read): Read {
  try {
    return read()
  } catch {
    throw new Problem("malformed", "That is no PEM text of the kind that is wanted.", { code: field })
  }
}
