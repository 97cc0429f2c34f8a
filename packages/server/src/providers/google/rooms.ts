import { list, requireText, text, type Wire } from "@kalends/readers/parse"
import type { RoomAccessMethod, RoomDirectoryQuery, RoomEntry, RoomSource } from "../../ports/room-source.ts"
import { readEach } from "../provider-deps.ts"

const perPage = "100"

/** support.google.com/a/answer/1033925 and developers.google.com/workspace/admin/directory, seen 2026-11-29. */
const methods: readonly RoomAccessMethod[] = [
  {
    name: "shared-calendar",
    tenantMethods: ["service-account"],
    permissions: [
      {
        ...{ name: "Make changes and manage sharing", holder: "service-account" },
        source: "https://support.google.com/a/answer/1034381",
      },
      {
        ...{ name: "https://www.googleapis.com/auth/calendar.events", holder: "service-account" },
        source: "https://developers.google.com/workspace/calendar/api/auth",
      },
      {
        ...{
          name: "https://www.googleapis.com/auth/admin.directory.resource.calendar.readonly",
          holder: "service-account",
        },
        source: "https://developers.google.com/workspace/admin/directory/reference/rest/v1/resources.calendars/list",
      },
    ],
    ...{ isRecommended: true, hasScript: false },
  },
]

/** Reads a page of the directory as the administrator sees it. */
type Read = (
  secret: string,
  path: string,
  query: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Wire>

/** Rooms of Google Workspace: its calendar resources. */
export function createGoogleRooms(read: Read): RoomSource {
  return {
    methods,
    async ofTenant(secret: string, { next, signal }: RoomDirectoryQuery) {
      const query = { maxResults: perPage, ...(next === null ? {} : { pageToken: next }) }
      const body = await read(secret, "/customer/my_customer/resources/calendars", query, signal)
      return { entries: readEach(list(body.items), roomOf), next: text(body.nextPageToken) }
    },
    ofAccount: null,
    script: null,
    mendingLine: () => null,
  }
}

/** Without a category it may be a room; other resources say that they are none. */
function roomOf(resource: Wire): RoomEntry {
  if (text(resource.resourceCategory) === "OTHER") throw new TypeError("no room")
  const address = requireText(resource.resourceEmail, "resourceEmail").toLowerCase()
  const { capacity } = resource
  return {
    address,
    name: text(resource.generatedResourceName) ?? text(resource.resourceName) ?? address,
    building: text(resource.buildingId),
    floor: text(resource.floorName),
    capacity: typeof capacity === "number" && capacity > 0 ? Math.floor(capacity) : null,
  }
}
