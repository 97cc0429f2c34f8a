import { expect, test } from "vitest"
import { roomWorld } from "../testing/room-world.ts"
import { callerOf, sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createRooms } from "./rooms.ts"

test("a room keeps its zone by a name that every clock knows, whichever it was set by", async () => {
  const { store, accountId, ref, node, clock } = await roomWorld()
  const rooms = createRooms({
    ...{ store, agendas: node().agendas, providers: new Map(), labelOf: String },
    world: { clock, random: seededRandom(6) },
    connectRoom: { connect: async () => {}, connectByJob: async () => {} },
    remover: { remove: async () => null },
  })
  const by = callerOf({ ...sampleRows(1).user, accountId })
  const zoneAfter = async (zone: string) => (await rooms.change(by, ref.roomId, { zone })).zone
  expect([await zoneAfter("GMT"), await zoneAfter("UTC+12")]).toEqual(["UTC", "Etc/GMT-12"])
  await expect(zoneAfter("Moon/Base")).rejects.toMatchObject({ code: "zone" })
})
