import fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  allowsMoreContacts,
  brokenBy,
  type ContactsPermission,
  choosableSettings,
  contactsMost,
  effectivePolicy,
  isPermissionAllowed,
  lesserContacts,
  type PolicyLevel,
  type PolicySetting,
  type PolicyValues,
  parsePolicyValue,
  policyDefaults,
  policySettings,
  policyValues,
  policyValueText,
} from "./policy.ts"
import { anyChoice, anyLevel, anyProviders } from "./testing/any-policy.ts"

const anySetting = fc.constantFrom(...policySettings)

/** Every value that a setting can have; of the lists of calendar services, three. */
const valuesOf = (setting: PolicySetting): readonly PolicyValues[PolicySetting][] =>
  setting === "providers" ? ["all", ["cloud"], []] : policyValues[setting]

const nobody = [undefined]
const levels = (setting: PolicySetting) => [
  ...nobody,
  ...valuesOf(setting).flatMap((value) => [true, false].map((isLocked) => ({ value, isLocked }))),
]

describe("what holds for somebody", () => {
  test("is said, of each setting, by the first lock from the top, or else by whoever is nearest", () => {
    let cases = 0
    for (const setting of policySettings)
      for (const account of levels(setting))
        for (const group of levels(setting))
          for (const chosen of [...nobody, ...valuesOf(setting)]) {
            cases++
            const isChoosable = choosableSettings.some((known) => known === setting)
            const choice = isChoosable && chosen !== undefined ? chosen : undefined
            const wanted = account?.isLocked
              ? { value: account.value, from: "account", lockedBy: "account", mayChoose: false }
              : group?.isLocked
                ? { value: group.value, from: "group", lockedBy: "group", mayChoose: false }
                : choice !== undefined
                  ? { value: choice, from: "user", lockedBy: null, mayChoose: true }
                  : group !== undefined
                    ? { value: group.value, from: "group", lockedBy: null, mayChoose: isChoosable }
                    : account !== undefined
                      ? { value: account.value, from: "account", lockedBy: null, mayChoose: isChoosable }
                      : { value: policyDefaults[setting], from: "default", lockedBy: null, mayChoose: isChoosable }
            const level = (word: unknown) => (word === undefined ? {} : { [setting]: word })
            expect(effectivePolicy(level(account), level(group), level(chosen))[setting]).toEqual(wanted)
          }
    expect(cases).toBeGreaterThan(700)
  })

  test("never goes against a lock above, whatever is said below", () => {
    fc.assert(
      fc.property(anyLevel, anyLevel, anyLevel, anyChoice, anyChoice, (account, group, otherGroup, choice, other) => {
        const policy = effectivePolicy(account, group, choice)
        const changed = effectivePolicy(account, otherGroup, other)
        for (const setting of policySettings) {
          if (account[setting]?.isLocked) expect(changed[setting]).toEqual(policy[setting])
          if (policy[setting].lockedBy !== null)
            expect(effectivePolicy(account, group, other)[setting]).toEqual(policy[setting])
        }
      }),
    )
  })

  test("says truthfully where it comes from", () => {
    fc.assert(
      fc.property(anyLevel, anyLevel, anyChoice, (account, group, choice) => {
        const policy = effectivePolicy(account, group, choice)
        for (const setting of policySettings) {
          const { value, from } = policy[setting]
          const said = {
            default: policyDefaults[setting],
            account: account[setting]?.value,
            group: group[setting]?.value,
            user: Object.entries(choice).find(([name]) => name === setting)?.[1],
          }
          expect(value).toEqual(said[from])
        }
      }),
    )
  })

  test("changes only in the setting of which something else is said", () => {
    fc.assert(
      fc.property(anyLevel, anyLevel, anyLevel, anyChoice, anySetting, (account, group, other, choice, setting) => {
        const { [setting]: _taken, ...rest } = account
        const changed: PolicyLevel = other[setting] === undefined ? rest : { ...rest, [setting]: other[setting] }
        const [before, after] = [effectivePolicy(account, group, choice), effectivePolicy(changed, group, choice)]
        for (const one of policySettings) if (one !== setting) expect(after[one]).toEqual(before[one])
      }),
    )
  })
})

describe("a connection", () => {
  const cloud = { provider: "cloud", permission: "read", contactsPermission: "none" } as const

  test("breaks no policy that only proposes", () => {
    fc.assert(
      fc.property(anyLevel, anyChoice, (level, choice) => {
        const { providers: _providers, ...open } = Object.fromEntries(
          Object.entries(level).map(([name, word]) => [name, { ...word, isLocked: false }]),
        )
        expect(brokenBy(effectivePolicy(open, {}, choice), cloud)).toEqual([])
      }),
    )
  })

  test.each([
    ["a lock on another permission", { calendarPermission: { value: "read-write", isLocked: true } }],
    ["a list without its calendar service", { providers: { value: ["garden"], isLocked: false } }],
  ] satisfies [string, PolicyLevel][])("is at odds with %s, and with its opposite is not", (_name, level) => {
    const [setting] = Object.keys(level)
    expect(brokenBy(effectivePolicy(level, {}, {}), cloud)).toEqual([setting])
    const other = { ...cloud, provider: "garden", permission: "read-write" } as const
    expect(brokenBy(effectivePolicy(level, {}, {}), other)).toEqual([])
  })

  test("may have the locked permission and no other; without a lock any", () => {
    const locked = effectivePolicy({ contactsPermission: { value: "read", isLocked: true } }, {}, {})
    const open = effectivePolicy({ contactsPermission: { value: "read", isLocked: false } }, {}, {})
    const allowed = policyValues.contactsPermission.map((wanted) => [
      isPermissionAllowed(locked.contactsPermission, wanted),
      isPermissionAllowed(open.contactsPermission, wanted),
    ])
    expect(allowed).toEqual([
      [false, true],
      [true, true],
      [false, true],
    ])
  })
})

describe("permissions for contacts", () => {
  const all: readonly ContactsPermission[] = ["none", "read", "read-write"]
  test.each(all.flatMap((one) => all.map((other) => [one, other] as const)))(
    "of %s and %s the lesser allows no more than either",
    (one, other) => {
      const lesser = lesserContacts(one, other)
      expect([one, other]).toContain(lesser)
      expect(allowsMoreContacts(lesser, one) || allowsMoreContacts(lesser, other)).toBe(false)
      expect(lesserContacts(other, one)).toBe(lesser)
    },
  )
})

describe("of contacts", () => {
  const all = policyValues.contactsPermission
  test.each(all.flatMap((locked) => all.map((held) => [locked, held] as const)))(
    "a lock at %s is the most: a connection with %s breaks it only with more",
    (locked, held) => {
      const policy = effectivePolicy({ contactsPermission: { value: locked, isLocked: true } }, {}, {})
      const facts = { provider: "cloud", permission: "read", contactsPermission: held } as const
      expect(contactsMost(policy)).toBe(locked)
      expect(brokenBy(policy, facts)).toEqual(allowsMoreContacts(held, locked) ? ["contactsPermission"] : [])
    },
  )

  test("everything may be asked for where nothing is locked, and nothing is by itself", () => {
    const open = effectivePolicy({}, {}, {})
    expect([contactsMost(open), open.contactsPermission.value]).toEqual(["read-write", "none"])
  })
})

describe("a value as text", () => {
  test("is read as it was written", () => {
    for (const setting of policySettings)
      for (const value of valuesOf(setting)) expect(parsePolicyValue(setting, policyValueText(value))).toEqual(value)
    fc.assert(
      fc.property(anyProviders, (value) => {
        expect(parsePolicyValue("providers", policyValueText(value))).toEqual(value)
      }),
    )
  })

  test.each([
    ["sync", "maybe"],
    ["calendarPermission", "none"],
    ["providers", "Cloud"],
    ["providers", "a,"],
    ["whoMayConnect", ""],
  ] as const)("of %s cannot be %j", (setting, text) => {
    expect(() => parsePolicyValue(setting, text)).toThrow(TypeError)
  })
})
