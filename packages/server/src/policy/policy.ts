import type { AuditReason } from "@kalends/domain/audit-reason"
import {
  type GroupId,
  type PolicyChangeId,
  type ProviderName,
  parseGroupId,
  parsePolicyChangeId,
  parseUserId,
  type UserId,
} from "@kalends/domain/ids"
import type { PolicyLevel } from "@kalends/domain/policy"
import {
  type AllLevels,
  effectOn,
  isSameWord,
  mayConnect,
  type PolicyEdit,
  policyOfGroup,
  reversed,
  withEdits,
} from "@kalends/domain/policy-effect"
import { Problem } from "@kalends/domain/problem"
import type {
  PolicyChangeView,
  PolicyLevelsView,
  PolicyPreview,
  policyChangeInputSchema,
  policyPreviewInputSchema,
} from "@kalends/protocol/policy"
import type { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import { pageOf } from "../ports/page.ts"
import { namesOf } from "../ports/person-tables.ts"
import type { PeopleClass, PolicyChangeRow } from "../ports/policy-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { brokenOf, connectionOf, readLevels } from "./levels.ts"
import { reasonOf } from "./reasons.ts"
import { relistCalendarsOf, relistIfOn } from "./relist.ts"

export type PolicyDeps = {
  readonly store: Store
  readonly world: { readonly clock: Clock; readonly random: Random }
  /** The calendar services that are set up, with their names for people. */
  readonly providers: readonly { readonly provider: ProviderName; readonly label: string }[]
  /** How long a change can be taken back before anybody is disconnected. */
  readonly graceSeconds: number
}

type ChangeInput = Omit<z.output<typeof policyChangeInputSchema>, "edits"> & { readonly edits: readonly PolicyEdit[] }
type PreviewInput = z.output<typeof policyPreviewInputSchema>

const peoplePerPage = 100
const changesListed = 20

/** What administrators see and change of policy. What follows for connections is run-change.ts's. */
export function createPolicy({ store, world, providers, graceSeconds }: PolicyDeps) {
  const { clock, random } = world

  const audit = (tables: AccountTables, user: UserRow, subjectId: string, reason: AuditReason) =>
    tables.appendAudit(
      { actor: { kind: "user", userId: user.userId }, action: "policy-changed", subjectId, reason },
      clock.now(),
    )

  /** Writes what is said, lists calendars anew where the sync goes on, and queues the disconnecting. */
  async function makeSo(
    tables: AccountTables,
    user: UserRow,
    input: ChangeInput,
    runsAt: Temporal.Instant,
  ): Promise<PolicyChangeRow> {
    const plan = await planOf(tables, input)
    await refuseStale(tables, input)
    const concerned = plan.classes
      .filter(({ effect }) => effect === "disconnect")
      .reduce((sum, { count }) => sum + count, 0)
    await writeEdits(tables, plan, input.edits)
    if (input.dissolves !== null) await dissolve(tables, parseGroupId(input.dissolves), plan)
    if (input.move !== null) await move(tables, input.move, plan)
    for (const { groupId, setting } of input.edits)
      await audit(tables, user, groupId ?? tables.accountId, reasonOf[setting])
    if (input.dissolves !== null) await audit(tables, user, input.dissolves, "group-dissolved")
    if (input.move !== null) for (const userId of input.move.userIds) await audit(tables, user, userId, "group-of-user")
    const now = clock.now()
    const row: PolicyChangeRow = {
      ...{ accountId: tables.accountId, changeId: parsePolicyChangeId(random.uuid()) },
      ...{ state: concerned === 0 ? "done" : "waiting", edits: input.edits, createdBy: user.userId },
      ...{ createdAt: now, touchedAt: now, endedAt: concerned === 0 ? now : null, concerned, disconnected: 0 },
      runsAt: input.edits.length === 0 ? now : runsAt,
    }
    await tables.policyChanges.insert(row)
    const job = { kind: "policy-change", accountId: tables.accountId, changeId: row.changeId } as const
    if (concerned > 0) await tables.addJobs([job], row.runsAt)
    return row
  }

  return {
    levels: (user: UserRow): Promise<PolicyLevelsView> =>
      store.inAccount(user.accountId, async (tables) => {
        const { account, groups } = await readLevels(tables)
        const people = new Map((await tables.groups.countPeople()).map((row) => [row.groupId, row.people]))
        return {
          account,
          groups: (await tables.groups.listGroups()).map(({ groupId, name }) => ({
            ...{ groupId, name, people: people.get(groupId) ?? 0, says: groups.get(groupId) ?? {} },
          })),
          providers: [...providers],
        }
      }),

    preview: (user: UserRow, input: PreviewInput): Promise<PolicyPreview> =>
      store.inAccount(user.accountId, async (tables) => {
        const { classes, userIds, after } = await planOf(tables, input)
        const wanted = classes.filter(({ effect }) => effect === input.effect)
        const found = await tables.policyChanges.listPeople(wanted, {
          ...{ userIds, after: input.after, limit: peoplePerPage + 1 },
        })
        const { shown, last } = pageOf(found, peoplePerPage)
        return {
          counts: countsOf(classes),
          people: shown.map(({ userId, email, displayName, ...one }) => ({
            ...{ userId, email, displayName, role: one.role },
            causes: [...brokenOf(after(one.groupId), one)],
          })),
          after: last?.email ?? null,
        }
      }),

    /** Throws Problem "conflict" (code "policy-changed-meanwhile") where somebody else has changed the same since. */
    save: (user: UserRow, input: ChangeInput): Promise<PolicyChangeView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await makeSo(tables, user, input, clock.now().add({ seconds: graceSeconds }))
        return changeView(row, user.displayName)
      }),

    /** Takes a change back: who is not disconnected yet stays. Throws Problem "conflict" (code "policy-change-over"). */
    undo: (user: UserRow, changeId: PolicyChangeId): Promise<PolicyChangeView> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const row = await requireChange(tables, changeId)
        const now = clock.now()
        const undone = { state: "undone", touchedAt: now, endedAt: now } as const
        if (!mayUndo(row) || !(await tables.policyChanges.updateIf(changeId, [row.state], undone)))
          throw new Problem("conflict", "This change can no longer be taken back.", { code: "policy-change-over" })
        await makeSo(tables, user, { edits: reversed(row.edits), move: null, dissolves: null }, now)
        return changeView({ ...row, ...undone }, await creatorOf(tables, row))
      }),

    changes: (user: UserRow): Promise<PolicyChangeView[]> =>
      store.inAccount(user.accountId, async (tables) => {
        const rows = await tables.policyChanges.list(changesListed)
        const names = await namesOf(
          tables,
          rows.map(({ createdBy }) => createdBy),
        )
        return rows.map((row) => changeView(row, names.get(row.createdBy) ?? null))
      }),

    change: (user: UserRow, changeId: PolicyChangeId): Promise<PolicyChangeView> =>
      store.inAccount(user.accountId, async (tables) => {
        const row = await requireChange(tables, changeId)
        return changeView(row, await creatorOf(tables, row))
      }),
  }
}

export type Policy = ReturnType<typeof createPolicy>

type PlannedClass = PeopleClass & {
  readonly count: number
  readonly effect: ReturnType<typeof effectOn>
  readonly mayReconnect: boolean
}

type Plan = {
  readonly levels: { readonly before: AllLevels; readonly after: AllLevels }
  readonly classes: readonly PlannedClass[]
  /** Whom alone it is about; null: everybody. */
  readonly userIds: readonly UserId[] | null
  /** What is to hold for people who are now in this group. */
  readonly after: (groupId: GroupId | null) => ReturnType<typeof policyOfGroup>
}

/** What a change would mean, for each kind of people there are. */
async function planOf(tables: AccountTables, input: ChangeInput): Promise<Plan> {
  const { move, dissolves } = input
  const before = await readLevels(tables)
  const after = withEdits(before, input.edits)
  const groupThen = (groupId: GroupId | null): string | null => {
    if (move !== null) return move.groupId
    return dissolves !== null && groupId === dissolves ? null : groupId
  }
  const afterFor = (groupId: GroupId | null) => policyOfGroup(after, groupThen(groupId))
  const userIds = move?.userIds.map(parseUserId) ?? null
  const classes = (await tables.policyChanges.countClasses(userIds)).map((one): PlannedClass => {
    const { role } = one
    const then = afterFor(one.groupId)
    const effect = effectOn(policyOfGroup(before, one.groupId), then, { role, connection: connectionOf(one) })
    return { ...one, effect, mayReconnect: mayConnect(then, role) }
  })
  return { levels: { before, after }, classes, userIds, after: afterFor }
}

function countsOf(classes: readonly PlannedClass[]): PolicyPreview["counts"] {
  const sum = (wanted: (one: PlannedClass) => boolean) =>
    classes.filter(wanted).reduce((total, { count }) => total + count, 0)
  return {
    people: sum(({ effect }) => effect !== "none"),
    disconnect: sum(({ effect }) => effect === "disconnect"),
    disconnectForGood: sum(({ effect, mayReconnect }) => effect === "disconnect" && !mayReconnect),
    blocked: sum(({ effect }) => effect === "blocked"),
    stay: sum(({ effect }) => effect === "stay"),
  }
}

async function refuseStale(tables: AccountTables, { edits, move, dissolves }: ChangeInput): Promise<void> {
  const { account, groups } = await readLevels(tables)
  const known = new Set<string>((await tables.groups.listGroups()).map(({ groupId }) => groupId))
  const named = [...edits.map(({ groupId }) => groupId), move?.groupId ?? null, dissolves]
  if (named.some((groupId) => groupId !== null && !known.has(groupId)))
    throw new Problem("not-found", "There is no such group.", { code: "no-such-group" })
  for (const { groupId, setting, was } of edits) {
    const level: PolicyLevel = groupId === null ? account : (groups.get(groupId) ?? {})
    if (!isSameWord(level[setting] ?? null, was))
      throw new Problem("conflict", "Somebody else has changed this meanwhile.", { code: "policy-changed-meanwhile" })
  }
}

async function writeEdits(tables: AccountTables, { levels }: Plan, edits: readonly PolicyEdit[]): Promise<void> {
  const { before, after } = levels
  for (const { groupId, setting, word } of edits)
    await tables.policy.say(groupId === null ? null : parseGroupId(groupId), setting, word)
  if (!edits.some(({ setting }) => setting === "sync")) return
  for (const groupId of [null, ...(await tables.groups.listGroups()).map((group) => group.groupId)]) {
    const at = ({ account, groups }: AllLevels) => ({ account, group: (groupId && groups.get(groupId)) || {} })
    await relistIfOn(tables, groupId, at(before), at(after))
  }
}

async function dissolve(tables: AccountTables, groupId: GroupId, { levels }: Plan): Promise<void> {
  const { account, groups } = levels.before
  await relistIfOn(tables, groupId, { account, group: groups.get(groupId) ?? {} }, { account, group: {} })
  await tables.groups.deleteGroup(groupId)
}

async function move(
  tables: AccountTables,
  { groupId, userIds }: NonNullable<ChangeInput["move"]>,
  { levels }: Plan,
): Promise<void> {
  const people = await tables.findUsers(userIds.map(parseUserId))
  // Of many, some may have been removed meanwhile.
  if (people.length === 0) throw new Problem("not-found", "There is no such person.", { code: "no-person" })
  const group = groupId === null ? null : parseGroupId(groupId)
  const isOn = (id: GroupId | null) => policyOfGroup(levels.before, id).sync.value === "on"
  for (const { userId } of people) {
    const wasOn = isOn(await tables.groups.findGroupOfUser(userId))
    await tables.groups.setGroupOfUser(userId, group)
    if (!wasOn && isOn(group)) await relistCalendarsOf(tables, userId)
  }
}

async function requireChange(tables: AccountTables, changeId: PolicyChangeId): Promise<PolicyChangeRow> {
  const row = await tables.policyChanges.find(changeId)
  if (row === null) throw new Problem("not-found", "There is no such change.", { code: "no-policy-change" })
  return row
}

const mayUndo = ({ state, edits }: PolicyChangeRow) => edits.length > 0 && (state === "waiting" || state === "running")

/** The name of whoever made a change; null where they are gone. */
async function creatorOf(tables: AccountTables, { createdBy }: PolicyChangeRow): Promise<string | null> {
  return (await tables.findUser(createdBy))?.displayName ?? null
}

function changeView(row: PolicyChangeRow, createdBy: string | null): PolicyChangeView {
  const { changeId, state, edits, concerned, disconnected } = row
  return {
    ...{ changeId, state, createdBy, concerned, disconnected, edits: [...edits], mayUndo: mayUndo(row) },
    createdAt: row.createdAt.toString(),
    runsAt: row.runsAt.toString(),
    endedAt: row.endedAt?.toString() ?? null,
  }
}
