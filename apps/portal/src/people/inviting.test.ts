import type { InvitationOutcome } from "@kalends/protocol/persons"
import { sampleUser } from "@kalends/ui/testing/sample-views"
import { expect, test } from "vitest"
import { inviteAll, linksText } from "./inviting.ts"

const link = { url: "https://cal.example/#password/x", expiresAt: "2026-11-24T09:00:00Z" }
const outcomeOf = (email: string): InvitationOutcome =>
  email.startsWith("taken")
    ? { outcome: "refused", email, code: "email-taken" }
    : { outcome: "invited", email, user: { ...sampleUser, email, displayName: "Bo" }, link }
const people = Array.from({ length: 45 }, (_, index) => ({ email: `p${index}@example.org`, displayName: "P" }))

test("people are invited a part at a time, and it is told how far it is", async () => {
  const told: number[] = []
  const asked: number[] = []
  await inviteAll(
    async (part) => {
      asked.push(part.length)
      return part.map(({ email }) => outcomeOf(email))
    },
    people,
    { role: "user", tell: (outcomes) => void told.push(outcomes.length) },
  )
  expect(asked).toEqual([20, 20, 5])
  expect(told).toEqual([20, 40, 45])
})

test("what was done before a part failed is known", async () => {
  let last: readonly InvitationOutcome[] = []
  let calls = 0
  const failing = inviteAll(
    async (part) => {
      if (++calls === 2) throw new Error("away")
      return part.map(({ email }) => outcomeOf(email))
    },
    people,
    { role: "user", tell: (outcomes) => (last = outcomes) },
  )
  await expect(failing).rejects.toThrow("away")
  expect(last).toHaveLength(20)
})

test("links are copied with whose they are, and those who have none are left out", () => {
  expect(linksText(["bo@example.org", "taken@example.org"].map(outcomeOf))).toBe(
    "Bo\tbo@example.org\thttps://cal.example/#password/x",
  )
})
