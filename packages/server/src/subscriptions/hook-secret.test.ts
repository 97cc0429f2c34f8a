import { parseAccountId, parseCalendarId, parseSubscriptionId } from "@kalends/domain/ids"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { seededRandom } from "../testing/seeded-random.ts"
import { createHookSecrets, type HookSubject, hookSecretChars } from "./hook-secret.ts"

const key = seededRandom(1).bytes(32)
const secrets = createHookSecrets(key)

function subjectOf(seed: number): HookSubject {
  const random = seededRandom(seed)
  return {
    accountId: parseAccountId(random.uuid()),
    calendarId: parseCalendarId(random.uuid()),
    subscriptionId: parseSubscriptionId(random.uuid()),
  }
}

describe("a hook secret", () => {
  test("names the account and calendar it was written for", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { subscriptionId, ...subject } = subjectOf(seed)
        expect(secrets.read(secrets.write({ ...subject, subscriptionId }))).toEqual(subject)
      }),
    )
  })

  test("is printable ASCII of one length that every provider echoes whole", () => {
    const secret = secrets.write(subjectOf(2))
    expect(secret).toMatch(/^[\w.-]+$/)
    expect(secret).toHaveLength(hookSecretChars)
    expect(hookSecretChars).toBeLessThanOrEqual(128)
  })

  test("is refused with any one character changed", () => {
    const secret = secrets.write(subjectOf(3))
    for (let at = 0; at < secret.length; at++)
      for (const other of ["A", "B", "_", ".", "=", " ", "\u0000"]) {
        const changed = `${secret.slice(0, at)}${other}${secret.slice(at + 1)}`
        if (changed !== secret) expect({ changed, subject: secrets.read(changed) }).toEqual({ changed, subject: null })
      }
  })

  test("is refused when it is cut, lengthened, empty or not a secret at all", () => {
    const secret = secrets.write(subjectOf(4))
    for (const other of ["", ".", secret.slice(1), secret.slice(0, -1), `${secret}A`, ` ${secret}`, `${secret}\n`])
      expect(secrets.read(other)).toBeNull()
    fc.assert(fc.property(fc.string({ maxLength: 120 }), (text) => secrets.read(text) === null))
  })

  test("differs for two subscriptions of one calendar", () => {
    const subject = subjectOf(8)
    expect(secrets.write(subject)).not.toBe(secrets.write({ ...subject, subscriptionId: subjectOf(9).subscriptionId }))
  })

  test("of one subscription does not speak for another", () => {
    const [one, other] = [secrets.write(subjectOf(5)), secrets.write(subjectOf(6))]
    expect(secrets.read(`${one.slice(0, 64)}${other.slice(64)}`)).toBeNull()
  })

  test("made with another key is refused", () => {
    const foreign = createHookSecrets(seededRandom(9).bytes(32))
    expect(secrets.read(foreign.write(subjectOf(7)))).toBeNull()
  })
})
