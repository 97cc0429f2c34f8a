import type { Access } from "@kalends/domain/access"
import { parseProviderCalendarId, parseProviderEventId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { systemPlatform } from "@kalends/simulator/platform"
import { startWebdavPush } from "@kalends/simulator/webdav-push/server"
import { createHttpClient } from "../../platform/http-client.ts"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import type { HookRequest } from "../../ports/calendar-provider.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { createIcsHand } from "../../testing/ics-hand.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { describeProvider } from "../conformance/suite.ts"
import type { World } from "../conformance/world.ts"
import { createCaldavProvider } from "./index.ts"

const hookUrl = "https://kalends.invalid/hooks/caldav"
const account = { username: "ada", password: "app password" }

/** A CalDAV server with WebDAV-Push whose pushes arrive in a list. */
async function pushingWorld(): Promise<World> {
  const clock = fakeClock()
  const waiting: HookRequest[] = []
  const platform = {
    ...systemPlatform(1),
    now: () => clock.now(),
    post: async (url: string, headers: Readonly<Record<string, string>>, body: string | Uint8Array<ArrayBuffer>) => {
      if (!url.startsWith(hookUrl)) return null
      const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body
      waiting.push({ method: "POST", path: url.slice(hookUrl.length), query: {}, headers, body: bytes })
      return { status: 202, text: "" }
    },
  }
  const server = await startWebdavPush({ ...account, platform })
  server.faults.pageSize = 4
  const calendar = server.addCalendar("work")
  const http = createHttpClient({ allowedPrivateHosts: [new URL(server.url).host] })
  const oauth = createOAuthClient({ http, clock })
  const provider = createCaldavProvider({ http, clock, random: seededRandom(1), oauth })
  if (provider.signIn.kind !== "password") throw new Error("a password is expected")
  const signIn = provider.signIn
  const authorization = `Basic ${btoa(`${account.username}:${account.password}`)}`
  const dav = async (method: string, href: string, body: string | null) => {
    const answer = await fetch(`${server.url}${href}`, { method, body, headers: { authorization } })
    if (!answer.ok) throw new Error(`${method} ${href} gave ${answer.status}`)
    return answer.text()
  }
  const { hand, createInUnknownZone } = createIcsHand({
    put: async (name, ics) => {
      await dav("PUT", `${calendar.path}${name}`, ics)
      return parseProviderEventId(`${calendar.path}${name}`)
    },
    get: (id) => dav("GET", id, null),
    remove: async (id) => void (await dav("DELETE", id, null)),
  })
  // Found once, as a connection keeps it.
  let found: Promise<{ readonly access: Access }> | null = null
  return {
    provider,
    hand,
    createInUnknownZone,
    calendarId: parseProviderCalendarId(calendar.path),
    now: () => clock.now(),
    access: async () => {
      found ??= signIn.discover({ server: server.url, ...account })
      return (await found).access
    },
    window: timeWindow(clock.now().subtract({ hours: 24 * 180 }), clock.now().add({ hours: 24 * 540 })),
    eventsForTwoPages: 5,
    hasFloatingEvents: true,
    listen: null,
    contacts: null,
    push: {
      hookUrl,
      arrived: async () => {
        await server.registrations.delivered()
        return waiting.splice(0)
      },
    },
    signIn: { kind: "password", signIn, server: server.url, ...account },
    faults: {
      loseCursors: async () => calendar.forgetTokens(),
      cutAfterPages: async (pages) => {
        server.faults.cutAfterPages = pages
      },
      throttle: async (seconds, isSilent) => {
        server.faults.throttleNext = { retryAfterSeconds: isSilent ? null : seconds }
      },
      malform: async (id) => void (await dav("PUT", id, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:whenever\r\n")),
      revokeGrant: null,
      dropPushes: async () => {
        server.registrations.faults.isDropping = true
      },
      doublePushes: async () => {
        server.registrations.faults.isDoubling = true
      },
    },
    close: () => http.close().then(() => server.close()),
  }
}

describeProvider("CalDAV with WebDAV-Push", pushingWorld)
