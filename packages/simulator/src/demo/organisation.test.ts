import { expect, test } from "vitest"
import { Organisation, occurrencesOf, type Person } from "../org.ts"
import { systemPlatform } from "../platform.ts"
import { fillDemo } from "./organisation.ts"

const now = Temporal.Instant.from("2026-11-25T10:07:00Z")

function filled(): Organisation {
  const org = new Organisation({ ...systemPlatform(1), now: () => now })
  fillDemo(org, now)
  return org
}

const week = (person: Person | undefined, days = 7) =>
  (person?.calendar.live() ?? []).flatMap((event) =>
    occurrencesOf(event, { from: now.subtract({ hours: 24 }), to: now.add({ hours: 24 * days }) }),
  )

test("each service has its people, and there are five rooms that nobody signs in as", () => {
  const org = filled()
  expect((["microsoft", "google", "exchange"] as const).map((service) => org.signers(service).length)).toEqual([
    6, 6, 5,
  ])
  expect(org.people.filter(({ isRoom }) => isRoom).map(({ name }) => name)).toEqual([
    "Room Andromeda",
    "Room Cassiopeia",
    "Room Lyra",
    "Room Draco",
    "Room Perseus",
  ])
})

test("everybody has something within the next quarters of an hour or soon after, and a full week", () => {
  const org = filled()
  for (const person of [...org.signers("microsoft"), ...org.signers("google"), ...org.signers("exchange")]) {
    const soon = week(person).filter(({ startsAt }) => Temporal.Instant.compare(startsAt, now) > 0)
    expect(soon.some(({ startsAt }) => Temporal.Instant.compare(startsAt, now.add({ hours: 3 })) < 0)).toBe(true)
    expect(week(person).length).toBeGreaterThan(10)
  }
})

test("a common meeting is in each calendar with its exception, and in the room's", () => {
  const org = filled()
  const moved = org
    .signers("google")
    .map((person) => week(person).filter(({ details }) => details.subject === "Stand-up (later today)").length)
  expect(moved).toEqual([1, 1, 1, 1, 1, 1])
  expect(
    week(org.findPerson("room-andromeda@northwind.example") ?? undefined).map(({ details }) => details.subject),
  ).toContain("Telescope time allocation")
})

test.each(["teams.microsoft.com", "meet.google.com", "zoom.us", "meet.jit.si", "webex.com", "bbb.example.org"])(
  "somebody meets at %s",
  (host) => {
    const texts = filled().people.flatMap((person) =>
      person.calendar.live().map(({ details }) => JSON.stringify(details)),
    )
    expect(texts.some((text) => text.includes(host))).toBe(true)
  },
)
