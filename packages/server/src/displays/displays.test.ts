import { mostPrivate } from "@kalends/domain/booking"
import type { DisplayKind } from "@kalends/domain/display"
import { usualDisplaySettings } from "@kalends/domain/display"
import { parseDisplayId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { beatsPerHeard, type DisplayMessage, displayMessageSchema } from "@kalends/protocol/display"
import { describe, expect, test } from "vitest"
import { createRooms } from "../rooms/rooms.ts"
import { type RoomNode, type RoomWorldOptions, roomWorld } from "../testing/room-world.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { sampleRoom } from "../testing/sample-room.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createDisplayActs } from "./display-acts.ts"
import { createDisplayStreams, type DisplayStreams } from "./display-streams.ts"
import { createDisplays } from "./displays.ts"

/** One room, screens for it, and an administrator. */
async function world(options: RoomWorldOptions = {}) {
  const base = await roomWorld(options)
  const { store, clock, fanOut, accountId, ref } = base
  const { agendas, desk } = base.node()
  const user = { ...sampleRows(1).user, accountId, role: "room-admin" } as const
  await store.inAccount(accountId, (tables) => tables.insertUser(user))
  const displays = createDisplays({ store, fanOut, clock, random: seededRandom(5) })
  const outage = { is: "over" as "over" | "refuses" | "hangs", isOver: Promise.withResolvers<void>() }
  const streamsOver = (agendas: RoomNode["agendas"]) =>
    createDisplayStreams({
      store: {
        ...store,
        async inAccount(of, work) {
          if (outage.is === "refuses") throw new Problem("unavailable", "Away.")
          if (outage.is === "hangs") await outage.isOver.promise
          return store.inAccount(of, work)
        },
      },
      ...{ agendas, fanOut, clock },
    })
  const streams = streamsOver(agendas)
  const act = createDisplayActs({ store, agendas, desk, clock })
  const by = callerOf(user)
  const input = { name: "Door", kind: "door" as DisplayKind, roomIds: [ref.roomId], settings: usualDisplaySettings }
  async function paired(changes: Partial<typeof input> = {}) {
    const { code, token } = await displays.beginPairing("Chrome on Android")
    const { displayId } = await displays.pair(by, { ...input, ...changes, code })
    return { token, displayId: parseDisplayId(displayId), display: await displays.requireShown(token) }
  }
  /** Opens its stream and notes what is said; it says that it hears its beats, where it is told to. */
  async function watch(
    display: Awaited<ReturnType<typeof paired>>["display"],
    speaksTo: Pick<DisplayStreams, "heard"> | null = streams,
  ) {
    const heard: DisplayMessage[] = []
    const end = { isClosed: false, isSlow: false, speaksTo }
    let beats = 0
    const close = await streams.open(display, {
      write(text) {
        const message = displayMessageSchema.parse(JSON.parse(text.replace(/^data: /, "")))
        heard.push(message)
        if (message.kind === "beat" && ++beats % beatsPerHeard === 0) end.speaksTo?.heard(display)
        return !end.isSlow
      },
      close() {
        end.isClosed = true
      },
    })
    await clock.advance(0)
    const last = <Kind extends DisplayMessage["kind"]>(kind: Kind) =>
      heard.filter((one): one is Extract<DisplayMessage, { kind: Kind }> => one.kind === kind).at(-1)
    return { heard, end, close, last }
  }
  return { ...base, displays, streams, streamsOver, outage, act, agendas, by, input, paired, watch }
}

const checkIn = { withinMinutes: 10, earlyMinutes: 5, missesMost: null }
const code = (code: string) => expect.objectContaining({ code })

const everything = { ...{ after: null, roomId: null, search: null, troubledSince: null }, limit: 9 }

describe("pairing", () => {
  test("a screen waits until its code is typed, however it is typed, and is itself from then on", async () => {
    const { displays, by, input, store, accountId } = await world()
    const pairing = await displays.beginPairing("Chrome on Android")
    expect(await displays.pairingState(pairing.token)).toEqual({ state: "waiting" })
    await expect(displays.requireShown(pairing.token)).rejects.toEqual(code("display-unknown"))
    const typed = ` ${pairing.code.slice(0, 4).toLowerCase()}-${pairing.code.slice(4)}`
    expect(await displays.pair(by, { ...input, code: typed })).toMatchObject({
      name: "Door",
      deviceName: "Chrome on Android",
    })
    expect(await displays.pairingState(pairing.token)).toEqual({ state: "paired" })
    expect(await displays.requireShown(pairing.token)).toMatchObject({ name: "Door", kind: "door" })
    await expect(displays.pair(by, { ...input, code: pairing.code })).rejects.toEqual(code("pairing-code-wrong"))
    expect(
      JSON.stringify(await store.inAccount(accountId, (tables) => tables.displays.list(everything))),
    ).not.toContain(pairing.token)
  })

  test("a code is over after ten minutes", async () => {
    const { displays, by, input, clock } = await world()
    const pairing = await displays.beginPairing("Chrome")
    await clock.advance(10 * 60_000)
    await expect(displays.pair(by, { ...input, code: pairing.code })).rejects.toEqual(code("pairing-code-wrong"))
    await expect(displays.pairingState(pairing.token)).rejects.toEqual(code("pairing-over"))
  })

  test("shows only rooms that there are, and as many as its kind is for", async () => {
    const { displays, by, input, store, accountId, ref } = await world()
    const { code: shown } = await displays.beginPairing("Chrome")
    const other = sampleRoom(accountId, 77)
    await store.inAccount(accountId, (tables) => tables.rooms.insert(other))
    const two = [ref.roomId, other.roomId]
    await expect(displays.pair(by, { ...input, code: shown, roomIds: two })).rejects.toEqual(code("too-many-rooms"))
    const elsewhere = sampleRoom(accountId, 78).roomId
    await expect(displays.pair(by, { ...input, code: shown, roomIds: [elsewhere] })).rejects.toEqual(code("no-room"))
    expect((await displays.pair(by, { ...input, code: shown, kind: "board", roomIds: two })).rooms).toHaveLength(2)
  })
})

describe("a screen's stream", () => {
  test("says who it is, and its room's bookings as they change", async () => {
    const { paired, watch, invite, hint, clock } = await world()
    await invite("Stand-up", 30, 30)
    const { display } = await paired()
    const { last, heard } = await watch(display)
    expect(heard.map(({ kind }) => kind)).toEqual(["hello", "agenda"])
    expect(last("hello")).toMatchObject({ display: { name: "Door" }, rooms: [{ name: "Room 51", zone: "UTC" }] })
    expect(last("agenda")?.bookings).toMatchObject([{ title: "Stand-up", startsAt: "2026-11-23T09:30:00Z" }])
    await invite("Retrospective", 90, 30)
    hint()
    await clock.advance(5_000)
    expect(last("agenda")?.bookings.map(({ title }) => title)).toEqual(["Stand-up", "Retrospective"])
  })

  test("beats, notes that the screen is there, and says why a room was never read", async () => {
    const { paired, watch, clock, displays, by, faults } = await world()
    faults.problem = new Problem("forbidden", "No.", { code: "access-denied" })
    const { display } = await paired()
    const { last } = await watch(display)
    expect(last("unread")?.trouble).toBe("not-allowed")
    await clock.advance(70_000)
    expect(last("beat")).toBeDefined()
    const seen = (await displays.list(by, {})).displays[0]?.lastSeenAt
    expect(
      Temporal.Instant.from(seen ?? "")
        .until(clock.now())
        .total("seconds"),
    ).toBeLessThanOrEqual(60)
  })

  test("says why a room's bookings grow old, and no longer once they are read anew", async () => {
    const { paired, watch, clock, hint, faults } = await world()
    const { display } = await paired()
    const { last } = await watch(display)
    expect(last("agenda")?.trouble).toBe(null)
    faults.problem = new Problem("unavailable", "No.")
    hint()
    await clock.advance(1_000)
    expect(last("agenda")?.trouble).toBe("silent")
    faults.problem = null
    await clock.advance(60_000)
    expect(last("agenda")?.trouble).toBe(null)
  })

  test("says it once more where a room that was never read cannot be read for another reason", async () => {
    const { paired, watch, clock, faults } = await world()
    faults.problem = new Problem("unavailable", "No.")
    const { display } = await paired()
    const { last } = await watch(display)
    expect(last("unread")?.trouble).toBe("silent")
    faults.problem = new Problem("not-found", "No.")
    await clock.advance(10 * 60_000)
    expect(last("unread")?.trouble).toBe("gone")
  })

  test("names no title where the room names none", async () => {
    const { paired, watch, invite, clock } = await world({ room: { privacy: mostPrivate } })
    await invite("Layoffs", 10, 30)
    const { display } = await paired()
    const { heard, last } = await watch(display)
    await clock.advance(1_000)
    expect(last("agenda")?.bookings).toMatchObject([{ title: null }])
    expect(JSON.stringify(heard)).not.toContain("Layoffs")
  })

  test("what is set for its room is there at once", async () => {
    const { paired, watch, store, accountId, ref, agendas, clock } = await world()
    const { display } = await paired()
    const { last } = await watch(display)
    await store.inAccount(accountId, (tables) => tables.rooms.update(ref.roomId, { name: "Orion", zone: "Asia/Tokyo" }))
    agendas.tellChanged(ref)
    await clock.advance(1)
    expect(last("hello")?.rooms).toMatchObject([{ name: "Orion", zone: "Asia/Tokyo" }])
  })

  test("what is to be hidden from now on is gone at once, though the calendar cannot be read", async () => {
    const { paired, watch, store, accountId, ref, agendas, invite, clock, faults } = await world()
    await invite("Layoffs", 10, 30)
    const { display } = await paired()
    const { last } = await watch(display)
    await clock.advance(1_000)
    expect(last("agenda")?.bookings).toMatchObject([{ title: "Layoffs" }])
    faults.problem = new Problem("unavailable", "Away.")
    await store.inAccount(accountId, (tables) => tables.rooms.update(ref.roomId, { privacy: mostPrivate }))
    agendas.tellChanged(ref)
    await clock.advance(1)
    expect(last("agenda")?.bookings).toMatchObject([{ title: null }])
  })

  test("says at once that a room is gone that an administrator removed, whatever it was called", async () => {
    const { paired, watch, store, agendas, clock, by, ref, invite } = await world()
    await invite("Layoffs", 0, 60)
    const { display } = await paired()
    const { last } = await watch(display)
    expect(last("hello")?.rooms).toHaveLength(1)
    const rooms = createRooms({
      ...{ store, agendas, providers: new Map(), world: { clock, random: seededRandom(6) }, labelOf: String },
      connectRoom: { connect: async () => {}, connectByJob: async () => {} },
      remover: { remove: async () => null },
    })
    await rooms.remove(by, ref.roomId)
    await clock.advance(1)
    expect(last("hello")?.rooms).toEqual([])
  })

  test("changes with what it is called and shows, and ends when it is taken away", async () => {
    const { paired, watch, displays, by, clock } = await world()
    const { display, displayId, token } = await paired()
    const { last, end } = await watch(display)
    await displays.change(by, displayId, { name: "Entrance", settings: { language: "ja", hours: 12, look: "e-paper" } })
    await clock.advance(1)
    expect(last("hello")?.display).toMatchObject({ name: "Entrance", settings: { look: "e-paper" } })
    await displays.remove(by, displayId)
    await clock.advance(1)
    expect(last("removed")).toBeDefined()
    expect(end.isClosed).toBe(true)
    await expect(displays.requireShown(token)).rejects.toEqual(code("display-unknown"))
  })

  test("ends within minutes when nobody could tell it that it was taken away", async () => {
    const { paired, watch, store, accountId, clock } = await world()
    const { display, displayId } = await paired()
    const { end } = await watch(display)
    await store.inAccount(accountId, (tables) => tables.displays.delete(displayId))
    await clock.advance(5 * 60_000 + 1_000)
    expect(end.isClosed).toBe(true)
  })

  test("ends within four minutes when its screen says nothing any more, which is not there from its last word on", async () => {
    const { paired, watch, streams, displays, by, clock, at } = await world()
    const { display } = await paired()
    const { end } = await watch(display)
    await clock.advance(60 * 60_000)
    expect(end.isClosed).toBe(false)
    end.speaksTo = null
    await clock.advance(3 * 60_000 - 20_000)
    expect(end.isClosed).toBe(false)
    await clock.advance(60_000)
    expect(end.isClosed).toBe(true)
    expect(streams.count).toBe(0)
    expect((await displays.list(by, {})).displays).toMatchObject([{ lastSeenAt: at(60).toString() }])
    expect((await displays.list(by, { trouble: "yes" })).displays).toHaveLength(1)
  })

  test("stays when its screen speaks to another node, and one that comes again stays for what it is", async () => {
    const { paired, watch, streams, streamsOver, clock, node } = await world()
    const { display } = await paired()
    const other = streamsOver(node(2).agendas)
    const { end } = await watch(display, other)
    await clock.advance(60 * 60_000)
    expect(end.isClosed).toBe(false)
    end.speaksTo = null
    await clock.advance(60 * 60_000)
    expect(end.isClosed).toBe(true)
    const again = await watch(display)
    await clock.advance(60 * 60_000)
    expect(again.end.isClosed).toBe(false)
    expect(streams.count).toBe(1)
  })

  test.each(["refuses", "hangs"] as const)(
    "stays while the database %s, and nobody can note who is there",
    async (is) => {
      const { paired, watch, streams, clock, outage } = await world()
      const { display } = await paired()
      const { end } = await watch(display)
      outage.is = is
      end.speaksTo = null
      await clock.advance(30 * 60_000)
      outage.is = "over"
      outage.isOver.resolve()
      await clock.advance(2 * 60_000)
      end.speaksTo = streams
      await clock.advance(30 * 60_000)
      expect(end.isClosed).toBe(false)
      end.speaksTo = null
      await clock.advance(4 * 60_000)
      expect(end.isClosed).toBe(true)
    },
  )

  test("is dropped when it reads too slowly, or comes anew and anew", async () => {
    const { paired, watch, streams, clock } = await world()
    const { display } = await paired()
    const slow = await watch(display)
    slow.end.isSlow = true
    await clock.advance(20_000)
    expect(slow.end.isClosed).toBe(true)
    const opened = [await watch(display), await watch(display), await watch(display)]
    expect(opened.map(({ end }) => end.isClosed)).toEqual([true, false, false])
    expect(streams.count).toBe(2)
    streams.close()
    expect(opened.every(({ end }) => end.isClosed)).toBe(true)
  })
})

describe("at a screen", () => {
  test("the room is booked, held longer, and given back, each in its calendar", async () => {
    const { paired, act, ref, agendas, clock, store, accountId } = await world()
    const { display } = await paired()
    await clock.advance(20_000)
    const end = (minutes: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ minutes }).toString()
    expect(await act(display, { act: "book", roomId: ref.roomId, endsAt: end(30) })).toMatchObject({ endsAt: end(30) })
    const [booked] = agendas.known(ref)?.bookings ?? []
    expect(booked?.startsAt.toString()).toBe("2026-11-23T09:00:00Z")
    const bookingId = booked?.id ?? ""
    expect(await act(display, { act: "extend", roomId: ref.roomId, bookingId, endsAt: end(45) })).toMatchObject({
      endsAt: end(45),
    })
    // To a whole minute, as the calendar in memory has them.
    await clock.advance(10 * 60_000 - 20_000)
    await act(display, { act: "end", roomId: ref.roomId, bookingId })
    expect(
      agendas.known(ref)?.bookings.filter(({ endsAt }) => Temporal.Instant.compare(endsAt, clock.now()) > 0),
    ).toEqual([])
    const used = await store.inAccount(accountId, (tables) => tables.listAuditOf(display.displayId, 50))
    expect(
      used
        .filter(({ action }) => action === "display-used")
        .map(({ reason }) => reason)
        .sort(),
    ).toEqual(["screen-book", "screen-end", "screen-extend"])
  })

  test("who comes to a meeting that was made late can check in, and a television asks nobody to", async () => {
    const { paired, watch, act, ref, invite, clock } = await world({ room: { checkIn } })
    const bookingId = await invite("Made for now", -20, 60)
    const tv = await watch((await paired({ kind: "tv" })).display)
    expect(tv.last("agenda")?.bookings).toMatchObject([{ checkInBy: null }])
    const { display } = await paired()
    const door = await watch(display)
    const checkInBy = clock.now().add({ minutes: 10 }).toString()
    expect(door.last("agenda")?.bookings).toMatchObject([{ checkInBy }])
    expect(tv.last("agenda")?.bookings).toMatchObject([{ checkInBy }])
    await act(display, { act: "check-in", roomId: ref.roomId, bookingId })
    await clock.advance(1)
    expect(door.last("agenda")?.bookings).toMatchObject([{ checkInBy: null }])
  })

  test("the minutes within which one has to come do not begin anew when the screen is given another name", async () => {
    const { paired, watch, displays, by, invite, clock } = await world({ room: { checkIn } })
    await invite("Stand-up", -20, 60)
    const { display, displayId } = await paired()
    const { last } = await watch(display)
    const before = last("agenda")?.bookings
    await clock.advance(5 * 60_000)
    await displays.change(by, displayId, { name: "Entrance" })
    await clock.advance(1)
    expect(last("hello")?.display.name).toBe("Entrance")
    expect(last("agenda")?.bookings).toEqual(before)
  })

  test("the minutes stand still from when the screen was found to be gone", async () => {
    const { paired, watch, agendas, ref, invite, clock, at } = await world({ room: { checkIn } })
    await invite("Stand-up", 2, 60)
    const { end } = await watch((await paired()).display, null)
    const [booking] = agendas.known(ref)?.bookings ?? []
    if (booking === undefined) throw new Error("it is known")
    expect(agendas.checkInBy(ref, booking)).toEqual(at(12))
    await clock.advance(4 * 60_000)
    expect(end.isClosed).toBe(true)
    expect(agendas.checkInBy(ref, booking)).toBeNull()
    await clock.advance(20 * 60_000)
    await watch((await paired()).display)
    expect(agendas.checkInBy(ref, booking)).toEqual(at(34))
  })

  test("what others have is not booked over", async () => {
    const { paired, act, ref, invite } = await world()
    await invite("Stand-up", 10, 30)
    const { display } = await paired()
    const input = { act: "book", roomId: ref.roomId, endsAt: "2026-11-23T09:30:00Z" } as const
    await expect(act(display, input)).rejects.toEqual(code("room-taken"))
  })

  test.each([
    ["a television changes nothing", { kind: "tv" }, {}, "not-allowed"],
    ["another room is out of reach", {}, { roomId: "00000000-0000-4000-8000-0000000000ff" }, "not-allowed"],
    ["nothing ends before it begins", {}, { endsAt: "2026-11-23T08:00:00Z" }, "booking-length"],
    ["nobody books for a week", {}, { endsAt: "2026-11-30T09:00:00Z" }, "booking-length"],
  ] as const)("%s", async (_, changes, input, refused) => {
    const { paired, act, ref } = await world()
    const { display } = await paired(changes)
    const booking = { act: "book", roomId: ref.roomId, endsAt: "2026-11-23T09:30:00Z", ...input } as const
    await expect(act(display, booking)).rejects.toEqual(code(refused))
  })
})
