import type { Clock } from "../../ports/clock.ts"
import type { DeviceDoor, KnownDevice } from "../../ports/device-door.ts"
import type { DeviceFront, FrontAnswer, FrontRequest } from "../../ports/device-front.ts"
import type { Random } from "../../ports/random.ts"
import type { RoomAgendas } from "../../ports/room-agendas.ts"
import { autodiscover } from "./autodiscover.ts"
import { type Operation, readCall } from "./call.ts"
import { findFolder, getFolder } from "./operations/folders.ts"
import { findItem, getItem } from "./operations/items.ts"
import {
  getEvents,
  getStreamingEvents,
  type NotificationDeps,
  subscribe,
  unsubscribe,
} from "./operations/notifications.ts"
import { convertId, getRoomLists, getServerTimeZones, resolveNames } from "./operations/people.ts"
import { createRoomWatches } from "./room-watches.ts"
import { createSignIn } from "./sign-in.ts"
import { EwsError, soapAnswer, soapFault } from "./soap.ts"
import { createSubscriptions } from "./subscriptions.ts"

export type PolyFrontDeps = {
  readonly agendas: RoomAgendas
  readonly door: DeviceDoor
  readonly clock: Clock
  readonly random: Random
}

/** The front that Poly and Lifesize devices register to, in the words of Exchange Web Services (README.md). */
export function createPolyFront({ agendas, door, clock, random }: PolyFrontDeps): DeviceFront {
  const watches = createRoomWatches({ agendas, clock })
  const subscriptions = createSubscriptions({ watches, clock, random })
  const operations = operationsOf({ watches, subscriptions, clock })

  async function ews(request: FrontRequest, device: KnownDevice): Promise<FrontAnswer> {
    try {
      const call = readCall(request, device, clock.now())
      const operation = operations.get(call.operation)
      if (operation === undefined)
        throw new EwsError("ErrorInvalidOperation", "This operation is not available.", { isFault: true })
      const done = await operation(call)
      if (typeof done === "string" && showsItems(call.operation, done)) await door.given(device)
      return typeof done === "string" ? soapAnswer(done) : done
    } catch (error) {
      if (error instanceof EwsError) return soapFault(error)
      throw error
    }
  }

  return {
    paths: ["/EWS/Exchange.asmx", "/Autodiscover/Autodiscover.xml", "/Autodiscover/Autodiscover.svc"],
    signIn: createSignIn({ door, clock, random }),
    async answer(request, device) {
      const path = request.path.toLowerCase()
      if (path.startsWith("/autodiscover/"))
        return autodiscover(request, device, path.endsWith(".svc") ? "soap" : "pox")
      // Some devices and people look with GET whether anybody is there; Exchange shows a page.
      if (request.method !== "POST") return { status: 200, headers: { "content-type": "text/plain" }, body: "Service" }
      return ews(request, device)
    },
    busy: (retryAt) => busyAnswer(clock.now().until(retryAt).total("milliseconds")),
    shut: (deviceId) => subscriptions.removeOf(deviceId),
    stop() {
      subscriptions.stop()
      watches.stop()
    },
  }
}

/** The room's bookings were in the answer, none of them too. */
const showsItems = (operation: string, answer: string): boolean =>
  ["FindItem", "GetItem"].includes(operation) && !answer.includes('ResponseClass="Error"')

function busyAnswer(waitMs: number): FrontAnswer {
  const backOffMs = Math.max(1_000, Math.ceil(waitMs))
  const text = "The server cannot service this request right now. Try again later."
  const answer = soapFault(new EwsError("ErrorServerBusy", text, { isFault: true, backOffMs }))
  return { ...answer, headers: { ...answer.headers, "retry-after": String(Math.ceil(backOffMs / 1_000)) } }
}

const operationsOf = (deps: NotificationDeps): ReadonlyMap<string, Operation> =>
  new Map<string, Operation>([
    ["GetFolder", getFolder],
    ["FindFolder", findFolder],
    ["FindItem", findItem(deps)],
    ["GetItem", getItem(deps)],
    ["Subscribe", subscribe(deps)],
    ["GetEvents", getEvents(deps)],
    ["Unsubscribe", unsubscribe(deps)],
    ["GetStreamingEvents", getStreamingEvents(deps)],
    ["ResolveNames", resolveNames],
    ["ConvertId", convertId],
    ["GetServerTimeZones", getServerTimeZones],
    ["GetRoomLists", getRoomLists],
  ])
