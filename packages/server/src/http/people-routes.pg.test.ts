import type { UsersView } from "@kalends/protocol/api"
import type { FastifyInstance } from "fastify"
import { sql } from "kysely"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createPeople } from "../people/people.ts"
import { createDatabase, createPool } from "../postgres/database.ts"
import { createStore, inScope } from "../postgres/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { quickPasswords } from "../testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../testing/postgres.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { sessionLives } from "../testing/session-lives.ts"
import { createApp } from "./app.ts"
import { edgeLimits } from "./edge-limits.ts"
import { peopleRoutes } from "./people-routes.ts"
import { createSessionGuard, oncePerRequest } from "./session-guard.ts"

const publicUrl = "http://localhost:8080"
const ours = { "x-kalends-request": "1", origin: publicUrl, host: "localhost" }
const setup = {
  setupCode: "first-start",
  organisation: "Observatory",
  displayName: "Ada",
  email: "Ada@Example.org",
  password: "correct horse",
}
const silent = { info() {}, warn() {}, error() {} }

let base: TestDatabase
let app: FastifyInstance
let database: ReturnType<typeof createDatabase>
const clock = fakeClock()
const signedOut: string[] = []

beforeAll(async () => {
  base = await cloneDatabase()
  database = createDatabase(createPool(base.url, 4))
  const store = createStore(database)
  const fanOut = {
    publish: (topic: { kind: string }) => void signedOut.push(topic.kind),
    listen: () => () => {},
    isConnected: true,
    close: async () => {},
  }
  const people = createPeople({
    store,
    passwords: quickPasswords,
    fanOut,
    clock,
    random: seededRandom(1),
    lives: sessionLives,
  })
  const requireUser = oncePerRequest(createSessionGuard(people, [publicUrl], clock))
  app = await createApp({
    log: silent,
    clock,
    hosts: new Set(["localhost"]),
    behindProxy: false,
    tls: null,
    service: async () => ({
      name: "Kalends",
      version: "0",
      protocolVersion: 3,
      needsSetup: true,
      demoUrl: null,
      providers: [],
    }),
    isReady: async () => {},
    ...{ edge: edgeLimits, requireUser },
    routes: (plain) =>
      peopleRoutes(plain, {
        people,
        store,
        requireUser,
        requireFresh: requireUser,
        clock,
        publicUrl,
        setupCode: "first-start",
      }),
  })
})
afterAll(async () => {
  await app.close()
  await database.destroy()
  await base.drop()
})

const post = (url: string, payload: object, headers: Record<string, string> = ours) =>
  app.inject({ method: "POST", url, payload, headers })
/** Ada's token, in a session that has shown a second factor. */
async function adaWithFactor(): Promise<string> {
  const ada = { email: "ada@example.org", password: "correct horse", deviceName: "Raised", keep: "memory" }
  const { token } = (await post("/v1/sessions", ada)).json()
  await inScope(database, "system", async (tx) => {
    await sql`update session set second_factor = 'totp', second_factor_at = created_at where device_name = 'Raised'`.execute(
      tx,
    )
  })
  return token
}

const get = (url: string, headers: Record<string, string>) =>
  app.inject({ method: "GET", url, headers: { host: "localhost", ...headers } })

describe("people over HTTP", () => {
  test("a wrong set-up code makes nobody administrator", async () => {
    const answer = await post("/v1/setup", { ...setup, setupCode: "guessing" })
    expect([answer.statusCode, answer.json().code]).toEqual([403, "wrong-setup-code"])
    expect(answer.headers["content-type"]).toContain("application/problem+json")
  })

  test("a password that is guessed easily makes nobody administrator, and the code is still good", async () => {
    for (const [password, code] of [
      ["password1234", "password-common"],
      ["Observatory1", "password-own-words"],
    ]) {
      const answer = await post("/v1/setup", { ...setup, password })
      expect([answer.statusCode, answer.json().code]).toEqual([422, code])
    }
  })

  test("the first administrator is made once, and signed in by an HttpOnly cookie", async () => {
    const answer = await post("/v1/setup", setup)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({ token: null, user: { email: "ada@example.org", role: "owner" } })
    expect(answer.headers["set-cookie"]).toMatch(
      /^kalends_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=1209600$/,
    )
    expect((await post("/v1/setup", setup)).json().code).toBe("set-up-already")
  })

  test("a client that keeps its token in memory gets no cookie, and the token works until it signs out", async () => {
    const answer = await post("/v1/sessions", {
      email: "ada@example.org",
      password: "correct horse",
      deviceName: "Test",
      keep: "memory",
    })
    expect(answer.headers["set-cookie"]).toBeUndefined()
    const bearer = { authorization: `Bearer ${answer.json().token}` }
    expect((await get("/v1/me", bearer)).json()).toMatchObject({ displayName: "Ada" })
    const out = await app.inject({
      method: "DELETE",
      url: "/v1/sessions/current",
      headers: { host: "localhost", ...bearer },
    })
    expect(out.statusCode).toBe(204)
    expect(signedOut).toEqual(["session"])
    expect((await get("/v1/me", bearer)).json()).toMatchObject({ status: 401, code: "signed-out" })
  })

  test("a person sees where they are signed in, ends one of them, and all but the one they hold", async () => {
    const signIn = async (deviceName: string) => {
      const ada = { email: "ada@example.org", password: "correct horse", keep: "memory" }
      return { authorization: `Bearer ${(await post("/v1/sessions", { ...ada, deviceName })).json().token}` }
    }
    const [phone, laptop, tablet] = [await signIn("Phone"), await signIn("Laptop"), await signIn("Tablet")]
    await post("/v1/sessions/handoff", {}, { ...ours, ...phone })
    type Listed = { readonly sessionId: string; readonly deviceName: string; readonly isCurrent: boolean }
    const devices = async (): Promise<readonly Listed[]> => (await get("/v1/sessions", laptop)).json().sessions
    const before = await devices()
    expect(before.map(({ deviceName }) => deviceName)).toEqual(expect.arrayContaining(["Phone", "Laptop", "Tablet"]))
    expect(before.map(({ deviceName }) => deviceName)).not.toContain("hand-off")
    expect(before.filter(({ isCurrent }) => isCurrent)).toMatchObject([{ deviceName: "Laptop" }])
    const end = (path: string) =>
      app.inject({ method: "DELETE", url: `/v1/sessions${path}`, headers: { host: "localhost", ...laptop } })
    const phoneId = before.find(({ deviceName }) => deviceName === "Phone")?.sessionId ?? ""
    expect((await end(`/${phoneId}`)).statusCode).toBe(204)
    expect((await end(`/${phoneId}`)).json().code).toBe("no-session")
    expect((await get("/v1/me", phone)).statusCode).toBe(401)
    expect((await get("/v1/me", tablet)).statusCode).toBe(200)
    expect((await end("")).statusCode).toBe(204)
    expect((await get("/v1/me", tablet)).statusCode).toBe(401)
    expect(await devices()).toMatchObject([{ deviceName: "Laptop", isCurrent: true }])
  })

  test("a wrong password and an unknown address are answered alike", async () => {
    const answers = await Promise.all([
      post("/v1/sessions", { email: "ada@example.org", password: "wrong", deviceName: "Test", keep: "memory" }),
      post("/v1/sessions", { email: "nobody@example.org", password: "wrong", deviceName: "Test", keep: "memory" }),
    ])
    const bodies = answers.map((answer) => ({ ...answer.json(), requestId: null }))
    expect(bodies[0]).toEqual(bodies[1])
    expect(bodies[0]).toMatchObject({ status: 401, code: "wrong-sign-in" })
  })

  test("a changing request with the cookie but from another site is refused", async () => {
    const signedIn = await post("/v1/sessions", {
      email: "ada@example.org",
      password: "correct horse",
      deviceName: "Test",
      keep: "cookie",
    })
    const cookie = String(signedIn.headers["set-cookie"]).split(";")[0] ?? ""
    expect((await post("/v1/sessions/handoff", {}, { host: "localhost", cookie })).json().code).toBe("forged")
    expect(
      (await post("/v1/sessions/handoff", {}, { ...ours, cookie, origin: "https://evil.example" })).json().code,
    ).toBe("forged")
    expect((await post("/v1/sessions/handoff", {}, { ...ours, cookie })).statusCode).toBe(200)
  })

  test("a hand-off code opens one session, once, and not after a minute", async () => {
    const signedIn = await post("/v1/sessions", {
      email: "ada@example.org",
      password: "correct horse",
      deviceName: "Test",
      keep: "memory",
    })
    const bearer = { host: "localhost", authorization: `Bearer ${signedIn.json().token}` }
    const { code } = (await post("/v1/sessions/handoff", {}, bearer)).json()
    const attempts = await Promise.all([1, 2].map(() => post("/v1/sessions/exchange", { code, deviceName: "Agenda" })))
    expect(attempts.map((answer) => answer.statusCode).sort()).toEqual([200, 401])
    const late = (await post("/v1/sessions/handoff", {}, bearer)).json()
    await clock.advance(61_000)
    expect((await post("/v1/sessions/exchange", { code: late.code, deviceName: "Agenda" })).json().code).toBe(
      "code-used",
    )
    expect((await get("/v1/me", { authorization: `Bearer ${code}` })).statusCode).toBe(401)
  })

  test("only administrators see and add people", async () => {
    const asAdmin = { host: "localhost", authorization: `Bearer ${await adaWithFactor()}` }
    const added = await post(
      "/v1/users",
      { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" },
      asAdmin,
    )
    expect(added.statusCode).toBe(201)
    const taken = await post(
      "/v1/users",
      { email: "bo@example.org", displayName: "Bo", role: "user", password: "battery staple" },
      asAdmin,
    )
    expect(taken.json()).toMatchObject({ status: 409, code: "email-taken" })
    const user = await post("/v1/sessions", {
      email: "bo@example.org",
      password: "battery staple",
      deviceName: "Test",
      keep: "memory",
    })
    const asUser = { authorization: `Bearer ${user.json().token}` }
    expect((await get("/v1/users", asUser)).json().code).toBe("not-allowed")
    expect((await get("/v1/users", { authorization: asAdmin.authorization })).json().users).toHaveLength(2)
  })

  test("thousands of people are listed page by page, each once, with the state of their calendar, and no page is empty", async () => {
    const headers = { authorization: `Bearer ${await adaWithFactor()}` }
    await inScope(database, "system", async (tx) => {
      await sql`insert into app_user (account_id, user_id, email, display_name, role, password_hash, created_at)
        select account_id, gen_random_uuid(), 'p' || number || '@many.example', 'P', 'user', 'x', created_at
        from account, generate_series(1, 3198) as number`.execute(tx)
      await sql`insert into connection (account_id, connection_id, user_id, provider, permission, state, subject_id, created_at)
        select account_id, gen_random_uuid(), user_id, 'memory', 'read', 'healthy', 'x', created_at
        from app_user where email like 'p1%@many.example'`.execute(tx)
    })
    const seen: { readonly email: string; readonly connectionState: string | null }[] = []
    let pages = 0
    for (let after: string | null = ""; after !== null; ) {
      const page: UsersView = (await get(`/v1/users?after=${encodeURIComponent(after)}`, headers)).json()
      expect(page.users.length).toBeLessThanOrEqual(200)
      pages++
      seen.push(...page.users)
      after = page.after
    }
    const many = seen.filter(({ email }) => email.endsWith("@many.example"))
    expect(new Set(many.map(({ email }) => email)).size).toBe(3198)
    expect(many).toHaveLength(3198)
    expect([seen.length, pages]).toEqual([3200, 16])
    expect(many.filter(({ connectionState }) => connectionState === "healthy")).toHaveLength(1111)
  })

  test("bad input names the field and never repeats its value", async () => {
    const answer = await post("/v1/sessions", {
      email: "not an address",
      password: "secret-secret",
      deviceName: "Test",
      keep: "memory",
    })
    expect(answer.json()).toMatchObject({ status: 400, kind: "bad-request", detail: "Check email." })
    expect(answer.body).not.toMatch(/not an address|secret-secret/)
  })

  test("a request under another host name is refused, as is what does not exist", async () => {
    expect((await app.inject({ url: "/healthz", headers: { host: "rebound.example" } })).json().code).toBe("wrong-host")
    expect((await get("/nothing", {})).json()).toMatchObject({ status: 404, kind: "not-found" })
  })

  test("an organisation that asks everybody for a second factor opens nothing of one's own without", async () => {
    const ada = { email: "ada@example.org", password: "correct horse", deviceName: "Test", keep: "memory" }
    const bearer = { authorization: `Bearer ${(await post("/v1/sessions", ada)).json().token}` }
    const store = createStore(database)
    const accountId = await store.asSystem((tables) => tables.findAccountId())
    if (accountId === null) throw new Error("there is no organisation")
    const ask = (asks: boolean) => store.inAccount(accountId, (tables) => tables.signIn.askEverybody(asks))
    await ask(true)
    expect((await get("/v1/sessions", bearer)).json()).toMatchObject({ status: 403, code: "second-factor-unset" })
    expect((await get("/v1/me", bearer)).statusCode).toBe(200)
    await ask(false)
    expect((await get("/v1/sessions", bearer)).statusCode).toBe(200)
  })

  test("a session that nobody uses ends, and each use gives it as long again, until its last day", async () => {
    const ada = { email: "ada@example.org", password: "correct horse", deviceName: "Test", keep: "memory" }
    const bearer = { authorization: `Bearer ${(await post("/v1/sessions", ada)).json().token}` }
    const after = async (hours: number) => {
      await clock.advance(hours * 3_600_000)
      return (await get("/v1/me", bearer)).statusCode
    }
    expect([await after(71), await after(71), await after(71), await after(71)]).toEqual([200, 200, 200, 200])
    expect(await after(53)).toBe(401)
    const other = { authorization: `Bearer ${(await post("/v1/sessions", ada)).json().token}` }
    await clock.advance(73 * 3_600_000)
    expect((await get("/v1/me", other)).statusCode).toBe(401)
  })

  test("guessing is slowed down", async () => {
    const guess = () =>
      post("/v1/sessions", { email: "ada@example.org", password: "guess", deviceName: "Test", keep: "memory" })
    let last = await guess()
    for (let attempt = 0; attempt < 12 && last.statusCode !== 429; attempt++) last = await guess()
    expect(last.statusCode).toBe(429)
    expect(Number(last.headers["retry-after"])).toBeGreaterThan(0)
  })
})
