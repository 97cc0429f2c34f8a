import { z } from "zod"

const id = z.uuid()
const isOn = z.boolean()

/** How many people, and how many of them have a calendar connected. */
const counts = { people: z.number().int(), connected: z.number().int() }

/** Body of PUT /v1/groups/:groupId, which makes the group or changes it. */
export const groupInputSchema = z.object({
  name: z.string().trim().min(1).max(120),
  /** Whether meetings and calendars of its people are kept in step; null follows the organisation. */
  isOn: isOn.nullable(),
})
export type GroupInput = z.input<typeof groupInputSchema>

export const groupSchema = groupInputSchema.extend({ groupId: id, ...counts })
export type GroupView = z.infer<typeof groupSchema>

/** GET /v1/groups (administrators): whether meetings and calendars are kept in step, and for whom. */
export const groupsSchema = z.object({
  /** The organisation's own word: for people in no group, and in groups that follow it. */
  isOn,
  /** People in no group. */
  ungrouped: z.object(counts),
  /** By name. */
  groups: z.array(groupSchema),
})
export type GroupsView = z.infer<typeof groupsSchema>

/** PATCH /v1/sync-policy (administrators): the organisation's own word alone. */
export const accountPolicySchema = z.object({ isOn })
