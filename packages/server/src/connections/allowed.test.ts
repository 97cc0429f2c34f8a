import type { PolicyLevel } from "@kalends/domain/policy"
import { effectivePolicy, policyValues } from "@kalends/domain/policy"
import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import type { AccountTables } from "../ports/store.ts"
import { connectedWorld } from "../testing/connected-world.ts"
import { refuseByPolicy, type Wanting } from "./allowed.ts"

/** The code with which it is refused; null where it is not. */
function refusal(level: PolicyLevel, wanting: Partial<Wanting> = {}): string | null {
  const wanted: Wanting = {
    provider: "memory",
    permission: "read",
    contactsPermission: "none",
    bySelf: { role: "user" },
    ...wanting,
  }
  try {
    refuseByPolicy(effectivePolicy(level, {}, {}), wanted)
    return null
  } catch (error) {
    return isProblem(error, "forbidden") ? error.code : "another error"
  }
}

describe("whether a connection is allowed", () => {
  test("is said, of each permission, by each value with and without a lock", () => {
    for (const value of policyValues.calendarPermission)
      for (const isLocked of [true, false])
        for (const permission of policyValues.calendarPermission) {
          const isRefused = isLocked && permission !== value
          const wanted = isRefused ? "policy-calendar-permission" : null
          expect([
            value,
            isLocked,
            permission,
            refusal({ calendarPermission: { value, isLocked } }, { permission }),
          ]).toEqual([value, isLocked, permission, wanted])
        }
  })

  test("is said by the list of calendar services, locked or not", () => {
    for (const isLocked of [true, false]) {
      expect(refusal({ providers: { value: ["other"], isLocked } })).toBe("policy-providers")
      expect(refusal({ providers: { value: [], isLocked } })).toBe("policy-providers")
      expect(refusal({ providers: { value: ["memory"], isLocked } })).toBeNull()
      expect(refusal({ providers: { value: "all", isLocked } })).toBeNull()
    }
  })

  test("is said of contacts as the most that there may be", () => {
    const level = { contactsPermission: { value: "read", isLocked: true } } as const
    expect(policyValues.contactsPermission.map((contactsPermission) => refusal(level, { contactsPermission }))).toEqual(
      [null, null, "contacts-not-allowed"],
    )
  })

  test("depends on who connects it, and administrators do it for everybody", () => {
    const by = (value: (typeof policyValues.whoMayConnect)[number], bySelf: Wanting["bySelf"]) =>
      refusal({ whoMayConnect: { value, isLocked: false } }, { bySelf })
    const [user, administrator] = [{ role: "user" }, { role: "calendar-admin" }] as const
    const code = "policy-who-may-connect"
    expect(
      policyValues.whoMayConnect.map((value) => [by(value, user), by(value, administrator), by(value, null)]),
    ).toEqual([
      [null, null, null],
      [code, null, null],
      [code, code, null],
    ])
  })
})

describe("connecting", () => {
  async function world(work: (tables: AccountTables) => Promise<void>) {
    const all = await connectedWorld()
    const begin = (permission: "read" | "read-write") =>
      all.connections.begin(all.asker, { provider: "memory", signIn: "oauth", permission })
    return { ...all, begin, say: () => all.base.inAccount(all.accountId, work) }
  }
  const codeOf = async (work: Promise<unknown>) => {
    const error = await work.catch((thrown: unknown) => thrown)
    return isProblem(error) ? error.code : "none"
  }

  test("is refused before anybody signs in at the calendar service", async () => {
    const { begin, say } = await world(({ policy }) =>
      policy.say(null, "calendarPermission", { value: "read", isLocked: true }),
    )
    await say()
    expect(await codeOf(begin("read-write"))).toBe("policy-calendar-permission")
    expect(await codeOf(begin("read"))).toBe("none")
  })

  test("is refused, and leaves nothing, where policy changes while the person is at the calendar service", async () => {
    const { begin, say, remote, connections, asker, see } = await world(({ policy }) =>
      policy.say(null, "providers", { value: ["other"], isLocked: false }),
    )
    const begun = await begin("read")
    const url = new URL(begun.next === "authorize" ? begun.authorizeUrl : "")
    const code = await remote.consent(url, "agree")
    await say()
    const finished = connections.finish(asker, { state: url.searchParams.get("state") ?? "", code })
    expect(await codeOf(finished)).toBe("policy-providers")
    expect(await see()).toMatchObject({ connection: null, audit: [] })
  })
})
