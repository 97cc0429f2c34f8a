import type { RolloutView } from "@kalends/protocol/tenants"
import { describe, expect, test } from "vitest"
import { readArguments } from "./arguments.ts"
import { checkupLines, failureLines, progressLine } from "./words.ts"

const counts = { waiting: 0, checked: 0, done: 0, skipped: 0, failed: 0, undone: 0, all: 500 }
const rollout = (more: Partial<RolloutView>): RolloutView => ({
  ...{ rolloutId: "r", kind: "migrate", state: "running", tenantConnectionId: "t", permission: "read", problems: [] },
  ...{ createdBy: null, createdAt: "", touchedAt: "", endedAt: null, actions: [], counts },
  ...more,
})

describe("what is asked for", () => {
  test.each([
    [["list"], { kind: "list" }],
    [
      ["doctor", "contoso.com", "a@contoso.com"],
      { kind: "doctor", organisation: "contoso.com", mailboxes: ["a@contoso.com"] },
    ],
    [["work", "id"], { kind: "act", rolloutId: "id", action: "follow" }],
    [["work", "id", "undo"], { kind: "act", rolloutId: "id", action: "undo" }],
    [
      ["migrate", "id", "--group", "Pilots", "--read", "--yes"],
      { kind: "migrate", organisation: "id", permission: "read", group: "Pilots", emails: null, isSure: true },
    ],
    [
      ["connect", "id", "--only", "a@x.org,b@x.org"],
      {
        kind: "connect",
        organisation: "id",
        permission: "read-write",
        group: null,
        emails: ["a@x.org", "b@x.org"],
        isSure: false,
      },
    ],
  ])("%j is understood", (args, command) => expect(readArguments(args)).toEqual(command))

  test.each([
    [[]],
    [["doctor"]],
    [["migrate", "--yes"]],
    [["migrate", "id", "--group"]],
    [["work", "id", "burn"]],
    [["connect", "id", "--group", "A", "--only", "b"]],
  ])("%j is not", (args) => expect(readArguments(args)).toBeNull())
})

describe("what is shown", () => {
  test.each([
    [rollout({ state: "checking", counts: { ...counts, waiting: 188 } }), "Looked at 312 of 500"],
    [
      rollout({ state: "checked", counts: { ...counts, checked: 490, failed: 3, skipped: 7 } }),
      "490 of 500 can be moved, 7 with nothing to do, 3 need attention",
    ],
    [rollout({ counts: { ...counts, done: 240 } }), "240 of 500 moved"],
    [rollout({ kind: "connect", state: "done", counts: { ...counts, done: 500 } }), "500 of 500 connected"],
    [rollout({ state: "undone", counts: { ...counts, undone: 500 } }), "500 of 500 moved back"],
  ])("progress %#", (given, line) => expect(progressLine(given)).toBe(line))

  test("who could not be moved, and why", () => {
    const step = { userId: "u", displayName: "Ada", state: "failed", triedAt: null } as const
    const problem = { kind: "conflict", code: "events-missing" }
    const steps = [{ ...step, email: "ada@x.org", problem, meetings: { found: 3, missing: 2 } }]
    const [line = ""] = failureLines({ steps })
    expect(line).toMatch(/^ {2}ada@x\.org: .{10,} \(2 meetings\)$/)
    expect(line).not.toContain("events-missing")
  })

  test("a wrong setting with its fix, what depends on it, and how many are right", () => {
    const check = { subject: "tenant", mailbox: null, facts: {} } as const
    const lines = checkupLines({
      checkedAt: "2026-11-24T00:00:00Z",
      checks: [
        { ...check, code: "consent-missing", outcome: "wrong" },
        { ...check, code: "role-missing-read", outcome: "not-checked", facts: { because: "consent-missing" } },
        { ...check, code: "clock-skew", outcome: "right" },
      ],
    })
    expect(lines[0]).toBe("WRONG  Consent of the organisation")
    expect(lines.join("\n")).toContain("Grant admin consent")
    expect(lines.at(-2)).toMatch(/^NOT CHECKED .*: first mend Consent of the organisation$/)
    expect(lines.at(-1)).toBe("1 setting is right.")
  })
})
