import { describe, expect, test } from "vitest"
import { fakeClock } from "../testing/fake-clock.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStateBox } from "../vault/state-box.ts"
import { newCodeVerifier, readState, stateLifeMs, writeState } from "./connect-state.ts"

const random = seededRandom(2)
const box = createStateBox(random.bytes(32), random)
const attempt = {
  sessionId: "session-1",
  provider: "memory",
  permission: "read",
  purpose: { kind: "own", contacts: "none" },
  codeVerifier: "verifier",
  nonce: "nonce",
} as const
const refused = expect.objectContaining({ kind: "forbidden", code: "connect-expired" })

describe("the state of an attempt to connect", () => {
  test("comes back to the session that began it, as it was", () => {
    const clock = fakeClock()
    expect(readState(box, writeState(box, attempt, clock), "session-1", clock)).toMatchObject(attempt)
  })

  test("shows nothing of what it holds", () => {
    const sealed = writeState(box, attempt, fakeClock())
    for (const text of [sealed, Buffer.from(sealed, "base64url").toString("latin1")])
      expect(text).not.toContain("verifier")
  })

  test("is refused when it is too old", async () => {
    const clock = fakeClock()
    const sealed = writeState(box, attempt, clock)
    await clock.advance(stateLifeMs)
    expect(readState(box, sealed, "session-1", clock).nonce).toBe("nonce")
    await clock.advance(1)
    expect(() => readState(box, sealed, "session-1", clock)).toThrow(refused)
  })

  test("is refused in another session", () => {
    const clock = fakeClock()
    const sealed = writeState(box, attempt, clock)
    expect(() => readState(box, sealed, "session-2", clock)).toThrow(refused)
  })

  test("is refused when it is forged, changed, or sealed by another installation", () => {
    const clock = fakeClock()
    const plain = Buffer.from(JSON.stringify({ ...attempt, expiresAtMs: Number.MAX_SAFE_INTEGER }))
    const sealed = writeState(box, attempt, clock)
    const other = createStateBox(random.bytes(32), random)
    const forged = [
      "",
      "x",
      plain.toString("base64url"),
      `B${sealed.slice(1)}`,
      sealed.slice(0, -4),
      writeState(other, attempt, clock),
      box.seal("not JSON"),
      box.seal(JSON.stringify({ ...attempt, permission: "everything", expiresAtMs: Number.MAX_SAFE_INTEGER })),
    ]
    for (const text of forged) expect(() => readState(box, text, "session-1", clock)).toThrow(refused)
  })

  test("a verifier is as long as RFC 7636 asks and never the same", () => {
    const [one, other] = [newCodeVerifier(random), newCodeVerifier(random)]
    expect(one).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(one).not.toBe(other)
  })
})
