import { connectionStates } from "@kalends/domain/connection"
import { parseCalendarId, parseConnectionId, parseDeviceId } from "@kalends/domain/ids"
import { connect, type Subscription } from "@nats-io/transport-node"
import { z } from "zod"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import { createListeners, topicName } from "./process-fan-out.ts"

const prefix = "kalends.hint."

const hintSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("calendar-changed"),
    calendarId: z.uuid().transform(parseCalendarId),
    watermarkMs: z.number(),
    announcedAtMs: z.number().nullable(),
  }),
  z.object({
    kind: z.literal("connection-changed"),
    connectionId: z.uuid().transform(parseConnectionId),
    state: z.enum([...connectionStates, "gone"]),
  }),
  z.object({ kind: z.literal("signed-out") }),
  z.object({ kind: z.literal("display-changed") }),
  z.object({ kind: z.literal("room-changed") }),
  z.object({ kind: z.literal("device-changed"), deviceId: z.uuid().transform(parseDeviceId) }),
])

/**
 * Fan-out for many nodes over NATS core: each node tells the server which topics its own clients listen for, so a hint
 * travels only to where it is wanted. Reconnects for ever; what is lost meanwhile, the reconcile finds.
 * Throws when no server answers at the start.
 */
export async function createNatsFanOut(url: string): Promise<FanOut> {
  const connection = await connect({
    ...{ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 500, name: "kalends" },
    // The library takes the scheme off, and would do without TLS where the server says that it has none.
    ...(url.includes("tls://") ? { tls: {} } : {}),
  })
  const listeners = createListeners()
  const interests = new Map<string, Subscription>()
  let isConnected = true
  void watch()

  async function watch(): Promise<void> {
    for await (const { type } of connection.status()) {
      if (type === "disconnect") isConnected = false
      if (type !== "reconnect") continue
      isConnected = true
      tellMissed()
    }
  }

  /** Whatever was published meanwhile is lost: every calendar listened for may have changed. */
  function tellMissed(): void {
    const watermarkMs = Temporal.Now.instant().epochMilliseconds
    for (const name of interests.keys()) {
      const calendarId = /\.calendar\.([\w-]+)$/.exec(name)?.[1]
      if (calendarId === undefined) continue
      listeners.tell(name, {
        kind: "calendar-changed",
        calendarId: parseCalendarId(calendarId),
        watermarkMs,
        announcedAtMs: null,
      })
    }
  }

  function take(name: string, data: string): void {
    const parsed = hintSchema.safeParse(parseJson(data))
    if (parsed.success) listeners.tell(name, parsed.data)
  }

  return {
    publish(topic, hint: Hint) {
      if (!connection.isClosed()) connection.publish(`${prefix}${topicName(topic)}`, JSON.stringify(hint))
    },
    listen(topic, receive) {
      const name = topicName(topic)
      if (!interests.has(name))
        interests.set(
          name,
          connection.subscribe(`${prefix}${name}`, { callback: (_error, message) => take(name, message.string()) }),
        )
      listeners.add(name, receive)
      return () => {
        listeners.remove(name, receive)
        if (listeners.has(name)) return
        interests.get(name)?.unsubscribe()
        interests.delete(name)
      }
    },
    get isConnected() {
      return isConnected
    },
    close: () => connection.drain().catch(() => connection.close()),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
