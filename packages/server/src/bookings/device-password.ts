import type { DeviceId } from "@kalends/domain/ids"
import type { Random } from "../ports/random.ts"

/** Where a device's password is sealed. */
export const placeOf = (deviceId: DeviceId) => ({ connectionId: deviceId, kind: "device-password" }) as const

/** People type these into a system's panel: letters and digits that are not taken for one another. */
const alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
const drawn = (random: Random, count: number) =>
  [...random.bytes(count)].map((byte) => alphabet[byte % alphabet.length]).join("")
export const nameOf = (random: Random) => drawn(random, 12)
/** 100 bits. */
export const secretOf = (random: Random) => Array.from({ length: 5 }, () => drawn(random, 5)).join("-")
