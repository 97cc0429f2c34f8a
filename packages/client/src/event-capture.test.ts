import { effectivePolicy } from "@kalends/domain/policy"
import { Problem } from "@kalends/domain/problem"
import { expect, test } from "vitest"
import { createEventCapture } from "./event-capture.ts"

const { signal } = new AbortController()

function world() {
  const here = { now: Temporal.Instant.from("2026-11-23T09:00:00Z"), value: "on" as "on" | "off" | "down", asked: 0 }
  const capture = createEventCapture({
    platform: { now: () => here.now },
    api: {
      call: async (schema) => {
        here.asked++
        if (here.value === "down") throw new Problem("unavailable", "The service cannot be reached.")
        const settings = effectivePolicy({ eventCapture: { value: here.value, isLocked: false } }, {}, {})
        return schema.parse({ settings, mayConnect: true, groupName: null, notice: null })
      },
    },
  })
  return { here, capture }
}

test("event capture is as policy says, and asked for again after a while", async () => {
  const { here, capture } = world()
  expect(await capture(signal)).toBe("on")
  here.value = "off"
  expect([await capture(signal), here.asked]).toEqual(["on", 1])
  here.now = here.now.add({ minutes: 5 })
  expect([await capture(signal), here.asked]).toEqual(["off", 2])
})

test("nothing is captured where the service does not say, even where it was allowed before", async () => {
  const { here, capture } = world()
  expect(await capture(signal)).toBe("on")
  here.now = here.now.add({ minutes: 5 })
  here.value = "down"
  expect(await capture(signal)).toBe("off")
  here.value = "on"
  expect(await capture(signal)).toBe("on")
})
