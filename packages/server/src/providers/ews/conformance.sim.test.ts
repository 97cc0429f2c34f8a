import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { itemId, readItemId } from "@kalends/simulator/exchange/ids"
import { startSimulator } from "@kalends/simulator/simulator"
import { systemClock } from "../../platform/clock.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { systemRandom } from "../../platform/random.ts"
import { handOf } from "../../testing/simulated-hand.ts"
import { bookHand } from "../../testing/simulated-world.ts"
import { describeProvider } from "../conformance/suite.ts"
import type { World } from "../conformance/world.ts"
import { createEwsProvider } from "./index.ts"

/** One person's mailbox on the simulated Exchange, which lets people in by NTLM or by Basic alone. */
async function exchangeWorld(offers: readonly ("Negotiate" | "NTLM" | "Basic")[]): Promise<World> {
  const simulator = await startSimulator()
  const { exchange, tenants, org } = simulator
  exchange.offers.clear()
  for (const scheme of offers) exchange.offers.add(scheme)
  const person = org.addPerson(tenants.exchange, "Mary Somerville", "mary@northwind-works.example")
  const stranger = org.addPerson(tenants.exchange, "Caroline Herschel", "caroline@northwind-works.example")
  const { login, password } = exchange.credentialsOf(person)
  const knobs = simulator.knobs("exchange")
  const server = simulator.baseUrls.exchange
  const http = createHttpClient({ allowedPrivateHosts: [new URL(server).host] })
  const oauth = createOAuthClient({ http, clock: systemClock })
  const provider = createEwsProvider({ http, clock: systemClock, random: systemRandom, oauth })
  if (provider.signIn.kind !== "password") throw new Error("a password is expected")
  const access: Access = { kind: "password", server, username: login, password }
  const [calendar] = await provider.listCalendars(access, AbortSignal.timeout(120_000))
  if (calendar === undefined) throw new Error("a calendar is expected")
  const names = {
    toWire: (eventId: string) => itemId({ personId: person.id, folder: "calendar", eventId, original: null }),
    fromWire: (id: string) => readItemId(id)?.eventId ?? "",
  }
  const now = systemClock.now()
  return {
    provider,
    calendarId: parseProviderCalendarId(calendar.id),
    access: async () => access,
    now: () => systemClock.now(),
    window: timeWindow(now.subtract({ hours: 24 * 180 }), now.add({ hours: 24 * 540 })),
    eventsForTwoPages: 513,
    hand: handOf(person.calendar, names),
    faults: {
      loseCursors: async () => person.calendar.loseCursors(),
      cutAfterPages: async (pages) => {
        knobs.cutAfter = pages
        knobs.cutNext = 1
      },
      throttle: async (seconds, isSilent) => {
        knobs.throttleNext = 1
        knobs.throttleRetryAfterSeconds = isSilent ? null : seconds
      },
      malform: async (id) => {
        const event = person.calendar.events.get(names.fromWire(id))
        if (event === undefined) throw new Error("no such event")
        event.isMalformed = true
        person.calendar.update(event, {})
      },
      revokeGrant: async () => exchange.setPassword(person, "another password"),
      dropPushes: null,
      doublePushes: null,
    },
    signIn: { kind: "password", signIn: provider.signIn, server, username: login, password },
    // An app that signs in itself does so with Basic; by NTLM it comes through the service's proxy alone.
    contacts: offers.includes("Basic")
      ? {
          ...bookHand(person.contacts, "exchange"),
          access: async () => ({ ...access, username: person.email }),
          hasScopes: false,
        }
      : null,
    push: null,
    listen: {
      strangerChanges: async () => {
        stranger.calendar.create({
          subject: "Elsewhere",
          time: { kind: "timed", start: "2026-11-24T09:00:00", end: "2026-11-24T10:00:00", zone: "UTC" },
        })
        await simulator.deliverPushes()
      },
      cutStreams: async () => void exchange.streams.drop(),
    },
    createInUnknownZone: null,
    hasFloatingEvents: false,
    close: async () => {
      await http.close()
      await simulator.close()
    },
  }
}

describeProvider("Exchange by NTLM", () => exchangeWorld(["Negotiate", "NTLM"]))
describeProvider("Exchange by Basic", () => exchangeWorld(["Basic"]))
