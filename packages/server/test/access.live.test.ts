import { isPrivileged, type Role, roles } from "@kalends/domain/ability"
import { parseAccountId, parseDisplayId, parseSessionId, parseUserId } from "@kalends/domain/ids"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { hasOtherDoor, isAllowed, type Shown } from "../../../tools/docs/access-page.ts"
import { displayHash, newDisplayToken } from "../src/displays/display-token.ts"
import { openApiRoutes } from "../src/http/openapi.ts"
import type { MountedRoute } from "../src/http/route-table.ts"
import { newSessionToken, tokenHash } from "../src/people/session-token.ts"
import { systemClock } from "../src/platform/clock.ts"
import { systemRandom } from "../src/platform/random.ts"
import type { DisplayRow } from "../src/ports/display-tables.ts"
import type { SessionRow, UserRow } from "../src/ports/store.ts"
import { createDatabase, createPool } from "../src/postgres/database.ts"
import { createStore, inScope } from "../src/postgres/store.ts"
import { setUpNode, startTestNode } from "../src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../src/testing/postgres.ts"
import { sampleRows } from "../src/testing/rows.ts"

// Every route of a running service as every role, over HTTP: what docs/access.md says is what is answered.

let base: TestDatabase
let node: Awaited<ReturnType<typeof startTestNode>>
let database: ReturnType<typeof createDatabase>
let people: ReadonlyMap<Role, UserRow>
let stranger: UserRow

const store = () => createStore(database)

beforeAll(async () => {
  base = await cloneDatabase()
  node = await startTestNode(base.url)
  database = createDatabase(createPool(base.url, 4))
  await setUpNode(node)
  const owner = await store().asSystem((tables) => tables.findUserByEmail("ada@example.org"))
  if (owner === null) throw new Error("the node is set up")
  const { displayName, passwordHash, suspendedAt, createdAt } = owner
  const person = (role: Role, accountId: UserRow["accountId"]): UserRow => ({
    ...{ accountId, userId: parseUserId(systemRandom.uuid()), role, displayName, suspendedAt, passwordHash, createdAt },
    email: `${role}@${accountId}.example`,
  })
  people = new Map(roles.map((role) => [role, role === "owner" ? owner : person(role, owner.accountId)]))
  const accountId = parseAccountId(systemRandom.uuid())
  stranger = person("owner", accountId)
  await store().asSystem((tables) => tables.insertAccount({ accountId, name: "Other", createdAt: systemClock.now() }))
  for (const user of [...people.values(), stranger])
    if (user !== owner) await store().inAccount(user.accountId, (tables) => tables.insertUser(user))
})
afterAll(async () => {
  await node?.stop()
  await database?.destroy()
  await base?.drop()
})

type Opened = { readonly shown?: Shown; readonly kind?: SessionRow["kind"] }

/**
 * The token of a session of their own for each of some people of one organisation. All those that a route is asked with are
 * made at once; the next route has new ones, for some requests end them.
 */
async function sessionsOf(users: readonly UserRow[], opened: Opened = {}): Promise<ReadonlyMap<UserRow, string>> {
  const { shown = "second factor", kind = "person" } = opened
  const tokens = new Map(users.map((user) => [user, newSessionToken(systemRandom)]))
  const createdAt = systemClock.now()
  const isProved = shown === "second factor"
  const rows = [...tokens].map(
    ([{ accountId, userId }, token]): SessionRow => ({
      ...{ accountId, userId, sessionId: parseSessionId(systemRandom.uuid()) },
      ...{ kind, tokenHash: tokenHash("session", token), deviceName: "Test", createdAt },
      ...{ signedInBy: "password", issuer: null, awaitsSecondFactor: shown === "password, second factor awaited" },
      ...{ secondFactor: isProved ? "totp" : null, secondFactorAt: isProved ? createdAt : null },
      ...{ usedAt: createdAt, expiresAt: createdAt.add({ hours: 1 }), endsAt: createdAt.add({ hours: 1 }) },
    }),
  )
  await inScope(database, "system", (tx) => tx.insertInto("session").values(rows).execute())
  return tokens
}

const sessionOf = async (user: UserRow, opened: Opened = {}) => (await sessionsOf([user], opened)).get(user) ?? ""

type Asked = Pick<MountedRoute, "method" | "url"> & {
  readonly headers?: Readonly<Record<string, string>>
  readonly ids?: Readonly<Record<string, string>>
}

async function ask({ method, url, headers = {}, ids = {} }: Asked) {
  const path = url.replaceAll(/:(\w+)/g, (_, name: string) => ids[name] ?? "0198f7a0-0000-7000-8000-000000000001")
  const hasBody = !["GET", "HEAD", "DELETE"].includes(method)
  const asked = new AbortController()
  const response = await fetch(`${node.url}${path.replace("*", "x")}`, {
    ...{ method, redirect: "manual", signal: AbortSignal.any([asked.signal, AbortSignal.timeout(120_000)]) },
    headers: { ...(hasBody ? { "content-type": "application/json" } : {}), "x-kalends-request": "1", ...headers },
    ...(hasBody ? { body: "{}" } : {}),
  })
  const isJson = (response.headers.get("content-type") ?? "").startsWith("application/problem+json")
  const body: unknown = isJson && method !== "HEAD" ? await response.json() : null
  const code = typeof body === "object" && body !== null && "code" in body ? String(body.code) : null
  // A change stream does not end by itself.
  asked.abort()
  return { status: response.status, code }
}

/** Whether whoever asked was let in as far as to what they asked for. */
function isLetIn({ status, code }: Awaited<ReturnType<typeof ask>>, method: string): boolean {
  expect(status).not.toBe(429)
  expect(status).toBeLessThan(500)
  if (method === "HEAD") return status !== 401 && status !== 403
  return (
    code !== "signed-out" && code !== "display-unknown" && code !== "not-allowed" && code !== "second-factor-needed"
  )
}

const described = () => node.routes.filter(({ url }) => !hasOtherDoor(url))
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

describe("the service", () => {
  test("answers each role as the table says, on every route that is mounted", async () => {
    const wrong: string[] = []
    expect(described().length).toBeGreaterThan(60)
    for (const route of described()) {
      const tokens = await sessionsOf([...people.values()])
      for (const role of [null, ...roles]) {
        const user = role === null ? undefined : people.get(role)
        const headers = user === undefined ? {} : bearer(tokens.get(user) ?? "")
        const answer = await ask({ ...route, headers })
        if (user !== undefined && answer.code === "signed-out") wrong.push(`${route.method} ${route.url}: no session`)
        if (isLetIn(answer, route.method) !== isAllowed(role, route.needs))
          wrong.push(`${route.method} ${route.url} as ${role}: ${answer.status} ${answer.code}`)
      }
    }
    expect(wrong).toEqual([])
  })

  test.each(["password", "password, second factor awaited"] as const)(
    "asks each role for its second factor before anything else than it may do with: %s",
    async (shown) => {
      const wrong: string[] = []
      const refused = new Set<Role>()
      for (const route of described()) {
        const tokens = await sessionsOf([...people.values()], { shown })
        for (const role of roles) {
          const user = people.get(role)
          if (user === undefined) throw new Error("there is one of each role")
          const answer = await ask({ ...route, headers: bearer(tokens.get(user) ?? "") })
          if (answer.code === "signed-out") wrong.push(`${route.method} ${route.url}: no session`)
          const isAskedFor = isAllowed(role, route.needs) && !isAllowed(role, route.needs, shown)
          if (answer.code === "second-factor-needed") refused.add(role)
          if (route.method !== "HEAD" && (answer.code === "second-factor-needed") !== isAskedFor)
            wrong.push(`${route.method} ${route.url} as ${role}: ${answer.status} ${answer.code}`)
          if (isLetIn(answer, route.method) !== isAllowed(role, route.needs, shown))
            wrong.push(`${route.method} ${route.url} as ${role} is let in or not: ${answer.status} ${answer.code}`)
        }
      }
      expect(wrong).toEqual([])
      expect([...refused].sort()).toEqual(roles.filter((role) => shown !== "password" || isPrivileged(role)).sort())
    },
  )

  test("lets a scheduling tool's session in to what is for tools, and to nothing else, whoever's it is", async () => {
    const owner = people.get("owner")
    if (owner === undefined) throw new Error("there is one of each role")
    const opened: string[] = []
    const asksWho = ({ needs }: MountedRoute) => needs !== null && needs !== "nobody" && needs !== "display"
    for (const route of described().filter((one) => asksWho(one) && one.method !== "HEAD")) {
      const answer = await ask({ ...route, headers: bearer(await sessionOf(owner, { kind: "tool" })) })
      if (answer.code !== "tool-session") opened.push(`${route.method} ${route.url}`)
    }
    const forTools = described().filter(({ needs, method }) => needs === "tool" && method !== "HEAD")
    expect(forTools.length).toBeGreaterThan(4)
    expect(opened.sort()).toEqual(
      [
        ...forTools.map(({ method, url }) => `${method} ${url}`),
        ...["DELETE /v1/sessions/current", "POST /v1/sessions/second-factor"],
      ].sort(),
    )
  })

  test("lets a screen's token in where screens are asked for, and nowhere else", async () => {
    const owner = people.get("owner")
    if (owner === undefined) throw new Error("there is one")
    const { accountId, userId } = owner
    const token = newDisplayToken(systemRandom)
    const display: DisplayRow = {
      ...{ accountId, displayId: parseDisplayId(systemRandom.uuid()), tokenHash: displayHash("display", token) },
      ...{ name: "Board", kind: "board", deviceName: "Test", pairedBy: userId, pairedAt: systemClock.now() },
      ...{ language: "en", hours: 24, look: "system", lastSeenAt: null },
    }
    await store().inAccount(accountId, (tables) => tables.displays.insert(display, []))
    const wrong: string[] = []
    for (const route of described()) {
      const { status, code } = await ask({ ...route, headers: bearer(token) })
      const isIn = status !== 401 && code !== "signed-out" && code !== "display-unknown"
      const isPublic = route.needs === null || route.needs === "nobody"
      if (!isPublic && isIn !== (route.needs === "display"))
        wrong.push(`${route.method} ${route.url}: ${status} ${code}`)
    }
    expect(wrong).toEqual([])
  })

  test("has no route that the table leaves out, and no other door than those that are known", () => {
    const keyOf = ({ method, url }: MountedRoute) => `${method} ${url}`
    return openApiRoutes().then((table) => {
      const known = new Set(table.map(keyOf))
      expect(
        described()
          .map(keyOf)
          .filter((key) => !known.has(key)),
      ).toEqual([])
    })
  })

  test("the owner of another organisation reaches nothing of this one, by whatever id", async () => {
    const owner = people.get("owner")
    if (owner === undefined) throw new Error("there is one")
    const { accountId } = owner
    const rows = sampleRows(7)
    const groupId = systemRandom.uuid()
    const connection = { ...rows.connection, accountId, userId: owner.userId }
    // Not due: what the service itself does with it is not what is looked for.
    const calendar = { ...rows.calendar, accountId, dueAt: systemClock.now().add({ hours: 24 }) }
    await store().inAccount(accountId, async (tables) => {
      await tables.insertConnection(connection)
      await tables.insertCalendar(calendar)
    })
    const own = await ask({ method: "PUT", url: `/v1/groups/${groupId}`, headers: bearer(await sessionOf(owner)) })
    expect(own.code).not.toBe("not-allowed")
    const { connectionId } = connection
    const ids = { connectionId, calendarId: calendar.calendarId, userId: owner.userId, groupId }
    const snapshot = () =>
      store().inAccount(accountId, async (tables) => ({
        user: await tables.findUser(owner.userId),
        connection: await tables.findConnection(connectionId),
        calendar: await tables.findCalendar(calendar.calendarId),
      }))
    const before = await snapshot()
    const reached: string[] = []
    for (const route of described().filter(({ url }) => /:(?:connectionId|calendarId|userId|groupId)/.test(url))) {
      const answer = await ask({ ...route, ids, headers: bearer(await sessionOf(stranger)) })
      if (answer.status < 400) reached.push(`${route.method} ${route.url}: ${answer.status}`)
    }
    expect(reached).toEqual([])
    expect(await snapshot()).toEqual(before)
  })

  test("every changing route refuses a browser that comes from another site", async () => {
    // A screen brings its token in a header, which no other site's page can make a browser send.
    const isOfPeople = ({ needs }: MountedRoute) => needs !== "nobody" && needs !== "display"
    const changing = node.routes.filter(
      (route) => !["GET", "HEAD", "OPTIONS"].includes(route.method) && !hasOtherDoor(route.url) && isOfPeople(route),
    )
    expect(changing.length).toBeGreaterThan(25)
    const owner = people.get("owner")
    if (owner === undefined) throw new Error("there is one")
    const cookie = { cookie: `kalends_session=${await sessionOf(owner)}` }
    const foreign: readonly Readonly<Record<string, string>>[] = [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ]
    const letIn: string[] = []
    for (const route of changing)
      for (const headers of foreign) {
        const answer = await ask({ ...route, headers: { ...cookie, ...headers } })
        if (answer.code !== "forged") letIn.push(`${route.method} ${route.url} ${JSON.stringify(headers)}`)
      }
    expect(letIn).toEqual([])
    const home = await ask({ method: "GET", url: "/v1/me", headers: cookie })
    expect(home.status).toBe(200)
  })
})
