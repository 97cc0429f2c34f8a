import { z } from "zod"

const id = z.uuid()

/** How many people, and how many of them have a calendar connected. */
const counts = { people: z.number().int(), connected: z.number().int() }

/** Body of PUT /v1/groups/:groupId, which makes the group or names it anew. */
export const groupInputSchema = z.object({ name: z.string().trim().min(1).max(120) })
export type GroupInput = z.input<typeof groupInputSchema>

export const groupSchema = groupInputSchema.extend({ groupId: id, ...counts })
export type GroupView = z.infer<typeof groupSchema>

/** GET /v1/groups (administrators). What is set for them is policy: GET /v1/policy/levels. */
export const groupsSchema = z.object({
  /** People in no group. */
  ungrouped: z.object(counts),
  /** By name. */
  groups: z.array(groupSchema),
})
export type GroupsView = z.infer<typeof groupsSchema>
