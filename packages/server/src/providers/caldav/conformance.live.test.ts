import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findOptionalServer, type RunningServer, startRadicale } from "../../../../../tools/optional-server.ts"
import { createHttpClient } from "../../platform/http-client.ts"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { createIcsHand } from "../../testing/ics-hand.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { describeProvider } from "../conformance/suite.ts"
import type { World } from "../conformance/world.ts"
import { createCaldavProvider } from "./index.ts"

const isInstalled = findOptionalServer("radicale") !== null
if (!isInstalled) process.stdout.write("skipped: CalDAV conformance against Radicale (install the package radicale)\n")

describe.skipIf(!isInstalled)("Radicale", () => {
  let radicale: RunningServer
  let folder = ""
  let count = 0
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kalends-conformance-"))
    radicale = await startRadicale(folder, [{ name: "ada", password: "app password" }])
  })
  afterAll(async () => {
    await radicale?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const makeWorld = async (): Promise<World> => {
    const path = `/ada/calendar-${++count}/`
    const dav = async (method: string, href: string, body: string | null) => {
      const answer = await fetch(`${radicale.url}${href}`, {
        method,
        body,
        headers: { authorization: `Basic ${btoa("ada:app password")}`, "content-type": "text/calendar" },
      })
      if (!answer.ok) throw new Error(`${method} ${href} gave ${answer.status}`)
      return answer.text()
    }
    await dav("MKCALENDAR", path, null)
    const clock = fakeClock()
    const http = createHttpClient({ allowedPrivateHosts: [new URL(radicale.url).host] })
    const provider = createCaldavProvider({
      http,
      clock,
      random: seededRandom(1),
      oauth: createOAuthClient({ http, clock }),
    })
    if (provider.signIn.kind !== "password") throw new Error("a password is expected")
    const signIn = provider.signIn
    const { hand, createInUnknownZone } = createIcsHand({
      put: async (name, ics) => {
        await dav("PUT", `${path}${name}`, ics)
        return parseProviderEventId(`${path}${name}`)
      },
      get: (id) => dav("GET", id, null),
      remove: async (id) => void (await dav("DELETE", id, null)),
    })
    const account = { server: radicale.url, username: "ada", password: "app password" }
    const loseCursors = () =>
      rm(join(folder, "collections", "collection-root", path, ".Radicale.cache", "sync-token"), {
        recursive: true,
        force: true,
      })
    return {
      provider,
      hand,
      createInUnknownZone,
      calendarId: parseProviderCalendarId(path),
      now: () => clock.now(),
      access: async () => (await signIn.discover(account)).access,
      window: timeWindow(clock.now().subtract({ hours: 24 * 180 }), clock.now().add({ hours: 24 * 540 })),
      eventsForTwoPages: 0,
      hasFloatingEvents: true,
      listen: null,
      contacts: null,
      push: null,
      signIn: { kind: "password", signIn, ...account },
      faults: {
        loseCursors,
        cutAfterPages: null,
        throttle: null,
        malform: null,
        revokeGrant: null,
        dropPushes: null,
        doublePushes: null,
      },
      close: () => http.close(),
    }
  }

  describeProvider("CalDAV", makeWorld)

  test("is seen to push nothing, and so is polled", async () => {
    const world = await makeWorld()
    const { provider, calendarId } = world
    const signal = new AbortController().signal
    expect(await provider.detectPush?.(await world.access(), calendarId, signal)).toBe(false)
    await world.close()
  })
})
