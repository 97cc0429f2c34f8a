import { parseTenantConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { z } from "zod"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { createFirstOrganisations, type FirstOrganisationsDeps, readFirstOrganisations } from "./first-organisations.ts"

const organisation = {
  provider: "memory",
  method: "client-secret",
  permission: "read-write",
  given: { clientSecret: "open" },
}
const system = {
  ...{ room: "first@example.org", family: "memory", name: "System", username: "room-first" },
  password: "long enough to be one",
}
const text = JSON.stringify({
  ...{ zone: "UTC", organisations: [{ ...organisation, provider: "closed" }, organisation] },
  devices: [{ ...system, room: "nowhere@example.org" }, system],
})
const id = parseTenantConnectionId("00000000-0000-4000-8000-000000000001")
const room = { address: "room@example.org", name: "Room", building: null, floor: null, capacity: null }

test("organisations are connected with all pages of their rooms and their systems, and one that does not open stops nobody", async () => {
  const calls: unknown[] = []
  const lines: string[] = []
  const write = (message: string) => void lines.push(message)
  const connect = z
    .custom<FirstOrganisationsDeps["tenants"]["connect"]>()
    .parse(async (_user: unknown, { provider }: { provider: string }) => {
      if (provider === "closed") throw new Problem("forbidden", "No.")
      return { tenantConnectionId: id }
    })
  const bring = createFirstOrganisations({
    tenants: { connect },
    roomDirectory: async (_user, { next }) => ({
      entries: [{ ...room, address: `${next ?? "first"}@example.org`, roomId: null, connectionState: null }],
      ...{ next: next === null ? "second" : null, gone: null },
    }),
    roomSetup: {
      importRooms: async (_user, { rooms, zone }) => {
        calls.push([zone, rooms.map(({ address }) => address)])
        return { added: rooms.length, known: 0 }
      },
    },
    devices: {
      addFirst: async (_user, { room, username }) => {
        if (room !== system.room) throw new Problem("not-found", "No.")
        calls.push([room, username])
      },
    },
    log: { info: write, warn: write, error: write },
  })
  const read = readFirstOrganisations(text)
  if (read === null) throw new Error("it can be read")
  await bring(callerOf(sampleRows(1).user), read)
  expect(calls).toEqual([
    ["UTC", ["first@example.org"]],
    ["UTC", ["second@example.org"]],
    ["first@example.org", "room-first"],
  ])
  expect(lines).toEqual(["an organisation was not connected at set-up", "a video system was not added at set-up"])
})

test("what is not written as it should be is no list of organisations", () => {
  expect(readFirstOrganisations("{")).toBeNull()
  expect(readFirstOrganisations(JSON.stringify({ organisations: [organisation] }))).toBeNull()
})
