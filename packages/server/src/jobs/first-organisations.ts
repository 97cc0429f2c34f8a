import { isProblem } from "@kalends/domain/problem"
import { newTenantSchema } from "@kalends/protocol/tenants"
import { z } from "zod"
import type { Devices } from "../bookings/devices.ts"
import type { Caller } from "../ports/call.ts"
import type { Log } from "../ports/log.ts"
import type { createRoomDirectory } from "../rooms/room-directory.ts"
import type { RoomSetup } from "../rooms/room-setup.ts"
import type { Tenants } from "../tenants/tenants.ts"

export type FirstOrganisationsDeps = {
  readonly tenants: Pick<Tenants, "connect">
  readonly roomDirectory: ReturnType<typeof createRoomDirectory>
  readonly roomSetup: Pick<RoomSetup, "importRooms">
  readonly devices: Pick<Devices, "addFirst">
  readonly log: Log
}

const schema = z.object({
  /** The time zone of their rooms. */
  zone: z.string().max(60),
  organisations: z
    .array(
      newTenantSchema.extend({
        /** Addresses of the rooms that are brought in; all of its directory where they are left out. */
        rooms: z.array(z.string().toLowerCase().max(320)).max(1_000).optional(),
      }),
    )
    .max(20),
  /** Video systems of those rooms that ask for their bookings, and know already what they sign in with. */
  devices: z
    .array(
      z.object({
        ...{ room: z.string().max(320), family: z.string().max(32), name: z.string().min(1).max(120) },
        ...{ username: z.string().regex(/^[a-z0-9.-]{1,120}$/), password: z.string().min(16).max(256) },
      }),
    )
    .max(20)
    .default([]),
})
export type FirstOrganisations = z.infer<typeof schema>

const pagesMost = 20
const roomsAtOnce = 200

/** Null where it is not written as it should be. */
export function readFirstOrganisations(text: string): FirstOrganisations | null {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

/**
 * Connects organisations, and brings in their rooms, once there is an administrator to do it for: what is set up by a file
 * need not be typed. One that does not open is left out and logged; the others are connected. Then their video systems.
 */
export function createFirstOrganisations({ tenants, roomDirectory, roomSetup, devices, log }: FirstOrganisationsDeps) {
  type From = { readonly tenantConnectionId: string; readonly zone: string; readonly only: readonly string[] | null }

  async function bringRooms(user: Caller, { tenantConnectionId, zone, only }: From): Promise<void> {
    let next: string | null = null
    for (let page = 0; page < pagesMost; page++) {
      const found: Awaited<ReturnType<typeof roomDirectory>> = await roomDirectory(user, {
        ...{ by: "tenant", tenantConnectionId, next },
      })
      const rooms = found.entries
        .filter(({ address }) => only === null || only.includes(address.toLowerCase()))
        .map(({ address, name, building, floor, capacity }) => ({ address, name, building, floor, capacity }))
      for (let from = 0; from < rooms.length; from += roomsAtOnce)
        await roomSetup.importRooms(user, { tenantConnectionId, zone, rooms: rooms.slice(from, from + roomsAtOnce) })
      if (found.next === null) return
      next = found.next
    }
  }

  return async (user: Caller, { zone, organisations, devices: systems }: FirstOrganisations): Promise<void> => {
    for (const { rooms, ...input } of organisations) {
      try {
        const { tenantConnectionId } = await tenants.connect(user, input)
        await bringRooms(user, { tenantConnectionId, zone, only: rooms ?? null })
      } catch (error) {
        log.warn("an organisation was not connected at set-up", { provider: input.provider, problem: wordOf(error) })
      }
    }
    for (const system of systems) {
      try {
        await devices.addFirst(user, system)
      } catch (error) {
        log.warn("a video system was not added at set-up", { family: system.family, problem: wordOf(error) })
      }
    }
  }
}

const wordOf = (error: unknown) => (isProblem(error) ? error.kind : error instanceof Error ? error.name : "unknown")
