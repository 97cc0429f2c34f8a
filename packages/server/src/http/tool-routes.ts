import { parseMeetingId, parseTemplateId, parseUserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { sessionSchema } from "@kalends/protocol/api"
import {
  delegateInputSchema,
  delegatesSchema,
  toolCodeInputSchema,
  toolCodeSchema,
  toolCodeStateSchema,
  toolConnectInputSchema,
  toolConnectViewSchema,
  toolDefaultsInputSchema,
  toolDoorInputSchema,
  toolDoorsSchema,
  toolIdentityInputSchema,
  toolMeetingChangeSchema,
  toolMeetingInputSchema,
  toolMeetingSchema,
  toolMeetingStateSchema,
  toolSettingsSchema,
  toolTemplateInputSchema,
  toolTemplateSchema,
  toolTemplatesSchema,
} from "@kalends/protocol/tools"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { DelegatesFeature } from "../meetings/delegates.ts"
import type { ToolMeetings } from "../meetings/tool-meetings.ts"
import type { ToolSettingsFeature } from "../meetings/tool-settings.ts"
import type { ToolCodes } from "../people/tool-codes.ts"
import type { ToolDoors } from "../people/tool-doors.ts"
import type { Clock } from "../ports/clock.ts"
import { toolOffers } from "./downloads/registry.ts"
import { countingFailures, limits, networkOf } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"
import { createSessionAnswer } from "./session-answer.ts"
import type { RequireUser } from "./session-guard.ts"
import { toolDownloadRoutes } from "./tool-download-routes.ts"

export type ToolRoutesDeps = {
  readonly tools: {
    readonly meetings: ToolMeetings
    readonly settings: ToolSettingsFeature
    readonly delegates: DelegatesFeature
    readonly codes: ToolCodes
    readonly doors: ToolDoors
  }
  readonly requireUser: RequireUser
  readonly clock: Clock
  readonly publicUrl: string
  /** Folder of the apps, from which tools are downloaded; null where no pages are served. */
  readonly webFolder: string | null
}

/** What scheduling tools ask for, and what people and administrators set for them. */
export async function toolRoutes(plain: FastifyInstance, deps: ToolRoutesDeps): Promise<void> {
  toolMeetingRoutes(plain, deps)
  codeRoutes(plain, deps)
  doorRoutes(plain, deps)
  const { publicUrl, requireUser, webFolder: folder } = deps
  await toolDownloadRoutes(plain, { offers: toolOffers, folder, publicUrl, doors: deps.tools.doors, requireUser })
  templateRoutes(plain, deps)
  delegateRoutes(plain, deps)
}

const forTools = { config: { needs: "tool" } } as const
const own = { config: { needs: "own" } } as const
const byMeeting = z.object({ meetingId: z.uuid() }).transform(({ meetingId }) => parseMeetingId(meetingId))

function toolMeetingRoutes(plain: FastifyInstance, { tools, requireUser }: ToolRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { meetings, settings } = tools
  app.get("/v1/tools/settings", { ...forTools, schema: { response: { 200: toolSettingsSchema } } }, async (request) =>
    settings.settings((await requireUser(request)).user),
  )
  app.post(
    "/v1/tools/meetings",
    { ...forTools, schema: { body: toolMeetingInputSchema, response: { 200: toolMeetingSchema } } },
    async (request) => meetings.schedule((await requireUser(request)).user, request.body),
  )
  app.get(
    "/v1/tools/meetings/:meetingId",
    { ...forTools, schema: { params: byMeeting, response: { 200: toolMeetingStateSchema } } },
    async (request) => meetings.find((await requireUser(request)).user, request.params),
  )
  app.patch(
    "/v1/tools/meetings/:meetingId",
    {
      ...forTools,
      schema: { params: byMeeting, body: toolMeetingChangeSchema, response: { 200: toolMeetingSchema } },
    },
    async (request) => meetings.change((await requireUser(request)).user, request.params, request.body),
  )
  app.delete(
    "/v1/tools/meetings/:meetingId",
    { ...forTools, schema: { params: byMeeting } },
    async (request, reply) => {
      await meetings.remove((await requireUser(request)).user, request.params)
      return reply.code(204).send()
    },
  )
}

/** Tools without a sign-in of their own: they show a code, and their person types it in the portal. */
function codeRoutes(plain: FastifyInstance, { tools: { codes }, requireUser, clock }: ToolRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const asked = createRateLimit(clock, limits.toolCodesPerNetwork)
  const guesses = createRateLimit(clock, limits.toolCodeGuessesPerUser)
  const body = toolConnectInputSchema

  app.post(
    "/v1/tools/sessions/code",
    { config: { needs: "nobody" }, schema: { body: toolCodeInputSchema, response: { 201: toolCodeSchema } } },
    async (request, reply) => {
      asked.take(networkOf(request.ip))
      return reply.code(201).send(await codes.begin(request.body.deviceName))
    },
  )
  app.get(
    "/v1/tools/sessions/code",
    { config: { needs: "nobody" }, exposeHeadRoute: false, schema: { response: { 200: toolCodeStateSchema } } },
    async (request) => {
      const token = /^Bearer ([\w-]{43})$/.exec(request.headers.authorization ?? "")?.[1]
      if (token === undefined) throw new Problem("auth-expired", "This code is over.", { code: "pairing-over" })
      return codes.state(token)
    },
  )
  app.post(
    "/v1/tools/connections/look",
    { ...own, schema: { body, response: { 200: toolConnectViewSchema } } },
    async (request) => {
      const by = await requireUser(request)
      const look = () => codes.look(by, request.body.code)
      return countingFailures([{ limit: guesses, key: by.user.userId }], look)
    },
  )
  app.post("/v1/tools/connections", { ...own, schema: { body } }, async (request, reply) => {
    const by = await requireUser(request)
    const connect = () => codes.connect(by, request.body.code)
    await countingFailures([{ limit: guesses, key: by.user.userId }], connect)
    return reply.code(204).send()
  })
}

/** Tools that run where their person is signed in already. */
function doorRoutes(plain: FastifyInstance, deps: ToolRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { doors } = deps.tools
  const failures = createRateLimit(deps.clock, limits.toolTokensPerNetwork)
  const answer = createSessionAnswer(deps)
  const byDoor = z.object({ door: z.string().regex(/^[a-z]{1,20}$/) })

  app.get(
    "/v1/tools/doors",
    { config: { needs: "nobody" }, schema: { response: { 200: toolDoorsSchema } } },
    async () => ({ doors: doors.list }),
  )
  app.post(
    "/v1/tools/sessions/:door",
    {
      config: { needs: "nobody" },
      schema: { params: byDoor, body: toolDoorInputSchema, response: { 200: sessionSchema } },
    },
    async (request, reply) => {
      const open = () => doors.open(request.params.door, request.body)
      const opened = await countingFailures([{ limit: failures, key: networkOf(request.ip) }], open)
      return answer(reply, opened, "memory")
    },
  )
  app.post(
    "/v1/tools/identities/:door",
    { ...forTools, schema: { params: byDoor, body: toolIdentityInputSchema } },
    async (request, reply) => {
      await doors.linkTo(await deps.requireUser(request), request.params.door, request.body.token)
      return reply.code(204).send()
    },
  )
}

function templateRoutes(plain: FastifyInstance, { tools: { settings }, requireUser }: ToolRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const one = z.object({ templateId: z.uuid() }).transform(({ templateId }) => parseTemplateId(templateId))
  const changes = { config: { needs: "change-policy" } } as const
  const saved = { body: toolTemplateInputSchema, response: { 200: toolTemplateSchema } }

  app.put("/v1/tools/defaults", { ...forTools, schema: { body: toolDefaultsInputSchema } }, async (request, reply) => {
    await settings.setDefaults((await requireUser(request)).user, request.body)
    return reply.code(204).send()
  })
  app.get(
    "/v1/tools/templates",
    { config: { needs: "read-policy" }, schema: { response: { 200: toolTemplatesSchema } } },
    async (request) => settings.templates((await requireUser(request)).user),
  )
  app.post("/v1/tools/templates", { ...changes, schema: saved }, async (request) =>
    settings.saveTemplate((await requireUser(request)).user, null, request.body),
  )
  app.put("/v1/tools/templates/:templateId", { ...changes, schema: { ...saved, params: one } }, async (request) =>
    settings.saveTemplate((await requireUser(request)).user, request.params, request.body),
  )
  app.delete("/v1/tools/templates/:templateId", { ...changes, schema: { params: one } }, async (request, reply) => {
    await settings.removeTemplate((await requireUser(request)).user, request.params)
    return reply.code(204).send()
  })
}

/** Who may schedule for whom: a host says so for themselves, an administrator for others. */
function delegateRoutes(plain: FastifyInstance, { tools: { delegates }, requireUser }: ToolRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const response = { 200: delegatesSchema }
  const changes = { config: { needs: "change-people" } } as const
  const host = z.object({ userId: z.uuid() }).transform(({ userId }) => parseUserId(userId))
  const both = z
    .object({ userId: z.uuid(), delegateId: z.uuid() })
    .transform(({ userId, delegateId }) => ({ hostId: parseUserId(userId), delegateId: parseUserId(delegateId) }))
  const mine = z.object({ delegateId: z.uuid() }).transform(({ delegateId }) => parseUserId(delegateId))

  app.get("/v1/me/delegates", { ...own, schema: { response } }, async (request) => {
    const { user } = await requireUser(request)
    return delegates.list(user, user.userId)
  })
  app.put("/v1/me/delegates", { ...own, schema: { body: delegateInputSchema, response } }, async (request) => {
    const { user } = await requireUser(request)
    return delegates.give(user, user.userId, request.body)
  })
  app.delete("/v1/me/delegates/:delegateId", { ...own, schema: { params: mine, response } }, async (request) => {
    const { user } = await requireUser(request)
    return delegates.take(user, user.userId, request.params)
  })
  app.get(
    "/v1/users/:userId/delegates",
    { config: { needs: "read-people" }, schema: { params: host, response } },
    async (request) => delegates.list((await requireUser(request)).user, request.params),
  )
  app.put(
    "/v1/users/:userId/delegates",
    { ...changes, schema: { params: host, body: delegateInputSchema, response } },
    async (request) => delegates.give((await requireUser(request)).user, request.params, request.body),
  )
  app.delete(
    "/v1/users/:userId/delegates/:delegateId",
    { ...changes, schema: { params: both, response } },
    async (request) => {
      const { hostId, delegateId } = request.params
      return delegates.take((await requireUser(request)).user, hostId, delegateId)
    },
  )
}
