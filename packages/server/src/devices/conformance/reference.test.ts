import { Problem } from "@kalends/domain/problem"
import { untitledText } from "@kalends/domain/room-words"
import { createMemoryDevices } from "../../testing/memory-device.ts"
import { bookingOf, describeDevice } from "./suite.ts"

const memory = createMemoryDevices()
const family = memory.families.get("memory")
if (family === undefined) throw new Error("it is made there")
let count = 0

// The device in memory is the reference.
describeDevice("a device in memory", family, async () => {
  const address = `memory-${++count}`
  const device = memory.at(address)
  return {
    login: { address, certificate: null, username: "integrator", password: "right" },
    shown: () =>
      device.bookings.map(({ title, startsAt, endsAt, dial, isPrivate }) => ({
        ...{
          title: title ?? untitledText({ isPrivate }, device.language),
          startsAt: startsAt.toString(),
          endsAt: endsAt.toString(),
          isPrivate,
        },
        number: dial[0]?.number ?? null,
      })),
    putOther: (title) => device.putOther(bookingOf("other", { title, startsAt: later(1), endsAt: later(2) })),
    wipe: device.wipe,
    cut: device.cut,
    refuseNext: () => {
      device.refusesNext = new Problem("unavailable", "Refused.", { code: "device-refused" })
    },
    close: async () => {},
  }
})

const later = (hours: number) => Temporal.Instant.from("2026-12-01T10:00:00Z").add({ hours })
