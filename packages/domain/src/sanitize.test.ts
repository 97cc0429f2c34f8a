import fc from "fast-check"
import { expect, test } from "vitest"
import { parseProviderEventId } from "./ids.ts"
import { sanitize, usedAttributes } from "./sanitize.ts"

const canary = "CANARY-must-not-survive"
const at = Temporal.Instant.from("2026-11-23T09:00:00Z")

test("whatever else a provider sends, only the used attributes survive, at any depth", () => {
  const extra = fc.dictionary(
    fc
      .string({ minLength: 1, maxLength: 12 })
      .filter(
        (name) =>
          !["__proto__", "name", "email", "kind"].includes(name) && !usedAttributes.some((used) => used === name),
      ),
    fc.constant(canary),
  )
  fc.assert(
    fc.property(extra, extra, extra, (more, moreOrganizer, moreAttendee) => {
      const event = {
        ...more,
        id: parseProviderEventId("1"),
        series: null,
        version: "1",
        time: { kind: "timed" as const, startsAt: at, endsAt: at, zone: null, sender: canary },
        isCancelled: false,
        showsAs: "busy" as const,
        isPrivate: false,
        subject: "Review",
        location: null,
        description: null,
        organizer: { name: "Ada", email: null, ...moreOrganizer },
        attendees: [{ ...moreAttendee, name: "Bo", email: null, response: "none" as const, isResource: false }],
        onlineMeetingUrl: null,
        myResponse: "none" as const,
      }
      const clean = sanitize(event)
      expect(Object.keys(clean).sort()).toEqual([...usedAttributes].sort())
      expect(JSON.stringify(clean)).not.toContain(canary)
    }),
  )
})

const person = { name: "Ada", email: "ada@example.org", phone: canary }
const withMail = {
  id: parseProviderEventId("1"),
  series: null,
  version: "1",
  time: { kind: "timed" as const, startsAt: at, endsAt: at, zone: null },
  isCancelled: false,
  showsAs: "busy" as const,
  isPrivate: false,
  subject: "Review",
  location: null,
  description: null,
  organizer: null,
  attendees: [],
  onlineMeetingUrl: null,
  myResponse: "none" as const,
  mail: {
    ...{ sender: person, to: [person], cc: [], bcc: [person], attachments: ["plan.pdf"], body: "See you there" },
    headers: canary,
  },
}

test("what an event has of mail is dropped, unless event capture is on", () => {
  expect(sanitize(withMail)).not.toHaveProperty("mail")
  expect(sanitize(withMail, "off")).not.toHaveProperty("mail")
  const { mail } = sanitize(withMail, "on")
  const known = { name: "Ada", email: "ada@example.org" }
  expect(mail).toEqual({
    ...{ sender: known, to: [known], cc: [], bcc: [known], attachments: ["plan.pdf"], body: "See you there" },
  })
})

test("event capture adds nothing to an event without mail", () => {
  const { mail: _mail, ...plain } = withMail
  expect(sanitize(plain, "on")).toEqual(sanitize(plain, "off"))
})
