import { createHash, createHmac, timingSafeEqual } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import { trustSeconds } from "@kalends/domain/room-state"
import type { Clock } from "../../ports/clock.ts"
import type { DeviceDoor, KnownDevice } from "../../ports/device-door.ts"
import type { RoomAgendas } from "../../ports/room-agendas.ts"
import type { RoomPull } from "../../ports/room-pull.ts"

export type RoomPullDeps = {
  readonly agendas: RoomAgendas
  readonly door: DeviceDoor
  readonly clock: Clock
  /** Signs tokens; the same on every node. */
  readonly key: Uint8Array
}

const tokenSeconds = 3_600
/** Beyond this age, what was read says nothing about a room any more. */
const trustedHoursMost = 24

/**
 * The plain way for devices that pull. A token is the device's name and an end, signed with our key and the device's
 * secret: nothing is stored, every node knows it, and it is over when the device is removed or gets another secret.
 */
export function createRoomPull({ agendas, door, clock, key }: RoomPullDeps): RoomPull {
  const macOf = (payload: string, { deviceId, password }: KnownDevice) =>
    createHmac("sha256", key).update(`${payload}\0${deviceId}\0${password}`).digest()

  async function find(token: string): Promise<KnownDevice | null> {
    const [name = "", end = "", mac = ""] = token.split(".")
    if (!/^\d{10}$/.test(end) || Number(end) * 1_000 <= clock.now().epochMilliseconds) return null
    const device = await door.who(Buffer.from(name, "base64url").toString("utf8"))
    if (device === null) return null
    const [given, wanted] = [Buffer.from(mac, "base64url"), macOf(`${name}.${end}`, device)]
    return given.length === wanted.length && timingSafeEqual(given, wanted) ? device : null
  }

  return {
    async grant(clientId, secret) {
      const device = await door.who(clientId)
      if (device === null) return null
      if (!isSame(secret, device.password)) {
        door.refused(device)
        return null
      }
      const end = Math.floor(clock.now().epochMilliseconds / 1_000) + tokenSeconds
      const payload = `${Buffer.from(device.username, "utf8").toString("base64url")}.${end}`
      return { token: `${payload}.${macOf(payload, device).toString("base64url")}`, seconds: tokenSeconds }
    },
    deviceOf: find,
    async agenda(token, signal) {
      const device = await find(token)
      if (device === null) throw new Problem("auth-expired", "Ask for a token first.", { code: "token-over" })
      const agenda = await agendas.read(device.room, signal)
      const age = agenda.readAt.until(clock.now())
      if (age.total("hours") > trustedHoursMost)
        throw new Problem("unavailable", "Nothing is known of the room right now.", { code: "agenda-unknown" })
      await door.given(device)
      const { deviceId, roomName } = device
      return { deviceId, roomName, agenda, isStale: age.total("seconds") > trustSeconds }
    },
  }
}

/** By their digests, so that neither length nor a first difference can be timed. */
function isSame(given: string, wanted: string): boolean {
  const [one, other] = [given, wanted].map((text) => createHash("sha256").update(text).digest())
  return one !== undefined && other !== undefined && timingSafeEqual(one, other) && wanted !== ""
}
