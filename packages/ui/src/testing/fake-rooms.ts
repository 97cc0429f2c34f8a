import { type ManySettings, type RoomSetOutcome, setRoomsSchema } from "@kalends/protocol/many-rooms"
import type { RoomTroublesView } from "@kalends/protocol/room-troubles"
import {
  type DialRulesView,
  type RoomCheckupView,
  type RoomDirectoryView,
  type RoomMethodsView,
  type RoomView,
  roomSchema,
} from "@kalends/protocol/rooms"
import type { Scene } from "./scene.ts"
import { sampleTenantId } from "./tenant-scene.ts"

/** Rooms as the fake service has them. */
export type RoomsScene = {
  rooms: readonly RoomView[]
  methods: RoomMethodsView
  directory: RoomDirectoryView["entries"]
  checkup: RoomCheckupView
  dialRules: DialRulesView
  troubles: RoomTroublesView
  /** How the directory was asked for last. */
  askedDirectory: Readonly<Record<string, unknown>> | null
}

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about rooms, as the scene has them; null for other routes. */
export function roomsReply({ route, query, body }: Asked, { rooms: scene }: Scene): Answer | null {
  if (route === "GET /v1/rooms") {
    const wanted = (query.get("search") ?? "").toLowerCase()
    const rooms = scene.rooms
      .filter(({ name, address }) => `${name} ${address}`.toLowerCase().includes(wanted))
      .filter(({ connection }) => query.get("state") !== "trouble" || connection?.state !== "healthy")
    return { body: { rooms, next: null, count: scene.rooms.length } }
  }
  if (route === "GET /v1/rooms/choices" || route === "POST /v1/rooms/settings")
    return manyReply({ route, query, body }, scene)
  if (route === "GET /v1/rooms/troubles") return { body: scene.troubles }
  if (route === "GET /v1/rooms/methods") return { body: scene.methods }
  if (route === "GET /v1/rooms/dial-rules") return { body: scene.dialRules }
  if (route === "PUT /v1/rooms/dial-rules") {
    scene.dialRules = { rules: Array.isArray(body.rules) ? body.rules : [] }
    return { body: scene.dialRules }
  }
  if (route === "POST /v1/rooms/script") {
    const addresses: unknown[] = Array.isArray(body.addresses) ? body.addresses : []
    const rooms = addresses.map((address) => `'${String(address)}'`).join(", ")
    return { body: { script: `Connect-ExchangeOnline\n$rooms = @(${rooms})\n` } }
  }
  if (route === "POST /v1/rooms/directory") scene.askedDirectory = body
  if (route === "POST /v1/rooms/directory") return { body: { entries: scene.directory, next: null, gone: [] } }
  if (route === "POST /v1/rooms/import") {
    const [first] = scene.rooms
    const roomId = first?.roomId ?? null
    scene.directory = scene.directory.map((entry) => ({ ...entry, roomId }))
    return { body: { added: 1, known: 0 } }
  }
  return oneReply({ route, query, body }, scene)
}

/** Rooms that are set together; one whose name has "Lyra" in it was removed meanwhile. */
function manyReply({ route, query, body }: Asked, scene: RoomsScene): Answer {
  const wanted = (query.get("search") ?? "").toLowerCase()
  const isIn = (name: "building" | "floor", value: string | null) => [null, value].includes(query.get(name))
  if (route === "GET /v1/rooms/choices") {
    const rooms = scene.rooms
      .filter(({ name, address }) => `${name} ${address}`.toLowerCase().includes(wanted))
      .filter(({ building, floor }) => isIn("building", building) && isIn("floor", floor))
      .map((room) => ({ ...room, settings: settingsOf(room) }))
    const places = scene.rooms.map(({ building, floor }) => ({ building, floor, count: 1 }))
    return { body: { rooms, isWhole: true, places } }
  }
  const { changes } = setRoomsSchema.parse(body)
  const outcomes = changes.flatMap(({ roomIds, settings }) =>
    roomIds.map((roomId): RoomSetOutcome => {
      const room = scene.rooms.find((one) => one.roomId === roomId)
      if (room === undefined || room.name.includes("Lyra")) return { roomId, outcome: "refused", code: "no-room" }
      const now = new Map<string, unknown>(Object.entries(settingsOf(room)))
      const others = Object.entries(settings).filter(([name, value]) => now.get(name) !== value)
      if (others.length === 0) return { roomId, outcome: "same" }
      const { building, floor, capacity, zone, language, clockHours, ...rest } = { ...settingsOf(room), ...settings }
      const { hidesTitles, hidesHostsOfPrivate, withinMinutes, earlyMinutes, missesMost } = rest
      const privacy = { hidesTitles, hidesHostsOfPrivate }
      const checkIn = { withinMinutes, earlyMinutes, missesMost }
      const next = { building, floor, capacity, zone, language, clockHours, privacy, checkIn }
      scene.rooms = scene.rooms.map((one) => (one === room ? roomSchema.parse({ ...one, ...next }) : one))
      return { roomId, outcome: "changed", before: Object.fromEntries(others.map(([name]) => [name, now.get(name)])) }
    }),
  )
  return { body: { outcomes } }
}

function settingsOf({
  building,
  floor,
  capacity,
  zone,
  language,
  clockHours,
  privacy,
  checkIn,
}: RoomView): ManySettings {
  return { building, floor, capacity, zone, language, clockHours, ...privacy, ...checkIn }
}

function oneReply({ route, body }: Asked, scene: RoomsScene): Answer | null {
  const [, method = "", roomId = "", rest = ""] = /^(\w+) \/v1\/rooms\/([0-9a-f-]{36})(.*)$/.exec(route) ?? []
  const room = scene.rooms.find((one) => one.roomId === roomId)
  if (room === undefined) return null
  if (rest === "/checkup") return { body: scene.checkup }
  const changed = rest === "/connection" ? { ...room, connection: null } : { ...room, ...body }
  if (method === "PATCH" || rest === "/connection")
    scene.rooms = scene.rooms.map((one) => (one === room ? { ...changed } : one))
  return { body: method === "GET" ? room : changed }
}

const places = ["Andromeda", "Cassiopeia", "Draco", "Lyra"]

/** Four rooms, one of which cannot be read. */
export function calmRooms(now: Temporal.Instant): RoomsScene {
  const rooms = places.map((name, index): RoomView => {
    const state = (["free", "taken", "unknown", "free"] as const)[index] ?? "free"
    return {
      roomId: roomIdOf(index),
      ...{ address: `room-${name.toLowerCase()}@example.org`, name: `Room ${name}`, building: "North", floor: "3" },
      ...{ capacity: 8, zone: "UTC", language: "en", clockHours: 24, createdAt: now.toString() },
      privacy: { hidesTitles: "private", hidesHostsOfPrivate: true },
      checkIn: { withinMinutes: index === 1 ? 10 : null, earlyMinutes: 10, missesMost: null },
      connection: index === 3 ? null : { provider: "graph", providerLabel: "Microsoft 365", state: "healthy" },
      tenantConnectionId: null,
      problem: null,
      agenda:
        index === 3
          ? null
          : {
              readAt: now.subtract({ seconds: index === 2 ? 5_400 : 12 }).toString(),
              ...{ state, until: state === "unknown" ? null : now.add({ minutes: 50 }).toString(), bookings: 4 },
            },
    }
  })
  const known = { rooms, methods, directory, checkup: checkupAt(now), troubles: troublesAt(now) }
  return { ...known, dialRules: { rules: [] }, askedDirectory: null }
}

/** Two rooms whose permission is gone, one with a new screen that is not there, and what follows from it. */
function troublesAt(now: Temporal.Instant): RoomTroublesView {
  const one = (index: number, name: string, hours: number) => ({
    ...{ id: roomIdOf(index), roomId: roomIdOf(index), name, since: now.subtract({ hours }).toString() },
  })
  return {
    at: now.toString(),
    rooms: {
      total: 40,
      kinds: [
        { kind: "needs-consent", count: 2, some: [one(1, "Room Cassiopeia", 2), one(2, "Room Draco", 3)] },
        { kind: "unreachable", count: 1, some: [one(0, "Room Andromeda", 1)] },
      ],
    },
    devices: { total: 12, kinds: [{ kind: "failing", count: 1, some: [one(1, "Codec on wheels", 20)] }] },
    displays: {
      total: 31,
      kinds: [
        {
          kind: "gone",
          count: 7,
          some: ["Entrance hall", "Door of Andromeda", "会議室「桜」のドア"].map((name, at) => one(at, name, at + 1)),
        },
      ],
    },
  }
}

const roomIdOf = (index: number) => `00000000-0000-4000-8000-0000000060${String(index).padStart(2, "0")}`

const methods: RoomMethodsView = {
  tenants: [
    {
      ...{ tenantConnectionId: sampleTenantId, provider: "graph", providerLabel: "Microsoft 365" },
      ...{ method: "certificate", tenantId: "contoso.example", identity: "4f1c7a62-6d0e-4d7b-8a9e-2b7f5c1d9e33" },
    },
  ],
  providers: [
    {
      ...{ provider: "graph", label: "Microsoft 365", hasDirectory: true },
      methods: [
        {
          ...{
            name: "application",
            tenantMethods: ["registration"],
            isRecommended: true,
            hasScript: true,
          },
          permissions: [
            { name: "Calendars.ReadWrite", holder: "application", source: "https://learn.microsoft.com/graph/" },
            {
              name: "Organization Management",
              holder: "administrator",
              source: "https://learn.microsoft.com/exchange/",
            },
          ],
        },
        {
          ...{ name: "delegate", tenantMethods: ["service-sign-in"], isRecommended: false, hasScript: true },
          permissions: [
            { name: "Full Access", holder: "service-account", source: "https://learn.microsoft.com/powershell/" },
            { name: "Send As", holder: "service-account", source: "https://learn.microsoft.com/powershell/" },
          ],
        },
      ],
    },
    {
      ...{ provider: "caldav", label: "CalDAV", hasDirectory: true },
      methods: [
        {
          ...{ name: "own-sign-in", tenantMethods: [], isRecommended: true, hasScript: false },
          permissions: [
            { name: "DAV:read", holder: "service-account", source: "https://www.rfc-editor.org/rfc/rfc3744#section-3" },
          ],
        },
      ],
    },
  ],
}
const directory: RoomDirectoryView["entries"] = [
  {
    ...{ address: "room-vega@example.org", name: "Room Vega", building: "South", floor: "1", capacity: 4 },
    ...{ roomId: null, connectionState: null },
  },
]

const checkupAt = (now: Temporal.Instant): RoomCheckupView => ({
  ...{ at: now.toString(), looked: 14 },
  findings: [
    { code: "room-readable", outcome: "right", line: null, problem: null },
    {
      ...{ code: "room-body-stripped", outcome: "doubtful", problem: null },
      line: "Set-CalendarProcessing -Identity 'room-andromeda@example.org' -DeleteComments $false",
    },
  ],
})
