import type { Permission } from "./permission.ts"

/** What may be done with somebody's contacts; "none": they are not asked for. */
export type ContactsPermission = "none" | Permission

/** Who may connect a calendar themselves. */
export type WhoMayConnect = "everybody" | "administrators" | "nobody"

/** What is set by policy, and what each setting can be. */
export type PolicyValues = {
  /** Whether meetings and calendar events are kept in step. */
  readonly sync: "on" | "off"
  readonly calendarPermission: Permission
  readonly contactsPermission: ContactsPermission
  readonly whoMayConnect: WhoMayConnect
  /** Whether clients may keep in memory what they otherwise drop of an event (SPEC 2.4). */
  readonly eventCapture: "on" | "off"
  /** Whether people may make meetings with scheduling tools. */
  readonly schedulingTools: "on" | "off"
  /** Names of the calendar services that may be connected. */
  readonly providers: "all" | readonly string[]
}
export type PolicySetting = keyof PolicyValues

/** In the order in which people read them. */
export const policySettings = [
  "whoMayConnect",
  "providers",
  "calendarPermission",
  "contactsPermission",
  "sync",
  "schedulingTools",
  "eventCapture",
] as const satisfies readonly PolicySetting[]

/** What somebody may choose for themselves where nobody has locked it. The others are for administrators alone. */
export const choosableSettings = [
  "calendarPermission",
  "contactsPermission",
  "sync",
] as const satisfies readonly PolicySetting[]
export type ChoosableSetting = (typeof choosableSettings)[number]

/** What holds until somebody says otherwise. */
export const policyDefaults: PolicyValues = {
  sync: "on",
  calendarPermission: "read",
  contactsPermission: "none",
  whoMayConnect: "everybody",
  eventCapture: "off",
  schedulingTools: "on",
  providers: "all",
}

/** What an account or a group says of a setting: a default for the level below, or, locked, the last word. */
export type PolicyWord<Setting extends PolicySetting = PolicySetting> = {
  readonly value: PolicyValues[Setting]
  readonly isLocked: boolean
}

/** What is said at one level; of a setting that is left out, nothing. */
export type PolicyLevel = { readonly [Setting in PolicySetting]?: PolicyWord<Setting> }

/** What somebody chose for themselves. */
export type PolicyChoice = { readonly [Setting in ChoosableSetting]?: PolicyValues[Setting] }

/** The levels that have a say about one person. */
export type PolicyLevels = {
  readonly account: PolicyLevel
  readonly group: PolicyLevel
  readonly choice: PolicyChoice
}

export type EffectiveSetting<Setting extends PolicySetting = PolicySetting> = {
  readonly value: PolicyValues[Setting]
  /** Who says so; "default": nobody. */
  readonly from: "default" | "account" | "group" | "user"
  /** Who keeps the levels below from saying otherwise; null where they may. */
  readonly lockedBy: "account" | "group" | null
  /** Whether the person may choose otherwise. */
  readonly mayChoose: boolean
}

/** What holds for one person, and why. */
export type EffectivePolicy = { readonly [Setting in PolicySetting]: EffectiveSetting<Setting> }

/**
 * What holds for a person of a group: a locked word wins over everything below it; one that is not locked holds until the
 * level below says otherwise.
 */
export function effectivePolicy(account: PolicyLevel, group: PolicyLevel, choice: PolicyChoice): EffectivePolicy {
  return {
    sync: effectiveSetting("sync", account.sync, group.sync, choice.sync),
    calendarPermission: effectiveSetting(
      "calendarPermission",
      account.calendarPermission,
      group.calendarPermission,
      choice.calendarPermission,
    ),
    contactsPermission: effectiveSetting(
      "contactsPermission",
      account.contactsPermission,
      group.contactsPermission,
      choice.contactsPermission,
    ),
    whoMayConnect: effectiveSetting("whoMayConnect", account.whoMayConnect, group.whoMayConnect),
    eventCapture: effectiveSetting("eventCapture", account.eventCapture, group.eventCapture),
    schedulingTools: effectiveSetting("schedulingTools", account.schedulingTools, group.schedulingTools),
    providers: effectiveSetting("providers", account.providers, group.providers),
  }
}

function effectiveSetting<Setting extends PolicySetting>(
  setting: Setting,
  account: PolicyWord<Setting> | undefined,
  group: PolicyWord<Setting> | undefined,
  chosen?: PolicyValues[Setting],
): EffectiveSetting<Setting> {
  const isChoosable = choosableSettings.some((known) => known === setting)
  if (account?.isLocked === true)
    return { value: account.value, from: "account", lockedBy: "account", mayChoose: false }
  if (group?.isLocked === true) return { value: group.value, from: "group", lockedBy: "group", mayChoose: false }
  const free = { lockedBy: null, mayChoose: isChoosable } as const
  if (isChoosable && chosen !== undefined) return { value: chosen, from: "user", ...free }
  if (group !== undefined) return { value: group.value, from: "group", ...free }
  if (account !== undefined) return { value: account.value, from: "account", ...free }
  return { value: policyDefaults[setting], from: "default", ...free }
}

/** A connection, as far as policy is about it. */
export type ConnectionFacts = {
  readonly provider: string
  readonly permission: Permission
  readonly contactsPermission: ContactsPermission
}

/**
 * Which settings a connection breaks: each is a lock, or a list of calendar services, that it differs from. Of contacts a
 * lock is the most that there may be: nobody is made to give theirs.
 */
export function brokenBy(policy: EffectivePolicy, facts: ConnectionFacts): readonly PolicySetting[] {
  const { provider, permission, contactsPermission } = facts
  const broken: PolicySetting[] = []
  if (!isProviderAllowed(policy, provider)) broken.push("providers")
  if (!isPermissionAllowed(policy.calendarPermission, permission)) broken.push("calendarPermission")
  if (allowsMoreContacts(contactsPermission, contactsMost(policy))) broken.push("contactsPermission")
  return broken
}

export function isProviderAllowed({ providers }: EffectivePolicy, provider: string): boolean {
  return providers.value === "all" || providers.value.includes(provider)
}

/** A locked permission is that one and no other; one that is not locked is the person's to choose. */
export function isPermissionAllowed<Wanted extends ContactsPermission>(
  { value, mayChoose }: { readonly value: ContactsPermission; readonly mayChoose: boolean },
  wanted: Wanted,
): boolean {
  return mayChoose || value === wanted
}

const contactRanks: Readonly<Record<ContactsPermission, number>> = { none: 0, read: 1, "read-write": 2 }

/** The most that somebody may ask for of their contacts. */
export function contactsMost({ contactsPermission }: EffectivePolicy): ContactsPermission {
  return contactsPermission.mayChoose ? "read-write" : contactsPermission.value
}

/** True when `one` allows something that `other` does not. */
export function allowsMoreContacts(one: ContactsPermission, other: ContactsPermission): boolean {
  return contactRanks[one] > contactRanks[other]
}

/** The lesser of two permissions. */
export function lesserContacts(one: ContactsPermission, other: ContactsPermission): ContactsPermission {
  return allowsMoreContacts(one, other) ? other : one
}

/** What each setting but the list of calendar services can be, for those who offer it. */
export const policyValues = {
  sync: ["on", "off"],
  calendarPermission: ["read", "read-write"],
  contactsPermission: ["none", "read", "read-write"],
  whoMayConnect: ["everybody", "administrators", "nobody"],
  eventCapture: ["on", "off"],
  schedulingTools: ["on", "off"],
} as const

const providerPattern = /^[a-z][a-z-]{1,31}$/
const providersMost = 50

/** A value as one line of text, for the database. */
export function policyValueText(value: PolicyValues[PolicySetting]): string {
  return typeof value === "string" ? value : value.join(",")
}

/** Reads what policyValueText wrote. Throws TypeError for what the setting cannot be. */
export function parsePolicyValue<Setting extends PolicySetting>(setting: Setting, text: string): PolicyValues[Setting] {
  return parseAny(setting, text) as PolicyValues[Setting]
}

function parseAny(setting: PolicySetting, text: string): PolicyValues[PolicySetting] {
  if (setting !== "providers") {
    const value = policyValues[setting].find((known) => known === text)
    if (value === undefined) throw new TypeError(`not a value of ${setting}`)
    return value
  }
  if (text === "all") return text
  const names = text === "" ? [] : text.split(",")
  if (names.length > providersMost || !names.every((name) => providerPattern.test(name)))
    throw new TypeError("not a list of calendar services")
  return names
}
