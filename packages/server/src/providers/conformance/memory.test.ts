import { parseProviderCalendarId } from "@kalends/domain/ids"
import { timeWindow } from "@kalends/domain/window"
import { fakeClock } from "../../testing/fake-clock.ts"
import { createMemoryProvider, type MemoryProviderOptions, memoryCalendarId } from "../../testing/memory-provider.ts"
import { describeProvider } from "./suite.ts"
import type { World } from "./world.ts"

function memoryWorld(cursorComes: MemoryProviderOptions["cursorComes"]): World {
  const clock = fakeClock()
  const memory = createMemoryProvider({ clock, cursorComes })
  const { provider, hand, faults } = memory
  if (provider.signIn.kind !== "oauth") throw new Error("the reference signs in with OAuth")
  return {
    provider,
    hand,
    calendarId: memoryCalendarId,
    now: () => clock.now(),
    access: async () => memory.access(),
    window: timeWindow(clock.now().subtract({ hours: 24 * 180 }), clock.now().add({ hours: 24 * 540 })),
    eventsForTwoPages: 5,
    faults: {
      loseCursors: async () => faults.loseCursors(),
      cutAfterPages: async (pages) => faults.cutAfterPages(pages),
      throttle: async (seconds, isSilent) => faults.throttle(seconds, isSilent),
      malform: async (id) => faults.malform(id),
      revokeGrant: async () => faults.revokeGrant(),
      dropPushes: async () => faults.dropPushes(),
      doublePushes: async () => faults.doublePushes(),
    },
    signIn: { kind: "oauth", signIn: provider.signIn, consent: memory.consent, writeScopes: ["read-write"] },
    push: { hookUrl: "https://kalends.invalid/hooks/memory", arrived: memory.arrived },
    contacts: null,
    listen: {
      strangerChanges: async () => memory.streams.tell(parseProviderCalendarId("a-stranger's")),
      cutStreams: async () => memory.streams.cut(),
    },
    createInUnknownZone: async (subject, at) => void memory.createInUnknownZone(subject, at),
    hasFloatingEvents: true,
    close: async () => undefined,
  }
}

describeProvider("the reference in memory, with a cursor for each page,", async () => memoryWorld("with-each-page"))
describeProvider("the reference in memory, with a cursor after the last page,", async () =>
  memoryWorld("after-the-last"),
)
