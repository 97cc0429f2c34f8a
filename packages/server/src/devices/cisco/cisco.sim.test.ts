import type { Codec } from "@kalends/simulator/cisco/codec"
import { createCodecs, type RunningCodec } from "@kalends/simulator/cisco/codecs"
import { systemPlatform } from "@kalends/simulator/platform"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createDeviceWire } from "../../platform/device-wire.ts"
import { bookingOf, type DeviceToTry, describeDevice, settings } from "../conformance/suite.ts"
import { createCisco } from "./index.ts"

const platform = systemPlatform(1)
const loopback = createDeviceWire(["127.0.0.0/8"])
const family = createCisco({ wire: loopback })
const login = { username: "integrator", password: "codec-password" }

type Kind = { readonly software: string; readonly hasWebSocket: boolean; readonly isLinked: boolean }

async function start({ software, hasWebSocket, isLinked }: Kind): Promise<DeviceToTry> {
  const codecs = createCodecs(platform)
  const running = await codecs.add({ name: "Orion", software })
  const { codec } = running
  Object.assign(codec.knobs, { hasWebSocket, isLinked })
  const major = codec.version.major
  const canMerge = major >= 11 || (major >= 9 && isLinked)
  return {
    login: { ...login, address: running.address, certificate: await running.fingerprint() },
    shown: () => shownBy(codec),
    putOther: canMerge ? (title) => putOther(codec, title) : null,
    wipe: hasWebSocket ? () => codec.wipe() : null,
    cut: hasWebSocket ? () => codec.drop() : null,
    refuseNext() {
      codec.knobs.refuseNext = 1
    },
    close: codecs.close,
  }
}

function shownBy(codec: Codec) {
  return [...codec.bookings]
    .sort((a, b) => Temporal.Instant.compare(a.startsAt, b.startsAt))
    .map(({ title, startsAt, endsAt, calls, privacy }) => ({
      ...{ title, startsAt: startsAt.toString(), endsAt: endsAt.toString() },
      ...{ number: calls[0]?.number ?? null, isPrivate: privacy === "Private" },
    }))
}

function putOther(codec: Codec, title: string): void {
  const [first] = codec.bookings
  if (first !== undefined) throw new Error("it is put into an empty one")
  const body = {
    ...{ Id: "walk-in", Title: title, Number: "", Protocol: "SIP", Organizer: { Name: "Somebody" } },
    Time: { StartTime: "2026-12-01T11:00:00Z", Duration: 60 },
  }
  codec.command("Bookings/Put", {}, JSON.stringify({ Bookings: [body] }), "Admin")
}

const kinds: readonly (readonly [string, Kind])[] = [
  ["RoomOS 26 over a web socket", { software: "ce26.8.1.0.2f4e1a0b7c3", hasWebSocket: true, isLinked: false }],
  ["RoomOS 11.14 over HTTP", { software: "ce11.14.4.0.5a3c", hasWebSocket: false, isLinked: false }],
  ["RoomOS 10 that is linked", { software: "ce10.19.4.2.0f", hasWebSocket: true, isLinked: true }],
  [
    "CE 9.15 that is not linked, by the older list",
    { software: "ce9.15.17.4.1b", hasWebSocket: true, isLinked: false },
  ],
  ["TC 7, by the older list", { software: "TC7.3.9.2a", hasWebSocket: false, isLinked: false }],
]
for (const [name, kind] of kinds) describeDevice(name, family, () => start(kind))

describe("the certificate", () => {
  let codecs: ReturnType<typeof createCodecs>
  let running: RunningCodec
  const signal = new AbortController().signal
  const open = (certificate: string | null, wire = loopback) =>
    createCisco({ wire }).push?.open({ ...login, address: running.address, certificate }, () => {}, signal)
  beforeEach(async () => {
    codecs = createCodecs(platform)
    running = await codecs.add({ name: "Orion" })
  })
  afterEach(() => codecs.close())

  test("is shown without sending anything, to be compared", async () => {
    const shown = await loopback.certificateOf(running.address, signal)
    expect(shown).toMatchObject({ sha256: await running.fingerprint(), subject: "CN=Orion", isTrusted: false })
  })

  test("certificate-pinned: another than the pinned one gets no password, by either transport", async () => {
    const seen: string[] = []
    const { signIn } = running.codec
    running.codec.signIn = (name, password) => {
      seen.push(name)
      return signIn.call(running.codec, name, password)
    }
    await expect(open("0".repeat(64))).rejects.toMatchObject({ kind: "forbidden", code: "certificate-changed" })
    running.codec.knobs.hasWebSocket = false
    await expect(open("0".repeat(64))).rejects.toMatchObject({ code: "certificate-changed" })
    await expect(open(null)).rejects.toMatchObject({ kind: "forbidden", code: "certificate-untrusted" })
    expect(seen).toEqual([])
    // The pinned one does, so that the test can see it.
    await open(await running.fingerprint())
    expect(seen).not.toEqual([])
  })

  test("certificate-pinned: one that the device made anew is refused until a person says so", async () => {
    const pinned = await running.fingerprint()
    running.renewCertificate()
    await expect(open(pinned)).rejects.toMatchObject({ code: "certificate-changed" })
  })

  test("an address in no network of devices is not called, and one that nobody answers is told", async () => {
    const elsewhere = createDeviceWire(["10.0.0.0/8"])
    await expect(open("0".repeat(64), elsewhere)).rejects.toMatchObject({ kind: "forbidden", code: "device-address" })
    await codecs.close()
    await expect(open("0".repeat(64))).rejects.toMatchObject({ kind: "unavailable", code: "device-silent" })
  })
})

test("put-buffers: what is sent is what Cisco's command takes: one number, buffers in seconds, the platform's word", async () => {
  const codecs = createCodecs(platform)
  const { codec, address, fingerprint } = await codecs.add({ name: "Orion" })
  const link = await family.push?.open({ ...login, address, certificate: await fingerprint() }, () => {}, never)
  const dial = [
    { protocol: "h323", number: "162.255.37.11##123" },
    { protocol: "sip", number: "123@zoomcrc.com" },
  ] as const
  const join = { vendor: "Zoom", url: "https://zoom.us/j/123" }
  await link?.put({ ...settings, endBufferMinutes: 2, bookings: [bookingOf("x".repeat(400), { dial, join })] }, never)
  expect(codec.bookings).toMatchObject([
    {
      ...{ platform: "Zoom", startBufferSeconds: 300, endBufferSeconds: 120, organizer: { name: "Ada Lovelace" } },
      calls: [{ number: "123@zoomcrc.com", protocol: "SIP" }],
    },
  ])
  expect(link?.facts).toEqual({ model: "Cisco Room Bar", software: "ce26.8.1.0.2f4e1a0b7c3" })
  link?.close()
  await codecs.close()
})

test("put-untitled: half a character, signs that XML cannot hold and markup cost neither list", async () => {
  const codecs = createCodecs(platform)
  const titles = ["\u{1f389}".repeat(300), '\u0000\ufffe\ud83d</Title>]]>&#0;" status="Error"\u2028']
  for (const software of ["ce26.8.1.0.2f", "TC7.3.9.2a"]) {
    const { codec, address, fingerprint } = await codecs.add({ name: software, software })
    codec.knobs.hasWebSocket = software.startsWith("ce")
    const link = await family.push?.open({ ...login, address, certificate: await fingerprint() }, () => {}, never)
    const bookings = titles.map((title, index) => bookingOf(String(index), { title, host: title }))
    const order = { ...settings, bookings }
    await link?.put(order, never)
    expect(codec.bookings.map(({ title }) => title)).toEqual([
      "\u{1f389}".repeat(200),
      '\ufffd</Title>]]>&#0;" status="Error"',
    ])
    expect(await link?.has(order, at("2026-12-01T08:00:00Z"), never)).toBe(true)
    link?.close()
  }
  await codecs.close()
})

test("has-looked: a device that lets go of what is over has all that it needs; what is no list is not taken for an empty one", async () => {
  const codecs = createCodecs(platform)
  const { codec, address, fingerprint } = await codecs.add({ name: "Orion" })
  const link = await family.push?.open({ ...login, address, certificate: await fingerprint() }, () => {}, never)
  const order = { ...settings, bookings: [bookingOf("1"), bookingOf("2", { endsAt: at("2026-12-01T11:00:00Z") })] }
  await link?.put(order, never)
  codec.bookings = codec.bookings.slice(1)
  expect(await link?.has(order, at("2026-12-01T09:00:00Z"), never)).toBe(false)
  expect(await link?.has(order, at("2026-12-01T10:00:00Z"), never)).toBe(true)
  codec.command = () => ({ result: { Booking: "garbage" } })
  await expect(link?.put({ ...order, keepsOthers: true }, never)).rejects.toMatchObject({ kind: "malformed" })
  link?.close()
  await codecs.close()
})

const never = new AbortController().signal
const at = (text: string) => Temporal.Instant.from(text)
