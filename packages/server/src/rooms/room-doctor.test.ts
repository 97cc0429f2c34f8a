import type { CalendarEvent } from "@kalends/domain/event"
import { parseTenantConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { someEvent } from "@kalends/domain/testing/some-event"
import { describe, expect, test } from "vitest"
import type { RoomSource } from "../ports/room-source.ts"
import { roomWorld } from "../testing/room-world.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createRoomDoctor, inferred } from "./room-doctor.ts"

const time = {
  kind: "timed",
  startsAt: Temporal.Instant.from("2026-11-23T09:00:00Z"),
  endsAt: Temporal.Instant.from("2026-11-23T10:00:00Z"),
  zone: "UTC",
} as const
const organizer = { name: "Ada Lovelace", email: "ada@example.org" }

/** Four meetings that the room was invited to, all changed alike. */
const meetings = (changes: Partial<CalendarEvent>) =>
  ["a", "b", "c", "d"].map((id) => someEvent(id, time, { organizer, description: "Agenda", ...changes }))
const codes = (events: readonly CalendarEvent[]) => inferred(events).map(({ code }) => code)
const unread = ["room-window-unread", "room-private-unread"]

test("a mailbox that keeps what it is sent has nothing wrong, and what only PowerShell can read is said to be unread", () => {
  expect(codes(meetings({}))).toEqual(["room-subject-kept", "room-body-kept", "room-accepted", ...unread])
})

test("titles that are all the organizer's name, all empty, or gone with their texts are told apart", () => {
  expect(codes(meetings({ subject: "Ada Lovelace" }))).toContain("room-subject-organizer")
  expect(codes(meetings({ subject: "Ada Lovelace Planning" }))).toContain("room-subject-organizer")
  expect(codes(meetings({ subject: "" }))).toContain("room-subject-stripped")
  expect(codes(meetings({ description: null }))).toContain("room-body-stripped")
  expect(codes(meetings({ myResponse: "none" }))).toContain("room-not-accepted")
})

test("one meeting that kept its title clears the mailbox, and from few meetings nothing is concluded", () => {
  expect(codes(meetings({ subject: "" }).slice(0, 2))).toEqual(["room-too-few", ...unread])
  const kept = meetings({}).map((event, index) =>
    index === 0 ? { ...event, subject: "Planning" } : { ...event, subject: "" },
  )
  expect(codes(kept)).toContain("room-subject-kept")
})

test("what the room booked itself, and what nobody organised, is no sign of anything", () => {
  expect(codes(meetings({ subject: "", myResponse: "organizer" }))).toEqual(["room-too-few", ...unread])
  expect(codes(meetings({ subject: "", organizer: null }))).toEqual(["room-too-few", ...unread])
})

describe("a room that a service account is to open", () => {
  /** Not connected yet, or connected; what opening it meets is as `meets` says. */
  async function looked(meets: Problem | null, isConnected: boolean) {
    const world = await roomWorld()
    const { store, accountId, remote, ref, room, clock, connection } = world
    const tenantConnectionId = parseTenantConnectionId(seededRandom(9).uuid())
    await store.inAccount(accountId, async (tables) => {
      await tables.tenants.insert({
        ...{ accountId, tenantConnectionId, provider: connection.provider, method: "by-sign-in", permission: "read" },
        ...{ tenantId: "t", identity: "svc@example.org", sealedSecret: new Uint8Array(), version: 1 },
        ...{ secretExpiresAt: null, createdAt: clock.now(), lastOkAt: null },
        ...{ problemKind: null, problemCode: null, problemAt: null },
      })
      await tables.rooms.update(ref.roomId, { tenantConnectionId })
      if (!isConnected) await tables.deleteConnection(connection.connectionId)
    })
    const rooms: RoomSource = {
      ...{ methods: [], ofTenant: null, ofAccount: null, script: null },
      mendingLine: (code, { address, by }) =>
        code === "room-not-shared" || code === "room-send-as-unread" ? `${code} ${address} ${by?.identity}` : null,
    }
    const refuses = async () => {
      if (meets !== null) throw meets
      return remote.access()
    }
    const broker = {
      freshAccess: async () => ({ ...(await refuses()), credentialVersion: 1 }),
      accessByTenant: refuses,
    }
    const doctor = createRoomDoctor({ store, broker, providerOf: () => ({ ...remote.provider, rooms }), clock })
    const { findings } = await doctor(ref)
    return { room, told: findings.map(({ code, line, problem }) => ({ code, line, problem })) }
  }

  const refused = new Problem("forbidden", "No.", { code: "permission-withheld" })

  test.each([true, false])("is named with the line that shares it, connected or not (%s)", async (isConnected) => {
    const { room, told } = await looked(refused, isConnected)
    expect(told[0]).toEqual({
      ...{ code: "room-not-shared", problem: null },
      line: `room-not-shared ${room.address} svc@example.org`,
    })
    const { told: gone } = await looked(new Problem("not-found", "No."), isConnected)
    expect(gone[0]?.code).toBe("room-not-shared")
  })

  test("is told what else stands in the way as it is, and that Send As cannot be seen", async () => {
    const everybody = new Problem("forbidden", "No.", { code: "application-removed", isTenantWide: true })
    expect((await looked(everybody, false)).told).toEqual([
      { code: "room-unreadable", line: null, problem: "application-removed" },
    ])
    expect((await looked(null, false)).told[0]?.code).toBe("room-not-connected")
    const { room, told } = await looked(null, true)
    expect(told).toContainEqual({
      ...{ code: "room-send-as-unread", problem: null },
      line: `room-send-as-unread ${room.address} svc@example.org`,
    })
  })
})
