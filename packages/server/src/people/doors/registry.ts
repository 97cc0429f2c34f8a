import { parseProviderName } from "@kalends/domain/ids"
import type { Issuer } from "@kalends/domain/issuer"
import type { ToolDoor } from "../../ports/tool-tokens.ts"

/** What the operator has said of tools that are signed in elsewhere. */
export type DoorSettings = {
  readonly publicUrl: string
  readonly microsoftLoginUrl: string
  readonly googleAccountsUrl: string
  readonly toolMicrosoftClientIds: readonly string[]
  readonly toolMicrosoftTenant: string | null
  readonly toolGoogleClientIds: readonly string[]
  readonly toolGoogleDomain: string | null
  readonly toolExchangeServers: readonly string[]
  readonly toolAddresses: boolean
}

/** The ways in for tools, by the name in their address; those that are not set up are not there. */
export function createDoors(settings: DoorSettings): ReadonlyMap<string, ToolDoor> {
  const { toolMicrosoftClientIds, toolMicrosoftTenant: tenant, toolGoogleClientIds, toolExchangeServers } = settings
  const doors = new Map<string, ToolDoor>()
  if (toolMicrosoftClientIds.length > 0 && tenant !== null)
    doors.set("entra", {
      ...{ kind: "issued", clientIds: toolMicrosoftClientIds, names: "oid", provider: parseProviderName("graph") },
      issuer: issuerOf("Microsoft 365", `${settings.microsoftLoginUrl}/${tenant}/v2.0`, {
        tenant,
        // A person's name there is given by the organisation, which is this one alone.
        emailTrust: settings.toolAddresses ? "always" : "no",
      }),
    })
  if (toolGoogleClientIds.length > 0)
    doors.set("google", {
      ...{ kind: "issued", clientIds: toolGoogleClientIds, names: "sub", provider: parseProviderName("google") },
      issuer: issuerOf("Google", settings.googleAccountsUrl, {
        hostedDomain: settings.toolGoogleDomain,
        // Verified addresses of the organisation's own domain are the organisation's word.
        emailTrust: settings.toolAddresses && settings.toolGoogleDomain !== null ? "verified" : "no",
      }),
    })
  if (toolExchangeServers.length > 0)
    doors.set("exchange", {
      ...{ kind: "server", label: "Exchange Server", hosts: toolExchangeServers },
      audienceOrigin: new URL(settings.publicUrl).origin,
    })
  return doors
}

function issuerOf(label: string, url: string, rest: Partial<Issuer>): Issuer {
  return {
    ...{ name: "tools", url, label, clientId: "", clientSecret: null, emailTrust: "no", domains: [], tenant: null },
    ...{ hostedDomain: null, makesUsers: false, factorMethods: [], factorClasses: [] },
    ...{ maxAgeMinutes: null, ...rest },
  }
}
