import { usualPrivacy } from "@kalends/domain/booking"
import { type AccountId, parseUserId } from "@kalends/domain/ids"
import type { RoomRow } from "../ports/room-tables.ts"
import { seededRandom } from "./seeded-random.ts"

/** A room of this account that is connected to nothing; change what the test is about. */
export function sampleRoom(accountId: AccountId, seed = 1, changes: Partial<RoomRow> = {}): RoomRow {
  return {
    ...{ accountId, roomId: parseUserId(seededRandom(seed).uuid()), address: `room${seed}@example.org` },
    ...{ name: `Room ${seed}`, building: null, floor: null, capacity: null, zone: "Europe/Berlin" },
    ...{ language: "en", clockHours: 24, privacy: usualPrivacy },
    checkIn: { withinMinutes: null, earlyMinutes: 10, missesMost: null },
    ...{ tenantConnectionId: null, problemKind: null, problemCode: null, problemAt: null },
    createdAt: Temporal.Instant.from("2026-11-23T09:00:00Z"),
    ...changes,
  }
}
