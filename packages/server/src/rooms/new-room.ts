import { usualPrivacy } from "@kalends/domain/booking"
import { parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { findZone } from "@kalends/domain/zone"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import type { RoomRow } from "../ports/room-tables.ts"

const usual = {
  ...{ building: null, floor: null, capacity: null, privacy: usualPrivacy },
  checkIn: { withinMinutes: null, earlyMinutes: 10, missesMost: null },
  language: "en",
  clockHours: 24,
} as const

/** A room as it is added: what is not said is as usual. */
export function newRoom(
  { accountId }: Pick<RoomRow, "accountId">,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  given: Partial<RoomRow> & Pick<RoomRow, "name" | "address" | "zone">,
): RoomRow {
  const fresh = { accountId, roomId: parseUserId(random.uuid()), createdAt: clock.now() }
  return {
    ...usual,
    tenantConnectionId: null,
    ...given,
    ...fresh,
    problemKind: null,
    problemCode: null,
    problemAt: null,
  }
}

/** Throws Problem "malformed" (code "zone"). */
export function requireZone(zone: string): string {
  const known = findZone(zone)
  if (known === null) throw new Problem("malformed", "This time zone is not known here.", { code: "zone" })
  return known
}

/** With the zone by the name that is kept, which may be another than it was given by. Throws as `requireZone`. */
export const zoned = <Settings extends { readonly zone?: string | undefined }>(settings: Settings): Settings =>
  settings.zone === undefined ? settings : { ...settings, zone: requireZone(settings.zone) }
