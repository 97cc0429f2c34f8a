import type { DeviceBookingsView, DeviceFamiliesView, DeviceView, NewDeviceInput } from "@kalends/protocol/devices"
import { certificatesInputSchema, deviceListSchema, newDevicesSchema } from "@kalends/protocol/many-devices"
import type { Scene } from "./scene.ts"

/** Video systems of rooms as the fake service has them. */
export type VideoScene = {
  devices: readonly DeviceView[]
  bookings: DeviceBookingsView
  families: DeviceFamiliesView
  /** What was sent of systems of a list. */
  listed: readonly NewDeviceInput[]
}

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

const sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

const shownCertificate = { sha256, subject: "CN=codec", issuer: "CN=codec", validUntil: "2036-01-01T00:00:00Z" }

/** Answers about video systems, as the scene has them; null for other routes. */
export function videoReply({ route, query, body }: Asked, { video: scene, rooms }: Scene): Answer | null {
  if (route === "GET /v1/devices/families") return { body: scene.families }
  if (route === "POST /v1/devices/certificate")
    return {
      body: { ...shownCertificate, isTrusted: false },
    }
  if (route === "GET /v1/devices") {
    const of = query.get("roomId")
    const devices = scene.devices
      .filter(({ room }) => of === null || (room?.roomId ?? "gone") === of)
      .filter(({ state }) => query.get("trouble") === null || !["well", "off"].includes(state))
    return { body: { devices, after: null } }
  }
  if (route === "POST /v1/devices") {
    const room = rooms.rooms.find(({ roomId }) => roomId === body.roomId)
    const device = { ...fresh, ...body, room: { roomId: String(body.roomId), displayName: room?.name ?? "" } }
    const isCalled = body.address !== null
    scene.devices = [...scene.devices, { ...device, isCalled, username: String(body.username ?? "room-k3v9") }]
    return { status: 201, body: { device: scene.devices.at(-1), password: isCalled ? null : "k3v9m-7wxqa-2bcdf" } }
  }
  const many = manyReply({ route, query, body }, scene, rooms)
  if (many !== null) return many
  const [, method, deviceId, rest] = /^(\w+) \/v1\/devices\/([0-9a-f-]{36})(.*)$/.exec(route) ?? []
  if (deviceId === undefined) return null
  if (rest === "/bookings") return { body: scene.bookings }
  const change = (changes: Partial<DeviceView>) => {
    scene.devices = scene.devices.map((one) => (one.deviceId === deviceId ? { ...one, ...changes } : one))
    return scene.devices.find((one) => one.deviceId === deviceId)
  }
  if (rest === "/restore") return { body: change({ state: "well", leavesUntil: null }) }
  if (rest === "/password") return { body: { device: change({ wrongPasswords: null }), password: "k3v9m-7wxqa-2bcdf" } }
  if (method === "PATCH") return { body: change(changesOf(body, rooms)) }
  if (rest === "/test") return { body: { isWell: true, problem: null, model: "Room Bar", software: "ce26.8.1" } }
  const removed = scene.devices.find((one) => one.deviceId === deviceId)
  if (method === "DELETE" && removed?.isCalled === true && removed.leavesUntil === null && removed.state !== "left")
    change({ state: "leaving", leavesUntil: "2036-01-01T00:00:00Z" })
  else if (method === "DELETE") scene.devices = scene.devices.filter((one) => one.deviceId !== deviceId)
  return { status: 204, body: null }
}

/** Systems of a list: rooms by their names, and one at 10.20.0.66 does not answer. */
function manyReply({ route, body }: Asked, scene: VideoScene, { rooms }: Scene["rooms"]): Answer | null {
  if (route === "POST /v1/devices/batch/preview") {
    const devices = deviceListSchema.parse(body).devices.map(({ room: named, address }) => {
      const known = scene.devices.find((one) => address !== null && one.address === address)
      if (known !== undefined) return { outcome: "known", name: known.name, roomName: known.room?.displayName ?? "" }
      const room = rooms.find(({ name }) => name.toLowerCase() === named.toLowerCase())
      if (room === undefined) return { outcome: "refused", code: "no-room" }
      return { outcome: "new", roomId: room.roomId, roomName: room.name }
    })
    return { body: { devices } }
  }
  if (route === "POST /v1/devices/certificates") {
    const certificate = { ...shownCertificate, isTrusted: false }
    const certificates = certificatesInputSchema
      .parse(body)
      .addresses.map((address) =>
        address === "10.20.0.66" ? { outcome: "refused", code: "device-silent" } : { outcome: "shown", certificate },
      )
    return { body: { certificates } }
  }
  if (route !== "POST /v1/devices/batch") return null
  scene.listed = [...scene.listed, ...newDevicesSchema.parse(body).devices]
  const outcomes = newDevicesSchema.parse(body).devices.map(({ password: _password, ...input }, index) => {
    const room = rooms.find(({ roomId }) => roomId === input.roomId)
    const isCalled = input.address !== null
    const device: DeviceView = {
      ...{ ...fresh, ...input, isCalled, username: input.username ?? "room-k3v9" },
      deviceId: `00000000-0000-4000-8000-0000000071${String(scene.devices.length + index).padStart(2, "0")}`,
      room: { roomId: input.roomId, displayName: room?.name ?? "" },
    }
    return { outcome: "added" as const, device, password: isCalled ? null : "k3v9m-7wxqa-2bcdf" }
  })
  scene.devices = [...scene.devices, ...outcomes.map(({ device }) => device)]
  return { body: { outcomes } }
}

function changesOf(
  { password: _password, ...body }: Record<string, unknown>,
  { rooms }: Scene["rooms"],
): Partial<DeviceView> {
  const room = rooms.find(({ roomId }) => roomId === body.roomId)
  const state = body.isEnabled === false ? "off" : "well"
  return {
    ...body,
    ...{ state, problem: null },
    ...(room === undefined ? {} : { room: { roomId: room.roomId, displayName: room.name } }),
  }
}

const fresh: DeviceView = {
  ...{ deviceId: "00000000-0000-4000-8000-000000007009", room: { roomId: "", displayName: "" }, family: "cisco" },
  ...{ familyLabel: "Cisco", isCalled: true, name: "Codec", address: null, username: "integrator", certificate: null },
  ...{ keepsOthers: false, createdAt: "2026-11-30T08:00:00Z", model: null, software: null, state: "new" },
  ...{ lastOkAt: null, problem: null, given: null, startBufferMinutes: 5, endBufferMinutes: 0 },
  ...{ leavesUntil: null, isUncleared: false, wrongPasswords: null },
}

/** One room with a system that is well and one that is not reached. */
export function calmVideo(now: Temporal.Instant): VideoScene {
  const room = { roomId: "00000000-0000-4000-8000-000000006001", displayName: "Room Cassiopeia" }
  const at = now.subtract({ seconds: 40 }).toString()
  const well: DeviceView = {
    ...{ ...fresh, deviceId: "00000000-0000-4000-8000-000000007001", room, name: "Codec on the wall" },
    ...{ address: "10.20.0.7", certificate: sha256, model: "Cisco Room Bar", software: "ce26.8.1.0", state: "well" },
    ...{ lastOkAt: at, given: { count: 14, at } },
  }
  const away: DeviceView = {
    ...{ ...fresh, deviceId: "00000000-0000-4000-8000-000000007002", room, name: "Codec on wheels" },
    ...{ address: "10.20.0.8", certificate: sha256, state: "failing" },
    problem: { kind: "unavailable", code: "device-silent", at },
  }
  const other: DeviceView = {
    ...{ ...fresh, deviceId: "00000000-0000-4000-8000-000000007003", room, name: "Codec in the corner" },
    ...{ address: "10.20.0.9", certificate: "4a".repeat(32), state: "failing", lastOkAt: at, given: { count: 3, at } },
    problem: { kind: "forbidden", code: "certificate-changed", at },
  }
  const asking: DeviceView = {
    ...{ ...fresh, deviceId: "00000000-0000-4000-8000-000000007004", room, name: "Poly at the door", family: "poly" },
    ...{ familyLabel: "Poly", isCalled: false, username: "room-k3v9", state: "well", lastOkAt: at },
    wrongPasswords: { count: 12, at },
  }
  const startsAt = now.add({ hours: 2 }).toString()
  const endsAt = now.add({ hours: 3 }).toString()
  const bookings = [
    { startsAt, endsAt, title: "Review", host: "Ada Lovelace", isPrivate: false, numbers: ["123@zoomcrc.com"] },
    { startsAt: endsAt, endsAt, title: null, host: null, isPrivate: true, numbers: [] },
  ]
  return {
    listed: [],
    devices: [well, away, other, asking],
    bookings: { readAt: at, bookings },
    families: {
      families: [
        { name: "cisco", label: "Cisco", isCalled: true },
        { name: "poly", label: "Poly", isCalled: false },
      ],
    },
  }
}
