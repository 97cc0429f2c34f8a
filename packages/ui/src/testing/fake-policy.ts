import { effectivePolicy, type PolicyWord } from "@kalends/domain/policy"
import { type AllLevels, mayConnect, type PolicyEdit, reversed, withEdits } from "@kalends/domain/policy-effect"
import {
  type OwnPolicyView,
  type PolicyChangeView,
  type PolicyLevelsView,
  policyChangeInputSchema,
  policyChoiceSchema,
  policyPreviewInputSchema,
} from "@kalends/protocol/policy"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

export type PolicyScene = {
  said: AllLevels
  changes: readonly PolicyChangeView[]
  /** What the person who is signed in chose. */
  choice: Parameters<typeof effectivePolicy>[2]
  notice: OwnPolicyView["notice"]
  /** The next saving fails so, once. */
  conflict: string | null
}

const pilots = "00000000-0000-4000-8000-0000000000a1"
const at = (now: Temporal.Instant, hours: number) => now.subtract({ hours }).toString()

/** An organisation that has said two things, a group that says one, and a change of yesterday. */
export function calmPolicy(now: Temporal.Instant): PolicyScene {
  const sync: PolicyWord<"sync"> = { value: "off", isLocked: false }
  return {
    said: {
      account: {
        contactsPermission: { value: "read", isLocked: true },
        providers: { value: ["graph", "google", "caldav"], isLocked: false },
      },
      groups: new Map([[pilots, { sync }]]),
    },
    changes: [
      {
        changeId: "00000000-0000-4000-8000-00000000c001",
        state: "done",
        edits: [{ groupId: pilots, setting: "sync", was: null, word: sync }],
        createdBy: "Ada Lovelace",
        ...{ createdAt: at(now, 26), runsAt: at(now, 26), endedAt: at(now, 26) },
        ...{ concerned: 0, disconnected: 0, mayUndo: false },
      },
    ],
    choice: {},
    notice: null,
    conflict: null,
  }
}

/** Answers about policy, as the scene has it; null for other routes. */
export function policyReply({ route, body }: Asked, scene: Scene): Answer | null {
  const { policy } = scene
  if (route === "GET /v1/policy") return { body: ownPolicy(scene) }
  if (route === "PUT /v1/policy/choice") {
    const kept = Object.entries({ ...policy.choice, ...policyChoiceSchema.parse(body) }).filter(([, value]) => value)
    policy.choice = Object.fromEntries(kept)
    return { body: ownPolicy(scene) }
  }
  if (route === "GET /v1/policy/levels") return { body: levelsView(scene) }
  if (route === "GET /v1/policy/changes") return { body: { changes: policy.changes } }
  if (route === "POST /v1/policy/preview") return { body: preview(body, scene) }
  if (route === "POST /v1/policy/changes") return save(body, scene)
  const changeId = /^POST \/v1\/policy\/changes\/([\w-]+)\/undo$/.exec(route)?.[1]
  return changeId === undefined ? null : undo(changeId, scene)
}

function ownPolicy({ policy, user }: Scene): OwnPolicyView {
  const settings = effectivePolicy(policy.said.account, {}, policy.choice)
  return { settings, mayConnect: mayConnect(settings, user?.role ?? "user"), groupName: null, notice: policy.notice }
}

function levelsView({ policy: { said }, groups, users, service }: Scene): PolicyLevelsView {
  return {
    account: said.account,
    groups: groups.map(({ groupId, name }) => ({
      ...{ groupId, name, says: said.groups.get(groupId) ?? {} },
      people: users.filter((user) => user.groupId === groupId).length,
    })),
    providers: service.providers.map(({ name, label }) => ({ provider: name, label })),
  }
}

/** Whoever has a calendar is disconnected by a lock on its permission; nobody by anything else. */
const isStrict = (edits: readonly PolicyEdit[]) =>
  edits.some(({ setting, word }) => setting === "calendarPermission" && word?.isLocked === true)

type ChangeInput = ReturnType<typeof policyChangeInputSchema.parse>

/** Whom a change is about: those who are moved, those of a group that is dissolved, or everybody. */
function concernedBy({ move, dissolves }: ChangeInput, { users }: Scene): Scene["users"] {
  if (move !== null) return users.filter(({ userId }) => move.userIds.includes(userId))
  return dissolves === null ? users : users.filter(({ groupId }) => groupId === dissolves)
}

/** Those of them who have a calendar and lose it. */
function disconnectedBy(input: ChangeInput, scene: Scene): Scene["users"] {
  const { edits, move } = input
  const { said } = scene.policy
  const target = move === null ? undefined : said.groups.get(move.groupId ?? "")
  if (!isStrict(edits) && target?.calendarPermission?.isLocked !== true) return []
  return concernedBy(input, scene).filter(({ connectionState }) => connectionState !== null)
}

function preview(body: unknown, scene: Scene) {
  const { effect, after, ...input } = policyPreviewInputSchema.parse(body)
  const users = concernedBy(input, scene)
  const connected = disconnectedBy(input, scene)
  const disconnect = connected.length
  const counts = {
    people: users.length,
    ...{ disconnect, disconnectForGood: 0, blocked: 0, stay: users.length - disconnect },
  }
  const others = users.filter((user) => !connected.includes(user))
  const wanted = effect === "disconnect" && disconnect > 0 ? connected : effect === "stay" ? others : []
  const rest = wanted.filter(({ email }) => email > (after ?? ""))
  const causes = effect === "disconnect" ? ["calendarPermission"] : []
  const [first] = rest
  return {
    counts,
    people: rest
      .slice(0, 1)
      .map(({ userId, email, displayName, role }) => ({ userId, email, displayName, role, causes })),
    after: rest.length > 1 ? (first?.email ?? null) : null,
  }
}

function save(body: unknown, scene: Scene): Answer {
  const { policy } = scene
  const code = policy.conflict
  policy.conflict = null
  if (code !== null) return conflict(code)
  const input = policyChangeInputSchema.parse(body)
  const { edits, move, dissolves } = input
  const now = Temporal.Now.instant()
  const concerned = disconnectedBy(input, scene).length
  const moved = concernedBy(input, scene)
  if (move !== null || dissolves !== null)
    scene.users = scene.users.map((user) => (moved.includes(user) ? { ...user, groupId: move?.groupId ?? null } : user))
  scene.groups = scene.groups.filter(({ groupId }) => groupId !== dissolves)
  const change: PolicyChangeView = {
    changeId: `00000000-0000-4000-8000-00000000c1${String(policy.changes.length).padStart(2, "0")}`,
    state: concerned > 0 ? "waiting" : "done",
    edits: [...edits],
    createdBy: "Ada Lovelace",
    createdAt: now.toString(),
    runsAt: now.add({ minutes: 5 }).toString(),
    endedAt: concerned > 0 ? null : now.toString(),
    ...{ concerned, disconnected: 0, mayUndo: concerned > 0 && edits.length > 0 },
  }
  policy.said = withEdits(policy.said, edits)
  policy.changes = [change, ...policy.changes]
  return { body: change }
}

function undo(changeId: string, { policy }: Scene): Answer {
  const found = policy.changes.find((one) => one.changeId === changeId)
  if (found === undefined || !found.mayUndo) return conflict("policy-change-over")
  const { edits } = policyChangeInputSchema.parse({ edits: found.edits })
  const undone: PolicyChangeView = { ...found, state: "undone", endedAt: found.runsAt, mayUndo: false }
  policy.said = withEdits(policy.said, reversed(edits))
  policy.changes = policy.changes.map((one) => (one === found ? undone : one))
  return { body: undone }
}

const conflict = (code: string): Answer => ({
  status: 409,
  body: { type: "about:blank", title: code, status: 409, kind: "conflict", code },
})
