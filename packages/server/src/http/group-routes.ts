import { parseGroupId } from "@kalends/domain/ids"
import { groupInputSchema, groupSchema, groupsSchema } from "@kalends/protocol/groups"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Groups } from "../policy/groups.ts"
import type { RequireUser } from "./session-guard.ts"

export type GroupRoutesDeps = { readonly groups: Groups; readonly requireUser: RequireUser }

/** The groups that there are. Who is in one, and that it is dissolved, are changes of policy: see policy-routes.ts. */
export async function groupRoutes(plain: FastifyInstance, { groups, requireUser }: GroupRoutesDeps): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = { params: z.object({ groupId: z.uuid() }) }
  app.get(
    "/v1/groups",
    { config: { needs: "read-policy" }, schema: { response: { 200: groupsSchema } } },
    async (request) => groups.list((await requireUser(request)).user),
  )
  app.put(
    "/v1/groups/:groupId",
    { config: { needs: "change-policy" }, schema: { ...one, body: groupInputSchema, response: { 200: groupSchema } } },
    async (request) =>
      groups.put((await requireUser(request)).user, parseGroupId(request.params.groupId), request.body),
  )
}
