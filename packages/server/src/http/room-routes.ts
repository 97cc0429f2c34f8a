import { parseUserId } from "@kalends/domain/ids"
import { roomChoicesQuerySchema, roomChoicesSchema, roomsSetSchema, setRoomsSchema } from "@kalends/protocol/many-rooms"
import {
  dialRulesSchema,
  importedRoomsSchema,
  importRoomsSchema,
  newRoomSchema,
  roomChangesSchema,
  roomCheckupSchema,
  roomConnectionSchema,
  roomDirectoryQuerySchema,
  roomDirectorySchema,
  roomMethodsSchema,
  roomSchema,
  roomScriptQuerySchema,
  roomScriptSchema,
  roomsQuerySchema,
  roomsSchema,
} from "@kalends/protocol/rooms"
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { ManyRooms } from "../rooms/many-rooms.ts"
import type { createRoomDirectory } from "../rooms/room-directory.ts"
import type { createRoomDoctor } from "../rooms/room-doctor.ts"
import type { RoomSetup } from "../rooms/room-setup.ts"
import type { Rooms } from "../rooms/rooms.ts"
import { limits } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type RoomRoutesDeps = {
  readonly rooms: Rooms
  readonly manyRooms: ManyRooms
  readonly roomSetup: RoomSetup
  readonly roomDirectory: ReturnType<typeof createRoomDirectory>
  readonly roomDoctor: ReturnType<typeof createRoomDoctor>
  readonly requireUser: RequireUser
  readonly clock: Clock
}

const reads = { config: { needs: "read-rooms" } } as const
const changes = { config: { needs: "change-rooms" } } as const
const params = z.object({ roomId: z.uuid() }).transform(({ roomId }) => parseUserId(roomId))

/** Rooms, for those who look after them. */
export async function roomRoutes(plain: FastifyInstance, deps: RoomRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { rooms, requireUser } = deps
  const who = async (request: FastifyRequest) => (await requireUser(request)).user

  app.get(
    "/v1/rooms",
    { ...reads, schema: { querystring: roomsQuerySchema, response: { 200: roomsSchema } } },
    async (request) => {
      const { search, state = null, next = null } = request.query
      return rooms.list(await who(request), { search: search || null, state, next })
    },
  )
  app.post(
    "/v1/rooms",
    { ...changes, schema: { body: newRoomSchema, response: { 201: roomSchema } } },
    async (request, reply) => reply.code(201).send(await rooms.add(await who(request), request.body)),
  )
  app.get("/v1/rooms/:roomId", { ...reads, schema: { params, response: { 200: roomSchema } } }, async (request) =>
    rooms.find(await who(request), request.params),
  )
  app.patch(
    "/v1/rooms/:roomId",
    { ...changes, schema: { params, body: roomChangesSchema, response: { 200: roomSchema } } },
    async (request) => rooms.change(await who(request), request.params, request.body),
  )
  app.delete(
    "/v1/rooms/:roomId",
    { ...changes, schema: { params, response: { 204: z.null() } } },
    async (request, reply) => {
      await rooms.remove(await who(request), request.params)
      return reply.code(204).send(null)
    },
  )
  app.get("/v1/rooms/dial-rules", { ...reads, schema: { response: { 200: dialRulesSchema } } }, async (request) =>
    deps.roomSetup.dialRules(await who(request)),
  )
  app.put(
    "/v1/rooms/dial-rules",
    { ...changes, schema: { body: dialRulesSchema, response: { 200: dialRulesSchema } } },
    async (request) => deps.roomSetup.setDialRules(await who(request), request.body),
  )
  manyRoutes(plain, deps)
  openingRoutes(plain, deps)
}

/** Hundreds of rooms that are set back to what each had. */
const manyBodyLimitBytes = 512 * 1024

/** Rooms that are set together. */
function manyRoutes(plain: FastifyInstance, { manyRooms, requireUser }: RoomRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  app.get(
    "/v1/rooms/choices",
    { ...reads, schema: { querystring: roomChoicesQuerySchema, response: { 200: roomChoicesSchema } } },
    async (request) => {
      const { search, building = null, floor = null } = request.query
      return manyRooms.choices((await requireUser(request)).user, { search: search || null, building, floor })
    },
  )
  app.post(
    "/v1/rooms/settings",
    { ...changes, bodyLimit: manyBodyLimitBytes, schema: { body: setRoomsSchema, response: { 200: roomsSetSchema } } },
    async (request) => manyRooms.set((await requireUser(request)).user, request.body),
  )
}

/** How rooms' calendars are opened, and what is wrong with them. */
function openingRoutes(plain: FastifyInstance, deps: RoomRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { rooms, requireUser } = deps
  const connects = createRateLimit(deps.clock, limits.connectsPerUser)
  const who = async (request: FastifyRequest) => (await requireUser(request)).user
  /** Of what signs in at a server that somebody names. */
  const whoConnects = async (request: FastifyRequest) => {
    const user = await who(request)
    connects.take(user.userId)
    return user
  }

  app.get("/v1/rooms/methods", { ...reads, schema: { response: { 200: roomMethodsSchema } } }, async (request) => {
    return deps.roomSetup.methods(await who(request))
  })
  app.post(
    "/v1/rooms/script",
    { ...reads, schema: { body: roomScriptQuerySchema, response: { 200: roomScriptSchema } } },
    async (request) => {
      await who(request)
      return deps.roomSetup.script(request.body)
    },
  )
  app.post(
    "/v1/rooms/directory",
    { ...changes, schema: { body: roomDirectoryQuerySchema, response: { 200: roomDirectorySchema } } },
    async (request) => {
      const user = request.body.by === "password" ? await whoConnects(request) : await who(request)
      return deps.roomDirectory(user, request.body)
    },
  )
  app.post(
    "/v1/rooms/import",
    { ...changes, schema: { body: importRoomsSchema, response: { 200: importedRoomsSchema } } },
    async (request) => deps.roomSetup.importRooms(await who(request), request.body),
  )
  app.put(
    "/v1/rooms/:roomId/connection",
    { ...changes, schema: { params, body: roomConnectionSchema, response: { 200: roomSchema } } },
    async (request) => {
      const user = request.body.by === "password" ? await whoConnects(request) : await who(request)
      return rooms.connect(user, request.params, request.body)
    },
  )
  app.delete(
    "/v1/rooms/:roomId/connection",
    { ...changes, schema: { params, response: { 200: roomSchema } } },
    async (request) => rooms.disconnect(await who(request), request.params),
  )
  app.post(
    "/v1/rooms/:roomId/checkup",
    { ...reads, schema: { params, response: { 200: roomCheckupSchema } } },
    async (request) => {
      const { accountId } = await who(request)
      return deps.roomDoctor({ accountId, roomId: request.params })
    },
  )
}
