import { expect, test } from "vitest"
import { Organisation } from "../org.ts"
import { systemPlatform } from "../platform.ts"
import { fillDemo } from "./organisation.ts"
import { watchWeather } from "./weather.ts"

test("every person's calendar changes within a minute by itself, in one event alone, until that is deleted", () => {
  const now = Temporal.Instant.from("2026-11-25T10:07:00Z")
  const waiting: (() => void)[] = []
  const platform = { ...systemPlatform(1), now: () => now }
  const after = (delayMs: number, callback: () => void) => {
    expect(delayMs).toBeLessThanOrEqual(60_000)
    waiting.push(callback)
    return () => {}
  }
  const org = new Organisation(platform)
  fillDemo(org, now)
  watchWeather(org, { ...platform, after })
  const people = org.people.filter(({ isRoom }) => !isRoom)
  const changed: string[] = []
  for (const { calendar } of people) calendar.onChange(({ details }) => changed.push(details.subject))
  for (const due of waiting.splice(0)) due()
  expect(changed).toEqual(people.map(() => "Weather watch"))
  const [first] = people
  const event = first?.calendar.live().find(({ details }) => details.subject === "Weather watch")
  if (event !== undefined) first?.calendar.remove(event)
  for (const due of waiting.splice(0)) due()
  expect(waiting).toHaveLength(people.length - 1)
})
