import { roomTroublesSchema } from "@kalends/protocol/room-troubles"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { RoomTroubles } from "../rooms/room-troubles.ts"
import type { RequireUser } from "./session-guard.ts"

export type RoomTroublesRoutesDeps = { readonly roomTroubles: RoomTroubles; readonly requireUser: RequireUser }

/** What is in trouble among rooms, for those who may read of them. */
export async function roomTroublesRoutes(
  plain: FastifyInstance,
  { roomTroubles, requireUser }: RoomTroublesRoutesDeps,
): Promise<void> {
  plain
    .withTypeProvider<ZodTypeProvider>()
    .get(
      "/v1/rooms/troubles",
      { config: { needs: "read-rooms" }, schema: { response: { 200: roomTroublesSchema } } },
      async (request) => roomTroubles((await requireUser(request)).user),
    )
}
