import { once } from "node:events"
import { connect } from "jsxapi"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { systemPlatform } from "../platform.ts"
import { type Codecs, createCodecs, type RunningCodec } from "./codecs.ts"

// Cisco's own client, unchanged: the codec must not drift into a dialect of ours.

const platform = systemPlatform(1)
let codecs: Codecs
let codec: RunningCodec
let xapi: ReturnType<typeof connect>

beforeAll(async () => {
  codecs = createCodecs(platform)
  codec = await codecs.add({ name: "Orion" })
  const [user] = codec.codec.users
  xapi = connect(`wss://${codec.address}`, { username: user?.name ?? "", password: user?.password ?? "" })
  await once(xapi, "ready")
  // It says so, too, when it is closed itself.
  xapi.on("error", () => {})
})
afterAll(async () => {
  xapi.close()
  await codecs.close()
})

const booking = {
  ...{ Id: "1", Title: "Stand-up", Number: "1234@meet.example.org", Protocol: "SIP", MeetingPlatform: "Zoom" },
  ...{ Organizer: { Name: "Ada Lovelace" }, Time: { StartTime: "2026-12-01T09:00:00Z", Duration: 30 } },
}

describe("jsxapi", () => {
  test("reads the software's version", async () => {
    expect(await xapi.Status.SystemUnit.Software.Version.get()).toMatch(/^ce26\./)
  })

  test("puts a list in place of the one before, hears of it, and lists it", async () => {
    const { promise: heard, resolve } = Promise.withResolvers<void>()
    await xapi.Event.Bookings.Updated.on(resolve).registration
    await xapi.Command.Bookings.Put({}, JSON.stringify({ Bookings: [{ ...booking, Id: "old" }] }))
    await xapi.Command.Bookings.Put({}, JSON.stringify({ Bookings: [booking] }))
    await heard
    const list = await xapi.Command.Bookings.List()
    expect(list).toMatchObject({
      ResultInfo: { TotalRows: "1" },
      Booking: [
        {
          ...{ Id: "1", Title: "Stand-up", Organizer: { FirstName: "Ada", LastName: "Lovelace" } },
          Time: { StartTime: "2026-12-01T09:00:00Z", EndTime: "2026-12-01T09:30:00Z", StartTimeBuffer: "300" },
          DialInfo: { Calls: { Call: [{ Number: "1234@meet.example.org", Protocol: "SIP" }] }, ConnectMode: "OBTP" },
        },
      ],
    })
    await xapi.Command.Bookings.Clear()
    expect(await xapi.Command.Bookings.List()).toMatchObject({ ResultInfo: { TotalRows: "0" } })
  })

  test("is told what is wrong with a list, and the one before stays", async () => {
    await xapi.Command.Bookings.Put({}, JSON.stringify({ Bookings: [booking] }))
    const { Organizer: _without, ...incomplete } = booking
    const put = (body: string): Promise<unknown> => xapi.Command.Bookings.Put({}, body)
    await expect(put(JSON.stringify({ Bookings: [incomplete] }))).rejects.toMatchObject({
      message: "Missing Organizer.Name",
    })
    await expect(put("no JSON")).rejects.toMatchObject({ code: 1 })
    await expect(xapi.Command.Audio.Mute()).rejects.toMatchObject({ message: "Unknown command" })
    expect(codec.codec.bookings).toHaveLength(1)
  })

  test("hears that a wiped codec wants its bookings", async () => {
    const { promise: heard, resolve } = Promise.withResolvers<void>()
    await xapi.Event.Bookings.SyncRequired.on(resolve).registration
    codec.codec.wipe()
    await heard
    expect(codec.codec.bookings).toEqual([])
  })

  test("is not let in with a wrong password", async () => {
    const stranger = connect(`wss://${codec.address}`, { username: "integrator", password: "guess" })
    const { promise: refused, resolve } = Promise.withResolvers<string>()
    stranger.on("error", (error) => resolve(String(error)))
    expect(await refused).toContain("401")
  })
})
