import type { Access } from "@kalends/domain/access"
import { xmlText } from "@kalends/readers/caldav/multistatus"
import { addressOnServer } from "@kalends/readers/caldav/origin"
import { wire } from "@kalends/readers/parse"
import type { RoomAccessMethod, RoomEntry, RoomSource } from "../../ports/room-source.ts"
import type { CaldavCalls } from "./calls.ts"

/** RFC 6638 2.4.2 (calendar-user-type) and RFC 3744 (privileges), seen 2026-11-29. */
const methods: readonly RoomAccessMethod[] = [
  {
    name: "own-sign-in",
    tenantMethods: [],
    permissions: [
      {
        ...{ name: "DAV:read, DAV:write-content, DAV:bind, DAV:unbind", holder: "service-account" },
        source: "https://www.rfc-editor.org/rfc/rfc3744#section-3",
      },
    ],
    ...{ isRecommended: true, hasScript: false },
  },
]
const roomTypes = new Set(["ROOM", "RESOURCE"])

/** Rooms of a CalDAV server: its principals of the types ROOM and RESOURCE. */
export function createCaldavRooms(calls: CaldavCalls, home: (access: Access) => string): RoomSource {
  return {
    methods,
    ofTenant: null,
    async ofAccount(access, { signal }) {
      const url = home(access)
      const sets = await calls.findPrincipalSets({ access, url, signal })
      const at = [...new Set(sets.flatMap((href) => addressOnServer(url, href) ?? []))]
      const found: RoomEntry[] = []
      for (const collection of at.slice(0, 5))
        for (const { properties } of (await calls.searchRooms({ access, url: collection, signal })).responses) {
          const entry = entryOf(properties)
          if (entry !== null) found.push(entry)
        }
      return { entries: found, next: null }
    },
    script: null,
    mendingLine: () => null,
  }
}

function entryOf(properties: Readonly<Record<string, unknown>>): RoomEntry | null {
  const type = xmlText(properties["calendar-user-type"])?.trim().toUpperCase() ?? ""
  const hrefs = wire(properties["calendar-user-address-set"])?.href
  const address = (Array.isArray(hrefs) ? hrefs : [hrefs])
    .map((href) => /^mailto:(.+)$/i.exec(xmlText(href)?.trim() ?? "")?.[1]?.toLowerCase())
    .find((one) => one !== undefined)
  if (!roomTypes.has(type) || address === undefined) return null
  return { address, name: xmlText(properties.displayname) ?? address, building: null, floor: null, capacity: null }
}
