import { parseDeviceId } from "@kalends/domain/ids"
import {
  addedDeviceSchema,
  certificateInputSchema,
  certificateSchema,
  deviceBookingsSchema,
  deviceChangeSchema,
  deviceFamiliesSchema,
  deviceSchema,
  devicesQuerySchema,
  devicesSchema,
  deviceTestSchema,
  newDeviceSchema,
} from "@kalends/protocol/devices"
import {
  certificatesInputSchema,
  certificatesSchema,
  deviceListAnswerSchema,
  deviceListSchema,
  newDevicesAnswerSchema,
  newDevicesSchema,
} from "@kalends/protocol/many-devices"
import type { FastifyInstance, FastifyRequest } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Devices } from "../bookings/devices.ts"
import type { ManyDevices } from "../bookings/many-devices.ts"
import type { Clock } from "../ports/clock.ts"
import { limits } from "./limits.ts"
import { createRateLimit, type RateLimit } from "./rate-limit.ts"
import type { RequireUser } from "./session-guard.ts"

export type DeviceRoutesDeps = {
  readonly devices: Devices
  readonly manyDevices: ManyDevices
  readonly requireUser: RequireUser
  readonly clock: Clock
}

const reads = { config: { needs: "read-rooms" } } as const
const changes = { config: { needs: "change-rooms" } } as const
const params = z.object({ deviceId: z.uuid() }).transform(({ deviceId }) => parseDeviceId(deviceId))

/** Video systems of rooms. */
export async function deviceRoutes(plain: FastifyInstance, deps: DeviceRoutesDeps): Promise<void> {
  const calls = createRateLimit(deps.clock, limits.deviceCallsPerUser)
  await routesBefore(plain, deps, calls)
  await routesOfDevices(plain, deps, calls)
  listRoutes(plain, deps)
}

/** Hundreds of video systems, by room, name and address. */
const listBodyLimitBytes = 512 * 1024

/** Video systems as they come from a list. */
function listRoutes(plain: FastifyInstance, { manyDevices, requireUser, clock }: DeviceRoutesDeps): void {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const certificates = createRateLimit(clock, limits.certificatesPerUser)
  app.post(
    "/v1/devices/batch/preview",
    {
      ...{ ...changes, bodyLimit: listBodyLimitBytes },
      schema: { body: deviceListSchema, response: { 200: deviceListAnswerSchema } },
    },
    async (request) => manyDevices.preview((await requireUser(request)).user, request.body),
  )
  app.post(
    "/v1/devices/certificates",
    { ...changes, schema: { body: certificatesInputSchema, response: { 200: certificatesSchema } } },
    async (request) => {
      const { userId } = (await requireUser(request)).user
      return manyDevices.certificates(request.body.addresses, () => certificates.tryTake(userId) === null)
    },
  )
  app.post(
    "/v1/devices/batch",
    { ...changes, schema: { body: newDevicesSchema, response: { 200: newDevicesAnswerSchema } } },
    async (request) => manyDevices.add((await requireUser(request)).user, request.body.devices),
  )
}

/** What is asked before there is a device. */
async function routesBefore(plain: FastifyInstance, deps: DeviceRoutesDeps, calls: RateLimit): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { devices, requireUser } = deps
  app.get(
    "/v1/devices/families",
    { ...reads, schema: { response: { 200: deviceFamiliesSchema } } },
    async (request) => {
      await requireUser(request)
      return devices.families()
    },
  )
  app.post(
    "/v1/devices/certificate",
    { ...changes, schema: { body: certificateInputSchema, response: { 200: certificateSchema } } },
    async (request) => {
      calls.take((await requireUser(request)).user.userId)
      return devices.certificate(request.body.address)
    },
  )
}

async function routesOfDevices(plain: FastifyInstance, deps: DeviceRoutesDeps, calls: RateLimit): Promise<void> {
  const app = plain.withTypeProvider<ZodTypeProvider>()
  const { devices, requireUser } = deps
  const who = async (request: FastifyRequest) => (await requireUser(request)).user
  /** Of what makes us call an address that somebody names. */
  const whoCalls = async (request: FastifyRequest) => {
    const user = await who(request)
    calls.take(user.userId)
    return user
  }

  app.get(
    "/v1/devices",
    { ...reads, schema: { querystring: devicesQuerySchema, response: { 200: devicesSchema } } },
    async (request) => {
      const { roomId = null, after = null, trouble } = request.query
      return devices.list(await who(request), { roomId, after, isTroubled: trouble === "yes" })
    },
  )
  app.post(
    "/v1/devices",
    { ...changes, schema: { body: newDeviceSchema, response: { 201: addedDeviceSchema } } },
    async (request, reply) => reply.code(201).send(await devices.add(await who(request), request.body)),
  )
  app.get("/v1/devices/:deviceId", { ...reads, schema: { params, response: { 200: deviceSchema } } }, async (request) =>
    devices.find(await who(request), request.params),
  )
  app.get(
    "/v1/devices/:deviceId/bookings",
    { ...reads, schema: { params, response: { 200: deviceBookingsSchema } } },
    async (request) => devices.bookings(await who(request), request.params),
  )
  app.patch(
    "/v1/devices/:deviceId",
    { ...changes, schema: { params, body: deviceChangeSchema, response: { 200: deviceSchema } } },
    async (request) => devices.change(await who(request), request.params, request.body),
  )
  app.delete("/v1/devices/:deviceId", { ...changes, schema: { params } }, async (request, reply) => {
    await devices.remove(await who(request), request.params)
    return reply.code(204).send()
  })
  app.post(
    "/v1/devices/:deviceId/restore",
    { ...changes, schema: { params, response: { 200: deviceSchema } } },
    async (request) => devices.restore(await who(request), request.params),
  )
  app.post(
    "/v1/devices/:deviceId/password",
    { ...changes, schema: { params, response: { 200: addedDeviceSchema } } },
    async (request) => devices.renewPassword(await who(request), request.params),
  )
  app.post(
    "/v1/devices/:deviceId/test",
    { ...changes, schema: { params, response: { 200: deviceTestSchema } } },
    async (request) => devices.test(await whoCalls(request), request.params),
  )
}
