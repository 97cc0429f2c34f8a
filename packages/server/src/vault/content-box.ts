import type { AccountId, RoomId } from "@kalends/domain/ids"
import type { ContentBox } from "../ports/content-box.ts"
import { boxKeyVersion, open, seal } from "./sealed-box.ts"
import { secretContext, type VaultDeps } from "./vault.ts"

/** Seals what is kept of rooms' bookings with the account's newest key. */
export function createContentBox({ keys, random }: Pick<VaultDeps, "keys" | "random">): ContentBox {
  return {
    async sealBookings(tables, roomId, text) {
      return seal(await keys.newest(tables), contextOf(tables.accountId, roomId), Buffer.from(text), random)
    },
    async openBookings(tables, roomId, sealed) {
      const key = await keys.ofVersion(tables, boxKeyVersion(sealed))
      return open(key, contextOf(tables.accountId, roomId), sealed).toString("utf8")
    },
  }
}

/** As a secret's, so that the work on keys seals them anew with the others. */
const contextOf = (accountId: AccountId, roomId: RoomId) =>
  secretContext(accountId, { connectionId: roomId, kind: "room-bookings" })
