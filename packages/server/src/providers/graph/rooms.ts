import type { Access } from "@kalends/domain/access"
import { list, requireText, text, type Wire } from "@kalends/readers/parse"
import type { RoomAccessMethod, RoomEntry, RoomSource } from "../../ports/room-source.ts"
import { readEach } from "../provider-deps.ts"
import { applicationScript, delegateScript, mailboxLine } from "../room-mailbox-script.ts"
import type { GraphSettings } from "./auth.ts"
import { requireOwnLink } from "./own-links.ts"

const perPage = 100

/** learn.microsoft.com/graph/permissions-reference, exchange/permissions-exo/application-rbac and the pages named, seen 2026-11-29. */
const methods: readonly RoomAccessMethod[] = [
  {
    name: "application",
    tenantMethods: ["registration", "client-secret", "certificate"],
    permissions: [
      {
        ...{ name: "Calendars.ReadWrite", holder: "application" },
        source: "https://learn.microsoft.com/graph/permissions-reference#calendarsreadwrite",
      },
      {
        ...{ name: "Place.Read.All", holder: "application" },
        source: "https://learn.microsoft.com/graph/api/place-list",
      },
      {
        ...{ name: "Application Calendars.ReadWrite (CustomResourceScope)", holder: "application" },
        source: "https://learn.microsoft.com/exchange/permissions-exo/application-rbac",
      },
      {
        ...{ name: "Organization Management", holder: "administrator" },
        source: "https://learn.microsoft.com/exchange/permissions-exo/permissions-exo",
      },
      {
        ...{ name: "Recipient Management", holder: "administrator" },
        source: "https://learn.microsoft.com/exchange/permissions-exo/permissions-exo",
      },
    ],
    ...{ isRecommended: true, hasScript: true },
  },
  {
    name: "delegate",
    tenantMethods: ["service-sign-in"],
    permissions: [
      {
        ...{ name: "Full Access", holder: "service-account" },
        source: "https://learn.microsoft.com/powershell/module/exchange/add-mailboxpermission",
      },
      {
        ...{ name: "Send As", holder: "service-account" },
        source: "https://learn.microsoft.com/powershell/module/exchange/add-recipientpermission",
      },
      {
        ...{ name: "Calendars.ReadWrite.Shared", holder: "service-account" },
        source: "https://learn.microsoft.com/graph/permissions-reference#calendarsreadwriteshared",
      },
      {
        ...{ name: "Place.Read.All", holder: "service-account" },
        source: "https://learn.microsoft.com/graph/permissions-reference#placereadall",
      },
      {
        ...{ name: "Recipient Management", holder: "administrator" },
        source: "https://learn.microsoft.com/exchange/permissions-exo/permissions-exo",
      },
    ],
    ...{ isRecommended: false, hasScript: true },
  },
]

/** Reads an address of ours with an organisation's token. */
type Get = (access: Access, url: string, signal: AbortSignal) => Promise<Wire>

/** Rooms of Microsoft 365: places of a tenant (place-list.md), which `Place.Read.All` shows. */
export function createGraphRooms(
  { apiUrl }: GraphSettings,
  reach: { readonly get: Get; readonly token: (secret: string) => Promise<Access> },
): RoomSource {
  const script = delegateScript("Connect-ExchangeOnline", false)
  return {
    methods,
    async ofTenant(secret, { next, signal }) {
      const url = next ?? `${apiUrl}/places/microsoft.graph.room?$top=${perPage}`
      const body = await reach.get(await reach.token(secret), requireOwnLink(apiUrl, url), signal)
      return { entries: readEach(list(body.value), roomOf), next: text(body["@odata.nextLink"]) }
    },
    ofAccount: null,
    script: (asked) => (asked.method === "delegate" ? script(asked) : applicationScript(asked)),
    mendingLine: mailboxLine(["service-sign-in"], false),
  }
}

function roomOf(room: Wire): RoomEntry {
  const address = requireText(room.emailAddress, "emailAddress").toLowerCase()
  const floor = text(room.floorLabel) ?? (typeof room.floorNumber === "number" ? String(room.floorNumber) : null)
  const { capacity } = room
  return {
    ...{ address, name: text(room.displayName) ?? address, building: text(room.building), floor },
    capacity: typeof capacity === "number" && capacity > 0 ? Math.floor(capacity) : null,
  }
}
