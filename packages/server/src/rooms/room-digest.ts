import { createHmac } from "node:crypto"
import type { ProviderEventId } from "@kalends/domain/ids"
import type { RoomRef } from "../ports/room-agendas.ts"

const digestBytes = 16

/**
 * Names of bookings and series as they are kept: keyed (HMAC-SHA-256, cut to 128 bits) and bound to the room, so that what
 * is in the database says nothing to who lacks the key.
 */
export function createRoomDigest(key: Uint8Array) {
  return ({ accountId, roomId }: RoomRef, kind: "booking" | "series", id: ProviderEventId): Uint8Array =>
    new Uint8Array(
      createHmac("sha256", key)
        .update(JSON.stringify([accountId, roomId, kind, id]))
        .digest()
        .subarray(0, digestBytes),
    )
}

export type RoomDigest = ReturnType<typeof createRoomDigest>
