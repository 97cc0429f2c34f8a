import { figuresNowSchema, figuresQuerySchema, figuresSchema } from "@kalends/protocol/figures"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import type { Pictures } from "../figures/pictures.ts"
import type { RequireUser } from "./session-guard.ts"

export type FiguresRoutesDeps = { readonly figures: Pictures; readonly requireUser: RequireUser }

/** The organisation's figures. */
export async function figuresRoutes(
  plain: FastifyInstance,
  { figures, requireUser }: FiguresRoutesDeps,
): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const config = { needs: "read-figures" } as const
  // Tens of thousands of numbers, counted by ourselves: looking at each once more takes longer than reading them.
  const serializerCompiler = () => (view: unknown) => JSON.stringify(view)
  app.get(
    "/v1/figures",
    { config, schema: { querystring: figuresQuerySchema, response: { 200: figuresSchema } }, serializerCompiler },
    async (request) => figures.series((await requireUser(request)).user, request.query),
  )
  app.get("/v1/figures/now", { config, schema: { response: { 200: figuresNowSchema } } }, async (request) =>
    figures.now((await requireUser(request)).user),
  )
}
