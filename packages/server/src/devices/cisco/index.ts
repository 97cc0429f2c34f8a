import { isProblem, Problem } from "@kalends/domain/problem"
import { z } from "zod"
import type { DeviceFamily, DeviceLink, DeviceLogin, DeviceOrder } from "../../ports/device-family.ts"
import type { DeviceWire } from "../../ports/device-wire.ts"
import { idOf, isOurs, oldPutXml, type PutBooking, putBody } from "./booking-list.ts"
import { createHttpCalls, type HttpCalls, listIn } from "./http-calls.ts"
import { type XapiLine, xapiOver } from "./json-rpc.ts"
import { listedBookings, othersOf } from "./listed.ts"
import { versionOf, type Way, wayOf } from "./version.ts"

export type CiscoDeps = { readonly wire: DeviceWire }

/** Cisco's codecs: TC 7, CE 8 and 9, RoomOS 10 and later. */
export function createCisco({ wire }: CiscoDeps): DeviceFamily {
  return {
    name: "cisco",
    label: "Cisco",
    push: {
      daysAhead: 30,
      // More than twenty full days of meetings of half an hour, and a body of some 400 kB.
      bookingsMost: 1_000,
      async open(login, onNeed, signal) {
        const http = createHttpCalls(wire, login)
        const line = await openLine(wire, login, onNeed, signal)
        if (line === null) return httpLink(http, await http.facts(signal))
        try {
          return await lineLink(line, http, signal)
        } catch (error) {
          line.close()
          throw error
        }
      },
    },
  }
}

const needEvent = z.object({ Event: z.object({ Bookings: z.object({ SyncRequired: z.unknown() }) }) })
const isNeed = (params: unknown) => needEvent.safeParse(params).data?.Event.Bookings.SyncRequired !== undefined

/** Null where the device has no web socket. The name and password go in the protocol, in base64url. */
async function openLine(
  wire: DeviceWire,
  login: DeviceLogin,
  onNeed: () => void,
  signal: AbortSignal,
): Promise<XapiLine | null> {
  const pair = Buffer.from(`${login.username}:${login.password}`).toString("base64url")
  try {
    const socket = await wire.webSocket(login, { path: "/ws", protocol: `auth-${pair}` }, signal)
    return xapiOver(socket, (params) => isNeed(params) && onNeed())
  } catch (error) {
    if (isProblem(error, "unsupported")) return null
    throw error
  }
}

const unit = z.object({
  ProductId: z.string().nullable().catch(null),
  Software: z.object({ Version: z.string().nullable().catch(null) }).catch({ Version: null }),
})

async function lineLink(line: XapiLine, http: HttpCalls, signal: AbortSignal): Promise<DeviceLink> {
  const { ProductId, Software } = unit.parse(await line.call("xGet", { Path: ["Status", "SystemUnit"] }, signal))
  // Older software knows no such event; it is looked at every few minutes all the same.
  await line
    .call("xFeedback/Subscribe", { Query: ["Event", "Bookings", "SyncRequired"] }, signal)
    .catch(unlessUnsupported)
  const version = versionOf(Software.Version)
  const list = (when: AbortSignal) => line.call("xCommand/Bookings/List", {}, when)
  const put = async (order: DeviceOrder, when: AbortSignal) => {
    const others = order.keepsOthers ? othersOf(await list(when)) : []
    await line.call("xCommand/Bookings/Put", { body: putBody(order, others, version) }, when)
  }
  return {
    facts: { model: ProductId, software: Software.Version },
    put: putBy(wayOf(version), put, http),
    has: async (order, now, when) => hasAll(order, now, listedBookings(await list(when))),
    ended: line.ended,
    close: () => line.close(),
  }
}

/** Without a web socket each call is a line of its own, and nothing is heard from the device. */
function httpLink(http: HttpCalls, facts: DeviceLink["facts"]): DeviceLink {
  const { promise: ended, resolve: close } = Promise.withResolvers<void>()
  const version = versionOf(facts.software)
  const list = async (signal: AbortSignal) => listIn(await http.command(["Bookings", "List"], null, signal))
  return {
    facts,
    put: putBy(
      wayOf(version),
      async (order, signal) => {
        const others = order.keepsOthers ? othersOf(await list(signal)) : []
        await http.command(["Bookings", "Put"], putBody(order, others, version), signal)
      },
      http,
    ),
    has: async (order, now, signal) => hasAll(order, now, listedBookings(await list(signal))),
    ...{ ended, close },
  }
}

/** Lists are put in place of those before either way. The older way leaves no others. */
function putBy(way: Way, put: DeviceLink["put"], http: HttpCalls): DeviceLink["put"] {
  const older = async (order: DeviceOrder, signal: AbortSignal) => {
    if (order.keepsOthers)
      throw new Problem("unsupported", "The software of the video system cannot keep bookings from elsewhere.", {
        code: "device-no-merge",
      })
    await http.oldPut(oldPutXml(order), signal)
  }
  if (way === "put") return put
  if (way === "older") return older
  return async (order, signal) => {
    try {
      await put(order, signal)
    } catch (error) {
      if (!isProblem(error, "unsupported")) throw error
      await older(order, signal)
    }
  }
}

/** What is over may be there or not: the documents do not say when a device lets go of it. */
function hasAll({ bookings, keepsOthers }: DeviceOrder, now: Temporal.Instant, listed: readonly PutBooking[]): boolean {
  const found = new Set(listed.map(({ Id }) => Id))
  const given = new Set(bookings.map(idOf))
  const isMissing = bookings.some(
    (booking) => Temporal.Instant.compare(booking.endsAt, now) > 0 && !found.has(idOf(booking)),
  )
  return !isMissing && [...found].every((id) => given.has(id) || (keepsOthers && !isOurs(id)))
}

function unlessUnsupported(problem: unknown): void {
  if (!isProblem(problem, "unsupported")) throw problem
}
