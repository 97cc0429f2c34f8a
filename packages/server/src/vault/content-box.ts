import type { AccountId, RoomId } from "@kalends/domain/ids"
import type { ContentBox } from "../ports/content-box.ts"
import { boxKey, boxKeyVersion, open, seal } from "./sealed-box.ts"
import { secretContext, type VaultDeps } from "./vault.ts"

const keyBytes = 32
/** Each is used once. */
const onlyVersion = 1

/** Locks what is kept of rooms' bookings with keys that are sealed with the account's newest key. */
export function createContentBox({ keys, random }: Pick<VaultDeps, "keys" | "random">): ContentBox {
  return {
    async lockBookings(tables, roomId, text) {
      const own = random.bytes(keyBytes)
      const context = contextOf(tables.accountId, roomId)
      const locked = seal(boxKey(onlyVersion, own), context, Buffer.from(text), random)
      const sealedKey = seal(await keys.newest(tables), context, own, random)
      own.fill(0)
      return { lockedBookings: locked, sealedKey }
    },
    async openBookings(tables, roomId, { lockedBookings, sealedKey }) {
      const context = contextOf(tables.accountId, roomId)
      const own = open(await keys.ofVersion(tables, boxKeyVersion(sealedKey)), context, sealedKey)
      const key = boxKey(onlyVersion, own)
      own.fill(0)
      return open(key, context, lockedBookings).toString("utf8")
    },
  }
}

/** As a secret's, so that the work on keys seals these keys anew with the others. */
const contextOf = (accountId: AccountId, roomId: RoomId) =>
  secretContext(accountId, { connectionId: roomId, kind: "room-bookings" })
