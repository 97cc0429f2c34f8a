import { randomUUID, X509Certificate } from "node:crypto"
import type { Knobs } from "../knobs.ts"
import type { Person, Tenant } from "../org.ts"
import type { SimulatorPlatform } from "../platform.ts"
import { type CertificatePair, newCertificate } from "./certificate.ts"

/** A client secret of an application. Its text is shown once by Entra, and here always. */
export type ClientSecret = { readonly id: string; readonly text: string; endsAt: Temporal.Instant }

/** A certificate of an application, of which Entra has the public part alone. */
export type ClientCertificate = {
  readonly id: string
  readonly certificate: X509Certificate
  readonly endsAt: Temporal.Instant
}

type Scope = (person: Person) => boolean

/**
 * An application of one tenant: what its administrator made, consented to and limited. Everything that can be written can
 * be broken.
 */
export type Application = {
  readonly clientId: string
  /** Of the application object. */
  readonly objectId: string
  readonly servicePrincipalId: string
  readonly tenant: Tenant
  readonly name: string
  readonly secrets: ClientSecret[]
  readonly certificates: ClientCertificate[]
  /** Application permissions that the registration asks for; an administrator's consent gives them. */
  roles: readonly string[]
  isConsented: boolean
  /** The service principal was disabled by the administrator. */
  isDisabled: boolean
  /** A conditional access policy for workload identities blocks it. */
  isBlocked: boolean
  /** Application access policy: limits the consented permissions to these mailboxes; null: to none. */
  accessPolicy: Scope | null
  /**
   * RBAC for Applications: permissions given in Exchange, with the scope of their management role. They are in no token,
   * and add up with what was consented to in Entra.
   */
  exchangeRoles: readonly { readonly role: string; readonly includes: Scope }[]
}

export type ApplicationOptions = {
  readonly name?: string
  readonly roles?: readonly string[]
  readonly isConsented?: boolean
  readonly clientId?: string
}

const usualRoles = ["Calendars.ReadWrite", "User.Read.All", "Place.Read.All"]

export type Applications = ReturnType<typeof createApplications>

/** The registrations of the Microsoft tenants (MSG application.md, servicePrincipal.md). */
export function createApplications(
  platform: SimulatorPlatform,
  tenants: readonly Tenant[],
  registration: { readonly clientId: string; readonly knobs: (tenantId: string) => Knobs },
) {
  const all: Application[] = tenants.map((tenant) => registrationIn(tenant, registration))
  const findTenant = (key: string): Tenant | null =>
    tenants.find(({ id, domain }) => id === key.toLowerCase() || domain === key.toLowerCase()) ?? null
  const inDays = (days: number) => platform.now().add({ hours: 24 * days })

  return {
    /** Everything registered, the service's own registration first. */
    all: (): readonly Application[] => all,
    /** A tenant by its id or domain. */
    findTenant,
    find: (tenant: Tenant, clientId: string | null): Application | null =>
      all.find((one) => one.tenant.id === tenant.id && one.clientId === clientId) ?? null,
    /** The multi-tenant registration of the service that is tried, as it is in this tenant; its faults are the knobs'. */
    registration(tenant: Tenant): Application {
      const found = all.find((one) => one.tenant.id === tenant.id && one.clientId === registration.clientId)
      if (found === undefined) throw new Error("no such tenant")
      return found
    },
    /** An application of the tenant's own, without a secret yet; consented to unless it is said otherwise. */
    add(tenant: Tenant, options: ApplicationOptions = {}): Application {
      const application: Application = {
        clientId: options.clientId ?? randomUUID(),
        objectId: randomUUID(),
        servicePrincipalId: randomUUID(),
        tenant,
        name: options.name ?? "Kalends",
        secrets: [],
        certificates: [],
        roles: options.roles ?? usualRoles,
        isConsented: options.isConsented ?? true,
        isDisabled: false,
        isBlocked: false,
        accessPolicy: null,
        exchangeRoles: [],
      }
      all.push(application)
      return application
    },
    remove(application: Application): void {
      const at = all.indexOf(application)
      if (at !== -1) all.splice(at, 1)
    },
    /** A secret that ends after so many days; a negative number makes an expired one. */
    addSecret(application: Application, days = 180): ClientSecret {
      const secret = { id: randomUUID(), text: platform.token("simulated~"), endsAt: inDays(days) }
      application.secrets.push(secret)
      return secret
    },
    /** Registers a certificate (PEM). Throws for what is none. */
    addCertificate(application: Application, pem: string): ClientCertificate {
      const certificate = new X509Certificate(pem)
      const endsAt = Temporal.Instant.fromEpochMilliseconds(certificate.validToDate.getTime())
      const known = { id: randomUUID(), certificate, endsAt }
      application.certificates.push(known)
      return known
    },
    /** Makes a key with a self-signed certificate that is valid for so many days, and registers it. */
    newCertificate(application: Application, days = 365): CertificatePair {
      const from = days > 0 ? platform.now().subtract({ hours: 1 }) : inDays(days - 30)
      const pair = newCertificate(application.name, from, inDays(days))
      application.certificates.push({
        id: randomUUID(),
        certificate: new X509Certificate(pair.certificate),
        endsAt: inDays(days),
      })
      return pair
    },
  }
}

/** Consent is the administrator's form; the permissions are what the knobs say. */
function registrationIn(
  tenant: Tenant,
  { clientId, knobs }: { readonly clientId: string; readonly knobs: (tenantId: string) => Knobs },
): Application {
  return {
    clientId,
    objectId: randomUUID(),
    servicePrincipalId: randomUUID(),
    tenant,
    name: "Simulated multi-tenant registration",
    secrets: [],
    certificates: [],
    get roles() {
      return knobs(tenant.id).applicationRoles
    },
    set roles(roles) {
      knobs(tenant.id).applicationRoles = roles
    },
    isConsented: false,
    isDisabled: false,
    isBlocked: false,
    accessPolicy: null,
    exchangeRoles: [],
  }
}
