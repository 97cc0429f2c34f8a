import { connectionStates } from "@kalends/domain/connection"
import type { ConnectionListQuery } from "@kalends/protocol/overview"
import type { RevocationScopeInput } from "@kalends/protocol/revocations"

/** Which page about connections is open. It stands in the address, filters and all, so that it can be sent to a colleague. */
export type ConnectionsPlace =
  | { readonly kind: "list"; readonly filter: ConnectionListQuery }
  | { readonly kind: "one"; readonly connectionId: string }
  | { readonly kind: "forecast" }
  | { readonly kind: "revoke"; readonly scope: RevocationScopeInput }
  | { readonly kind: "revocations" }
  | { readonly kind: "revocation"; readonly revocationId: string }

const root = "connections"
const idText = /^[0-9a-f-]{36}$/
const providerText = /^[a-z][a-z-]{1,31}$/

/** What the address names; the whole list where it names nothing that is known. */
export function connectionsPlaceOf(address: string): ConnectionsPlace {
  const [path = "", query = ""] = address.split("?")
  const [, first = "", second = "", third = "", fourth = ""] = path.split("/")
  if (first === "forecast") return { kind: "forecast" }
  if (first === "revocations") return { kind: "revocations" }
  if (first === "one" && idText.test(second)) return { kind: "one", connectionId: second }
  if (first === "revocation" && idText.test(second)) return { kind: "revocation", revocationId: second }
  const scope = first === "revoke" ? scopeOf(second, third, fourth) : null
  return scope === null ? { kind: "list", filter: filterOf(new URLSearchParams(query)) } : { kind: "revoke", scope }
}

function scopeOf(kind: string, id: string, tenantId: string): RevocationScopeInput | null {
  if (kind === "connection" && idText.test(id)) return { kind, connectionId: id }
  if (kind === "group" && idText.test(id)) return { kind, groupId: id }
  if (kind === "tenant" && providerText.test(id) && tenantId !== "")
    return { kind, provider: id, tenantId: decodeURIComponent(tenantId) }
  return null
}

function filterOf(query: URLSearchParams): ConnectionListQuery {
  const state = connectionStates.find((one) => one === query.get("state"))
  const text = (name: "provider" | "group" | "tenant" | "search") => {
    const value = query.get(name)
    return value === null || value === "" ? {} : { [name]: value }
  }
  const days = Number(query.get("endsWithinDays"))
  return {
    ...(state === undefined ? {} : { state }),
    ...{ ...text("provider"), ...text("group"), ...text("tenant"), ...text("search") },
    ...(Number.isInteger(days) && days > 0 ? { endsWithinDays: days } : {}),
  }
}

/** The text behind the # for a page. */
export function connectionsPlaceText(place: ConnectionsPlace): string {
  switch (place.kind) {
    case "list": {
      const entries = Object.entries(place.filter).flatMap(([name, value]) =>
        value === undefined || value === "" ? [] : [[name, String(value)]],
      )
      return entries.length === 0 ? root : `${root}?${new URLSearchParams(entries)}`
    }
    case "one":
      return `${root}/one/${place.connectionId}`
    case "forecast":
    case "revocations":
      return `${root}/${place.kind}`
    case "revocation":
      return `${root}/revocation/${place.revocationId}`
    case "revoke":
      return `${root}/revoke/${scopeText(place.scope)}`
  }
}

function scopeText(scope: RevocationScopeInput): string {
  switch (scope.kind) {
    case "connection":
      return `connection/${scope.connectionId}`
    case "group":
      return `group/${scope.groupId}`
    case "tenant":
      return `tenant/${scope.provider}/${encodeURIComponent(scope.tenantId)}`
  }
}
