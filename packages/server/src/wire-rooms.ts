import type { FastifyInstance } from "fastify"
import { ConfigError } from "./config-option.ts"
import { createDisplayActs } from "./displays/display-acts.ts"
import { createDisplayStreams } from "./displays/display-streams.ts"
import { createDisplays } from "./displays/displays.ts"
import { type DeviceRoutesDeps, deviceRoutes } from "./http/device-routes.ts"
import { type DisplayRoutesDeps, displayRoutes } from "./http/display-routes.ts"
import { type RoomRoutesDeps, roomRoutes } from "./http/room-routes.ts"
import { type RoomTroublesRoutesDeps, roomTroublesRoutes } from "./http/room-troubles-routes.ts"
import {
  createFirstOrganisations,
  type FirstOrganisationsDeps,
  readFirstOrganisations,
} from "./jobs/first-organisations.ts"
import type { People } from "./people/people.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import type { AccessBroker, TenantBroker } from "./ports/access-broker.ts"
import type { Clock } from "./ports/clock.ts"
import type { ConnectionRemover } from "./ports/connection-removal.ts"
import type { FanOut } from "./ports/fan-out.ts"
import type { JobQueue } from "./ports/job-queue.ts"
import type { Log } from "./ports/log.ts"
import type { Random } from "./ports/random.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import { type ConnectRoomDeps, createConnectRoom } from "./rooms/connect-room.ts"
import { createDesk } from "./rooms/desk.ts"
import { createManyRooms } from "./rooms/many-rooms.ts"
import { createRelease } from "./rooms/release.ts"
import { createRoomAgendas } from "./rooms/room-agendas.ts"
import { createRoomDigest } from "./rooms/room-digest.ts"
import { createRoomDirectory } from "./rooms/room-directory.ts"
import { createRoomDoctor } from "./rooms/room-doctor.ts"
import type { RoomPlaceDeps } from "./rooms/room-place.ts"
import { createRoomSetup } from "./rooms/room-setup.ts"
import { createRoomTroubles } from "./rooms/room-troubles.ts"
import { createRooms } from "./rooms/rooms.ts"

export type RoomParts = Omit<RoomPlaceDeps, "broker"> & {
  readonly fanOut: FanOut
  readonly secret: PlatformSecret
  readonly queue: JobQueue
  readonly opening: {
    readonly vault: SecretVault
    readonly broker: AccessBroker & TenantBroker
    readonly providers: ConnectRoomDeps["providers"]
    readonly remover: ConnectionRemover
    readonly labelOf: (provider: string) => string
  }
  readonly world: { readonly clock: Clock; readonly random: Random; readonly log: Log }
}

type SetUp = {
  readonly people: People
  readonly first: FirstOrganisationsDeps
  /** As it stands in the configuration; null for none. Throws ConfigError for what cannot be read. */
  readonly written: string | null
}

/** People whose first administrator finds their organisation's calendars connected. */
export function peopleWithFirst({ people, first, written }: SetUp): People {
  const organisations = written === null ? null : readFirstOrganisations(written)
  if (written !== null && organisations === null)
    throw new ConfigError("KALENDS_FIRST_ORGANISATIONS cannot be read; docs/config.md says what it holds.")
  if (organisations === null) return people
  const bring = createFirstOrganisations(first)
  return {
    ...people,
    async setUp(input) {
      const opened = await people.setUp(input)
      // Whoever sets up need not wait for it.
      void bring({ ...opened.user, call: "request:set-up" }, organisations)
      return opened
    },
  }
}

type Guards = Pick<RoomRoutesDeps, "requireUser" | "clock">
type Features = Omit<RoomRoutesDeps, keyof Guards> &
  Pick<RoomTroublesRoutesDeps, "roomTroubles"> &
  Omit<DeviceRoutesDeps, keyof Guards> & {
    readonly displays: Omit<DisplayRoutesDeps, keyof Guards>
    readonly deviceFronts: { readonly routes: (app: FastifyInstance) => Promise<void> }
  }

/** Rooms, and what is in them. */
export async function roomRoutesOf(app: FastifyInstance, features: Features, guards: Guards): Promise<void> {
  await roomRoutes(app, { ...features, ...guards })
  await roomTroublesRoutes(app, { ...features, ...guards })
  await deviceRoutes(app, { devices: features.devices, manyDevices: features.manyDevices, ...guards })
  await displayRoutes(app, { ...features.displays, ...guards })
  await features.deviceFronts.routes(app)
}

/** Rooms: their agendas, what is done at their screens, and bookings that nobody came to. */
export function createRoomParts({ fanOut, secret, queue, opening, world, ...rest }: RoomParts) {
  const { vault, broker, providers, remover, labelOf } = opening
  const { store } = rest
  const { clock, random } = world
  const place = { ...rest, broker }
  const digest = createRoomDigest(secret.derive("room-marks"))
  const deps = { ...place, digest, ...world }
  const roomAgendas = createRoomAgendas({ ...deps, fanOut })
  const desk = createDesk({ ...deps, agendas: roomAgendas })
  const release = createRelease({ ...deps, agendas: roomAgendas })
  const connectRoom = createConnectRoom({ store, broker, providers, fanOut, queue, vault, world })
  const roomsDeps = { store, providers, world, agendas: roomAgendas, labelOf }
  return {
    rooms: createRooms({ ...roomsDeps, connectRoom, remover }),
    manyRooms: createManyRooms(roomsDeps),
    roomSetup: createRoomSetup(roomsDeps),
    roomTroubles: createRoomTroubles({ store, agendas: roomAgendas, clock }),
    roomDirectory: createRoomDirectory({ store, providers, vault }),
    roomDoctor: createRoomDoctor({ ...place, clock }),
    connectRoom,
    roomAgendas,
    roomDesk: desk,
    displays: {
      displays: createDisplays({ store, fanOut, clock, random }),
      streams: createDisplayStreams({ store, agendas: roomAgendas, fanOut, clock }),
      act: createDisplayActs({ store, agendas: roomAgendas, desk, clock }),
    },
    /** Starts what a timer does; ends it, and all reading, when it is called back. */
    startRooms() {
      const stop = release.start()
      return async () => {
        roomAgendas.stop()
        await stop()
      }
    },
  }
}
