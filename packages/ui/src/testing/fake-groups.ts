import type { GroupsView } from "@kalends/protocol/groups"
import type { Scene } from "./scene.ts"

type Asked = { readonly route: string; readonly query: URLSearchParams; readonly body: Record<string, unknown> }
type Answer = { readonly status?: number; readonly body: unknown }

/** Answers about people and their groups, as the scene has them; null for other routes. */
export function groupReply({ route, query, body }: Asked, scene: Scene): Answer | null {
  if (route === "GET /v1/users") return { body: usersPage(query, scene) }
  if (route === "GET /v1/groups") return { body: groupsView(scene) }
  const groupId = /^PUT \/v1\/groups\/([\w-]+)$/.exec(route)?.[1]
  if (groupId === undefined) return null
  const others = scene.groups.filter((group) => group.groupId !== groupId)
  const name = String(body.name)
  if (others.some((group) => group.name === name))
    return {
      status: 409,
      body: { type: "about:blank", title: "taken", status: 409, kind: "conflict", code: "group-name-taken" },
    }
  scene.groups = [...others, { groupId, name }].sort((a, b) => (a.name < b.name ? -1 : 1))
  return { body: groupsView(scene).groups.find((group) => group.groupId === groupId) }
}

function usersPage(query: URLSearchParams, scene: Scene) {
  const search = (query.get("search") ?? "").toLowerCase()
  const found = scene.users
    .filter(({ groupId }) => query.get("groupId") === null || groupId === query.get("groupId"))
    .filter(({ connectionState }) => [null, connectionState ?? "none"].includes(query.get("state")))
    .filter(({ userId }) => [null, factorsOf(userId, scene)].includes(query.get("secondStep")))
    .filter(({ role }) => query.get("role") === null || role === query.get("role"))
    .filter(({ email, displayName }) => [email, displayName].some((text) => text.toLowerCase().includes(search)))
    .filter(({ email }) => email > (query.get("after") ?? ""))
  const users = found.slice(0, scene.usersPerPage)
  return { users, after: found.length > users.length ? (users.at(-1)?.email ?? null) : null }
}

const factorsOf = (wanted: string, { withoutFactor }: Scene) =>
  withoutFactor.some(({ userId }) => userId === wanted) ? "none" : "some"

function groupsView({ users, groups }: Scene): GroupsView {
  const countOf = (wanted: string | null) => {
    const own = users.filter(({ groupId }) => (groupId ?? null) === wanted)
    return { people: own.length, connected: own.filter(({ connectionState }) => connectionState !== null).length }
  }
  return {
    ungrouped: countOf(null),
    groups: groups.map((group) => ({ ...group, ...countOf(group.groupId) })),
  }
}
