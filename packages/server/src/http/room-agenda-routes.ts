import { createHash } from "node:crypto"
import type { Booking } from "@kalends/domain/booking"
import { Problem } from "@kalends/domain/problem"
import {
  deviceTokenBody,
  deviceTokenRefusal,
  deviceTokenSchema,
  type RoomAgendaView,
  roomAgendaQuery,
  roomAgendaSchema,
} from "@kalends/protocol/room-agenda"
import type { FastifyInstance } from "fastify"
import type { ZodTypeProvider } from "fastify-type-provider-zod"
import { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { PulledAgenda, RoomPull } from "../ports/room-pull.ts"
import { limits, networkOf } from "./limits.ts"
import { createRateLimit } from "./rate-limit.ts"

export type RoomAgendaRoutesDeps = { readonly pull: RoomPull; readonly clock: Clock }

const formType = "application/x-www-form-urlencoded"
const config = { needs: "nobody", hasOwnLimit: true } as const

/** The agenda of one room for devices that ask for it, each with a credential of its own. */
export async function roomAgendaRoutes(app: FastifyInstance, { pull, clock }: RoomAgendaRoutesDeps): Promise<void> {
  const guesses = createRateLimit(clock, limits.deviceGuessesPerNetwork)
  const tokens = createRateLimit(clock, limits.tokensPerDevice)
  const agendas = createRateLimit(clock, limits.agendasPerDevice)
  app.addContentTypeParser(formType, { parseAs: "string", bodyLimit: 4_096 }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  app.addHook("onSend", async (request, reply) => void reply.header("x-tracking-id", request.id))
  const typed = app.withTypeProvider<ZodTypeProvider>()

  typed.post(
    "/v1/room-agenda/token",
    {
      config,
      schema: {
        consumes: [formType],
        body: deviceTokenBody,
        response: { 200: deviceTokenSchema, 400: deviceTokenRefusal, 401: deviceTokenRefusal },
      },
    },
    async (request, reply) => {
      if (request.body.grant_type !== "client_credentials")
        return reply.code(400).send({ error: "unsupported_grant_type" })
      const given = { ...request.body, ...basicOf(request.headers.authorization) }
      const { client_id: id = "", client_secret: secret = "" } = given
      tokens.take(id.toLowerCase())
      const granted = await pull.grant(id, secret)
      if (granted === null) {
        guesses.take(networkOf(request.ip))
        return reply.code(401).header("www-authenticate", "Basic").send({ error: "invalid_client" })
      }
      return { access_token: granted.token, token_type: "Bearer" as const, expires_in: granted.seconds }
    },
  )

  typed.get(
    "/v1/room-agenda",
    {
      ...{ config, exposeHeadRoute: false },
      schema: { querystring: roomAgendaQuery, response: { 200: roomAgendaSchema, 304: z.undefined() } },
    },
    async (request, reply) => {
      const token = /^Bearer ([\w.-]{20,1000})$/.exec(request.headers.authorization ?? "")?.[1] ?? ""
      const device = await pull.deviceOf(token)
      if (device === null) {
        guesses.take(networkOf(request.ip))
        throw new Problem("auth-expired", "Ask for a token first.", { code: "token-over" })
      }
      agendas.take(device.deviceId)
      const gone = new AbortController()
      reply.raw.once("close", () => gone.abort())
      const view = viewOf(await pull.agenda(token, gone.signal), clock.now(), request.query.limit)
      const etag = etagOf(view)
      reply.headers({ etag, "cache-control": "private, no-cache", "x-calendar-read-at": view.readAt })
      return isKnown(request.headers["if-none-match"], etag) ? reply.code(304).send(undefined) : view
    },
  )
}

/** Name and secret of a Basic header (RFC 6749, 2.3.1); nothing where there is none. */
function basicOf(authorization: string | undefined) {
  const token = /^Basic ([\w+/=]{1,1000})$/i.exec(authorization ?? "")?.[1]
  if (token === undefined) return {}
  const [id = "", ...secret] = Buffer.from(token, "base64").toString("utf8").split(":")
  return { client_id: id, client_secret: secret.join(":") }
}

function viewOf({ roomName, agenda, isStale }: PulledAgenda, now: Temporal.Instant, limit: number): RoomAgendaView {
  const ahead = agenda.bookings.filter(({ endsAt }) => Temporal.Instant.compare(endsAt, now) > 0)
  return {
    room: roomName,
    readAt: agenda.readAt.toString(),
    isStale,
    coversUntil: agenda.coversUntil.toString(),
    meetings: ahead.slice(0, limit).map(meetingView),
  }
}

const meetingView = ({
  id,
  startsAt,
  endsAt,
  join,
  dial,
  ...booking
}: Booking): RoomAgendaView["meetings"][number] => ({
  id: createHash("sha256").update(`${id}\0${startsAt}`).digest("base64url").slice(0, 22),
  startsAt: startsAt.toString(),
  endsAt: endsAt.toString(),
  isAllDay: booking.isAllDay,
  isPrivate: booking.isPrivate,
  title: booking.title,
  host: booking.host,
  joinUrl: join?.url ?? null,
  dial: [...dial],
})

/** Of what a device shows: that the calendar was read again without a change makes no new answer. The header has when. */
function etagOf({ readAt: _readAt, coversUntil: _coversUntil, ...shown }: RoomAgendaView): string {
  return `"${createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 22)}"`
}

const isKnown = (given: string | undefined, etag: string): boolean =>
  (given ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag)
