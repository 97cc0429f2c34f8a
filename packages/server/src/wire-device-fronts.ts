import type { FastifyInstance } from "fastify"
import { createDeviceDoor } from "./bookings/device-door.ts"
import type { Config } from "./config.ts"
import { createFronts } from "./devices/registry.ts"
import { deviceFrontRoutes } from "./http/device-front-routes.ts"
import { roomAgendaRoutes } from "./http/room-agenda-routes.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import type { Clock } from "./ports/clock.ts"
import type { Log } from "./ports/log.ts"
import type { Random } from "./ports/random.ts"
import type { RoomAgendas } from "./ports/room-agendas.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import type { Store } from "./ports/store.ts"

export type DeviceFrontParts = {
  readonly store: Store
  readonly vault: SecretVault
  readonly agendas: RoomAgendas
  readonly secret: PlatformSecret
  readonly world: { readonly clock: Clock; readonly random: Random; readonly log: Log }
}

/** Video systems that ask for their room's bookings by themselves. */
export function createDeviceFronts({ behindProxy }: Config, parts: DeviceFrontParts) {
  const { store, vault, agendas, secret, world } = parts
  const { clock, random, log } = world
  const doorOf = (families: ReadonlySet<string>) => createDeviceDoor({ store, vault, families, clock, log })
  const { front, pull, shut } = createFronts({ agendas, doorOf, clock, random, key: secret.derive("device-tokens") })
  return {
    deviceFronts: {
      async routes(app: FastifyInstance): Promise<void> {
        await app.register(async (own) => deviceFrontRoutes(own, { front, clock, log, behindProxy }))
        await app.register(async (own) => roomAgendaRoutes(own, { pull, clock }))
      },
      shut,
      stop: () => front.stop(),
    },
  }
}
