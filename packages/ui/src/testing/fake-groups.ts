import type { GroupsView } from "@kalends/protocol/groups"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about people and their groups, as the scene has them; null for other routes. */
export function groupReply({ route, query, body }: Asked, scene: Scene): Answer | null {
  if (route === "GET /v1/users") return { body: usersPage(query, scene) }
  if (route === "GET /v1/groups") return { body: groupsView(scene) }
  if (route === "PATCH /v1/sync-policy") {
    scene.isSyncOn = body.isOn === true
    return { body: { isOn: scene.isSyncOn, groups: [] } }
  }
  const userId = /^PUT \/v1\/users\/([\w-]+)\/group$/.exec(route)?.[1]
  if (userId !== undefined) {
    const groupId = typeof body.groupId === "string" ? body.groupId : null
    scene.users = scene.users.map((user) => (user.userId === userId ? { ...user, groupId } : user))
    return { body: {} }
  }
  const [, method, groupId] = /^(PUT|DELETE) \/v1\/groups\/([\w-]+)$/.exec(route) ?? []
  if (groupId === undefined) return null
  const others = scene.groups.filter((group) => group.groupId !== groupId)
  if (method === "DELETE") {
    scene.groups = others
    scene.users = scene.users.map((user) => (user.groupId === groupId ? { ...user, groupId: null } : user))
    return { body: {} }
  }
  const name = String(body.name)
  if (others.some((group) => group.name === name))
    return {
      status: 409,
      body: { type: "about:blank", title: "taken", status: 409, kind: "conflict", code: "group-name-taken" },
    }
  const isOn = typeof body.isOn === "boolean" ? body.isOn : null
  scene.groups = [...others, { groupId, name, isOn }].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { body: groupsView(scene).groups.find((group) => group.groupId === groupId) }
}

function usersPage(query: URLSearchParams, scene: Scene) {
  const search = (query.get("search") ?? "").toLowerCase()
  const ownWord = new Set(scene.groups.filter(({ isOn }) => isOn !== null).map(({ groupId }) => groupId))
  const found = scene.users
    .filter(({ groupId }) => query.get("groupId") === null || groupId === query.get("groupId"))
    .filter(({ groupId }) => query.get("follows") === null || !ownWord.has(groupId ?? ""))
    .filter(({ connectionState }) => [null, connectionState ?? "none"].includes(query.get("state")))
    .filter(({ role }) => query.get("role") === null || role === query.get("role"))
    .filter(({ email, displayName }) => [email, displayName].some((text) => text.toLowerCase().includes(search)))
    .filter(({ email }) => email > (query.get("after") ?? ""))
  const users = found.slice(0, scene.usersPerPage)
  return { users, after: found.length > users.length ? (users.at(-1)?.email ?? null) : null }
}

function groupsView({ users, groups, isSyncOn }: Scene): GroupsView {
  const countOf = (wanted: string | null) => {
    const own = users.filter(({ groupId }) => (groupId ?? null) === wanted)
    return { people: own.length, connected: own.filter(({ connectionState }) => connectionState !== null).length }
  }
  return {
    isOn: isSyncOn,
    ungrouped: countOf(null),
    groups: groups.map((group) => ({ ...group, ...countOf(group.groupId) })),
  }
}
