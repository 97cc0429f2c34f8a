import { expect, test } from "vitest"
import { auditReasons, partsOfReason } from "./audit-reason.ts"

test("each reason is there once, and is taken apart into what it was made of", () => {
  expect(new Set(auditReasons).size).toBe(auditReasons.length)
  for (const reason of auditReasons) {
    const parts = partsOfReason(reason)
    switch (parts?.kind) {
      case "plain":
        expect(parts.reason).toBe(reason)
        break
      case "refresh":
        expect(`refresh-for-${parts.reason}`).toBe(reason)
        break
      case "state":
        expect(`${parts.from}-to-${parts.to}`).toBe(reason)
        break
      case "rollout":
        expect(`${parts.rollout}-${parts.step}`).toBe(reason)
        break
      default:
        expect.unreachable(reason)
    }
  }
})

test.each(["", "because", "refresh-for-fun", "healthy-to-mars", "connect-sideways"])("%j is none", (text) => {
  expect(partsOfReason(text)).toBeNull()
})
