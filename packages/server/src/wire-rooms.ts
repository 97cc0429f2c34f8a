import { createDisplayActs } from "./displays/display-acts.ts"
import { createDisplayStreams } from "./displays/display-streams.ts"
import { createDisplays } from "./displays/displays.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import type { Clock } from "./ports/clock.ts"
import type { FanOut } from "./ports/fan-out.ts"
import type { Log } from "./ports/log.ts"
import type { Random } from "./ports/random.ts"
import { createDesk } from "./rooms/desk.ts"
import { createRelease } from "./rooms/release.ts"
import { createRoomAgendas } from "./rooms/room-agendas.ts"
import { createRoomDigest } from "./rooms/room-digest.ts"
import type { RoomPlaceDeps } from "./rooms/room-place.ts"

export type RoomParts = RoomPlaceDeps & {
  readonly fanOut: FanOut
  readonly secret: PlatformSecret
  readonly publicUrl: string
  readonly world: { readonly clock: Clock; readonly random: Random; readonly log: Log }
}

/** Rooms: their agendas, what is done at their screens, and bookings that nobody came to. */
export function createRoomParts({ fanOut, secret, publicUrl, world, ...place }: RoomParts) {
  const { store } = place
  const { clock, random } = world
  const digest = createRoomDigest(secret.derive("room-marks"))
  const deps = { ...place, digest, ...world }
  const roomAgendas = createRoomAgendas({ ...deps, fanOut })
  const desk = createDesk({ ...deps, agendas: roomAgendas })
  const release = createRelease({ ...deps, agendas: roomAgendas })
  return {
    roomAgendas,
    roomDesk: desk,
    displays: {
      displays: createDisplays({ store, fanOut, clock, random }),
      streams: createDisplayStreams({ store, agendas: roomAgendas, fanOut, clock, publicUrl }),
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
