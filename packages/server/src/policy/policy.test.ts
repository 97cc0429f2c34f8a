import { parsePolicyChangeId } from "@kalends/domain/ids"
import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { type Established, establishIn } from "../connections/establish.ts"
import { graceSeconds, type PolicyPerson, pilots, policyWorld } from "../testing/policy-world.ts"

/** Besides them there is the administrator, who has no calendar. */
const people: readonly PolicyPerson[] = [
  { name: "ada", permission: "read" },
  { name: "bob", permission: "read-write" },
  { name: "cem", permission: "read", group: pilots },
  { name: "dan", permission: "read-write", group: pilots },
  { name: "eve", permission: null },
  { name: "fay", permission: null, role: "calendar-admin" },
]

const lock = (value: unknown, groupId: string | null = null, setting = "calendarPermission") => ({
  edits: [{ groupId, setting, was: null, word: { value, isLocked: true } }],
})
const propose = (value: unknown) => ({
  edits: [{ groupId: null, setting: "calendarPermission", was: null, word: { value, isLocked: false } }],
})
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown)
  return isProblem(error) ? error.code : "none"
}

describe("a look before a change of policy", () => {
  test.each([
    ["locking to read", lock("read"), ["bob", "dan"], { people: 7, disconnect: 2, stay: 5, blocked: 0 }],
    ["locking to read and write", lock("read-write"), ["ada", "cem"], { disconnect: 2, blocked: 0 }],
    ["locking a group", lock("read", pilots), ["dan"], { people: 2, disconnect: 1, stay: 1 }],
    ["proposing", propose("read-write"), [], { people: 7, disconnect: 0, stay: 7 }],
    [
      "allowing one calendar service",
      lock(["other"], null, "providers"),
      ["ada", "bob", "cem", "dan"],
      { disconnect: 4 },
    ],
    [
      "allowing none",
      lock([], null, "providers"),
      ["ada", "bob", "cem", "dan"],
      { disconnect: 4, disconnectForGood: 4, blocked: 3 },
    ],
    ["letting nobody connect", lock("nobody", null, "whoMayConnect"), [], { disconnect: 0, blocked: 7, stay: 0 }],
    ["letting administrators connect", lock("administrators", null, "whoMayConnect"), [], { blocked: 6, stay: 1 }],
  ])("says whom %s would disconnect, and changes nothing", async (_name, input, names, counts) => {
    const { preview, connectedNow, work, audit, policy, admin } = await policyWorld(people)
    const before = await policy.levels(admin)
    const seen = await preview(input)
    expect(seen.people.map(({ displayName }) => displayName)).toEqual(names)
    expect(seen.counts).toMatchObject(counts)
    await work()
    expect(await connectedNow()).toEqual(["ada", "bob", "cem", "dan"])
    expect(await policy.levels(admin)).toEqual(before)
    expect(await audit()).toEqual([])
  })

  test("lists people by effect and by pages", async () => {
    const many = Array.from({ length: 150 }, (_, index) => ({
      name: `p${String(index).padStart(3, "0")}`,
      permission: index % 50 === 0 ? ("read" as const) : ("read-write" as const),
    }))
    const { preview } = await policyWorld(many)
    const first = await preview(lock("read"))
    expect([first.people.length, first.after]).toEqual([100, "p102@example.org"])
    const second = await preview({ ...lock("read"), after: first.after })
    expect([second.people.length, second.after]).toEqual([47, null])
    expect(new Set([...first.people, ...second.people].map(({ userId }) => userId)).size).toBe(147)
    expect((await preview({ ...lock("read"), effect: "stay" })).people.map(({ displayName }) => displayName)).toContain(
      "p050",
    )
  })

  test("is about the people who are moved, or whose group is dissolved, alone", async () => {
    const { preview, save, work, userOf } = await policyWorld(people)
    await save(lock("read", pilots))
    await work()
    const moved = { groupId: pilots, userIds: [userOf("bob").userId, userOf("ada").userId] }
    const seen = await preview({ move: moved })
    expect(seen.people).toMatchObject([{ displayName: "bob", causes: ["calendarPermission"] }])
    expect(seen.counts).toMatchObject({ people: 2, disconnect: 1, stay: 1 })
    expect((await preview({ dissolves: pilots })).counts).toMatchObject({ people: 2, disconnect: 0, stay: 2 })
  })
})

describe("a change of policy", () => {
  test("disconnects whom it concerns once it can no longer be taken back, and nobody else", async () => {
    const { save, work, clock, connectedNow, policy, admin, audit, ownPolicy, userOf } = await policyWorld(people)
    const change = await save(lock("read"))
    expect(change).toMatchObject({ state: "waiting", concerned: 2, disconnected: 0, mayUndo: true })
    await work()
    expect(await connectedNow()).toEqual(["ada", "bob", "cem", "dan"])
    await clock.advance(graceSeconds * 1000)
    await work()
    expect(await connectedNow()).toEqual(["ada", "cem"])
    const changeId = parsePolicyChangeId(change.changeId)
    expect(await policy.change(admin, changeId)).toMatchObject({ state: "done", disconnected: 2, mayUndo: false })
    const removed = (await audit()).filter(({ action }) => action === "connection-removed")
    expect(removed).toMatchObject([{ reason: "policy-calendar-permission" }, { reason: "policy-calendar-permission" }])
    expect(removed.map(({ actor }) => actor)).toEqual(removed.map(() => ({ kind: "user", userId: admin.userId })))
    expect((await ownPolicy.get(userOf("bob"))).notice).toMatchObject({
      cause: "calendarPermission",
      provider: "memory",
    })
    expect((await ownPolicy.get(userOf("ada"))).notice).toBeNull()
  })

  test("taken back in time disconnects nobody, and what was said before is said again", async () => {
    const { save, work, clock, connectedNow, policy, admin } = await policyWorld(people)
    const { changeId } = await save(lock("read"))
    const id = parsePolicyChangeId(changeId)
    expect(await policy.undo(admin, id)).toMatchObject({ state: "undone", mayUndo: false })
    await clock.advance(graceSeconds * 1000)
    await work()
    expect(await connectedNow()).toEqual(["ada", "bob", "cem", "dan"])
    expect((await policy.levels(admin)).account).toEqual({})
    expect(await codeOf(policy.undo(admin, id))).toBe("policy-change-over")
  })

  test("that can still be taken back is not enforced by an earlier one that runs", async () => {
    const { save, work, clock, connectedNow } = await policyWorld(people)
    await save(lock("read", pilots))
    await clock.advance(graceSeconds * 1000 - 1)
    await save(lock("read"))
    await clock.advance(1)
    await work()
    expect(await connectedNow()).toEqual(["ada", "bob", "cem"])
    await clock.advance(graceSeconds * 1000)
    await work()
    expect(await connectedNow()).toEqual(["ada", "cem"])
  })

  test("is refused where somebody else has changed the same since it was read", async () => {
    const { save, policy, admin } = await policyWorld(people)
    await save(lock("read"))
    expect(await codeOf(save(lock("read-write")))).toBe("policy-changed-meanwhile")
    expect((await policy.levels(admin)).account).toEqual({ calendarPermission: { value: "read", isLocked: true } })
    expect(await codeOf(save(lock("read", "00000000-0000-4000-8000-0000000000ff")))).toBe("no-such-group")
  })

  test("reaches people who are put into a group, and those of a group that is dissolved", async () => {
    const { save, work, connectedNow, userOf, clock } = await policyWorld(people)
    await save(lock("read", pilots))
    await clock.advance(graceSeconds * 1000)
    await work()
    await save({ move: { groupId: pilots, userIds: [userOf("bob").userId] } })
    await work()
    expect(await connectedNow()).toEqual(["ada", "cem"])
    await save({
      edits: [
        { groupId: null, setting: "calendarPermission", was: null, word: { value: "read-write", isLocked: false } },
      ],
    })
    await save({ dissolves: pilots })
    await work()
    expect(await connectedNow()).toEqual(["ada", "cem"])
  })

  test("is told to the person until they connect again", async () => {
    const { save, work, clock, ownPolicy, userOf, inAccount, establish } = await policyWorld(people)
    await save(lock("read"))
    await clock.advance(graceSeconds * 1000)
    await work()
    const user = userOf("bob")
    expect((await ownPolicy.get(user)).notice).not.toBeNull()
    const made: Established = {
      ...{
        access: await establish.remote.access(),
        permission: "read",
        contacts: "none",
        grant: null,
        tenantConnectionId: null,
      },
      subject: { id: "bob", email: user.email, tenantId: null },
    }
    await inAccount((tables) =>
      establishIn({ vault: establish.vault, world: { clock, random: establish.random } }, tables, {
        ...{ user, provider: establish.provider, made, chosen: [], actor: { kind: "user", userId: user.userId } },
      }),
    )
    expect((await ownPolicy.get(user)).notice).toBeNull()
  })
})

describe("one's own policy", () => {
  test("is chosen where nothing is locked, and not where something is", async () => {
    const { ownPolicy, userOf, save } = await policyWorld(people)
    const cem = userOf("cem")
    const chosen = await ownPolicy.choose(cem, { contactsPermission: "read", sync: "off" })
    expect(chosen.settings).toMatchObject({
      contactsPermission: { value: "read", from: "user", mayChoose: true },
      sync: { value: "off", from: "user" },
    })
    await save(lock("none", pilots, "contactsPermission"))
    expect(await codeOf(ownPolicy.choose(cem, { contactsPermission: "read" }))).toBe("policy-locked")
    expect(await ownPolicy.choose(cem, { sync: null })).toMatchObject({
      groupName: "Pilots",
      settings: {
        sync: { value: "on", from: "default" },
        contactsPermission: { value: "none", from: "group", lockedBy: "group", mayChoose: false },
      },
    })
  })
})
