import { roles } from "@kalends/domain/ability"
import { policySettings, policyValues } from "@kalends/domain/policy"
import { z } from "zod"

const id = z.uuid()
const instant = z.iso.datetime()
const setting = z.enum(policySettings)
const providers = z.union([
  z.literal("all"),
  z
    .array(z.string().regex(/^[a-z][a-z-]{1,31}$/))
    .max(50)
    .readonly(),
])
const values = {
  sync: z.enum(policyValues.sync),
  calendarPermission: z.enum(policyValues.calendarPermission),
  contactsPermission: z.enum(policyValues.contactsPermission),
  whoMayConnect: z.enum(policyValues.whoMayConnect),
  eventCapture: z.enum(policyValues.eventCapture),
  schedulingTools: z.enum(policyValues.schedulingTools),
  providers,
}

const effective = <Value extends z.ZodType>(value: Value) =>
  z.object({
    value,
    /** Who says so; "default": nobody. */
    from: z.enum(["default", "account", "group", "user"]),
    lockedBy: z.enum(["account", "group"]).nullable(),
    /** Whether the person may choose otherwise. */
    mayChoose: z.boolean(),
  })

const effectiveSchema = z.object({
  sync: effective(values.sync),
  calendarPermission: effective(values.calendarPermission),
  contactsPermission: effective(values.contactsPermission),
  whoMayConnect: effective(values.whoMayConnect),
  eventCapture: effective(values.eventCapture),
  schedulingTools: effective(values.schedulingTools),
  providers: effective(values.providers),
})

/** GET /v1/policy: what holds for oneself, and why. */
export const ownPolicySchema = z.object({
  settings: effectiveSchema,
  /** Whether one may connect a calendar oneself. */
  mayConnect: z.boolean(),
  /** Of one's group; null for none. */
  groupName: z.string().nullable(),
  /** That policy disconnected one's calendar, until one connects again; null otherwise. */
  notice: z.object({ cause: setting, provider: z.string(), providerLabel: z.string(), at: instant }).nullable(),
})
export type OwnPolicyView = z.infer<typeof ownPolicySchema>

/** PUT /v1/policy/choice: of each setting that is named, what one wants; null goes back to what is proposed. */
export const policyChoiceSchema = z.object({
  sync: values.sync.nullable().optional(),
  calendarPermission: values.calendarPermission.nullable().optional(),
  contactsPermission: values.contactsPermission.nullable().optional(),
})
export type PolicyChoiceInput = z.infer<typeof policyChoiceSchema>

const word = <Value extends z.ZodType>(value: Value) => z.object({ value, isLocked: z.boolean() })
const levelSchema = z.object({
  sync: word(values.sync).optional(),
  calendarPermission: word(values.calendarPermission).optional(),
  contactsPermission: word(values.contactsPermission).optional(),
  whoMayConnect: word(values.whoMayConnect).optional(),
  eventCapture: word(values.eventCapture).optional(),
  schedulingTools: word(values.schedulingTools).optional(),
  providers: word(values.providers).optional(),
})

/** GET /v1/policy/levels: what the organisation and its groups say. */
export const policyLevelsSchema = z.object({
  account: levelSchema,
  groups: z.array(z.object({ groupId: id, name: z.string(), people: z.number().int(), says: levelSchema })),
  /** The calendar services there are. */
  providers: z.array(z.object({ provider: z.string(), label: z.string() })),
})
export type PolicyLevelsView = z.infer<typeof policyLevelsSchema>

const editOf = <Name extends z.infer<typeof setting>, Value extends z.ZodType>(name: Name, value: Value) =>
  z.object({
    /** Null: the organisation. */
    groupId: id.nullable(),
    setting: z.literal(name),
    /** What it said when the page was read; another's change in between is not overwritten. Null: nothing. */
    was: word(value).nullable(),
    /** What it is to say; null: nothing. */
    word: word(value).nullable(),
  })
export const policyEditSchema = z.discriminatedUnion("setting", [
  editOf("sync", values.sync),
  editOf("calendarPermission", values.calendarPermission),
  editOf("contactsPermission", values.contactsPermission),
  editOf("whoMayConnect", values.whoMayConnect),
  editOf("eventCapture", values.eventCapture),
  editOf("schedulingTools", values.schedulingTools),
  editOf("providers", values.providers),
])
export type PolicyEditInput = z.infer<typeof policyEditSchema>

/** Settings, or people put into another group (null: into none), or a group dissolved; one of them at a time. */
const changeShape = {
  edits: z.array(policyEditSchema).max(100).default([]),
  move: z
    .object({ groupId: id.nullable(), userIds: z.array(id).min(1).max(1_000) })
    .nullable()
    .default(null),
  dissolves: id.nullable().default(null),
}

/** POST /v1/policy/changes: makes it so. */
export const policyChangeInputSchema = z.object(changeShape)
export type PolicyChangeInput = z.input<typeof policyChangeInputSchema>

/** POST /v1/policy/preview: whom it would concern; changes nothing. */
export const policyPreviewInputSchema = z.object({
  ...changeShape,
  /** Whose names are listed. */
  effect: z.enum(["disconnect", "blocked", "stay"]).default("disconnect"),
  /** E-mail address after which the list goes on. */
  after: z.string().max(320).nullable().default(null),
})
export type PolicyPreviewInput = z.input<typeof policyPreviewInputSchema>

const count = z.number().int()
export const policyPreviewSchema = z.object({
  counts: z.object({
    /** People for whom anything changes. */
    people: count,
    /** Calendars that are disconnected. */
    disconnect: count,
    /** Of those, people who cannot connect again themselves. */
    disconnectForGood: count,
    /** People who could connect a calendar and cannot any more. */
    blocked: count,
    /** People for whom something changes and whose calendar stays as it is. */
    stay: count,
  }),
  /** People with the effect that was asked for, by e-mail address. */
  people: z.array(
    z.object({ userId: id, email: z.string(), displayName: z.string(), role: z.enum(roles), causes: z.array(setting) }),
  ),
  after: z.string().nullable(),
})
export type PolicyPreview = z.infer<typeof policyPreviewSchema>

const anyWord = word(z.union([z.string(), z.array(z.string()).readonly()])).nullable()

/** A change, and how far disconnecting has come. */
export const policyChangeSchema = z.object({
  changeId: id,
  /** waiting: nobody is disconnected yet. */
  state: z.enum(["waiting", "running", "done", "undone"]),
  edits: z.array(z.object({ groupId: id.nullable(), setting, was: anyWord, word: anyWord })),
  /** A person's name; null for somebody who is gone. */
  createdBy: z.string().nullable(),
  createdAt: instant,
  /** Disconnecting begins then. */
  runsAt: instant,
  endedAt: instant.nullable(),
  concerned: count,
  disconnected: count,
  mayUndo: z.boolean(),
})
export type PolicyChangeView = z.infer<typeof policyChangeSchema>

/** GET /v1/policy/changes: the newest twenty. */
export const policyChangesSchema = z.object({ changes: z.array(policyChangeSchema) })
