import { Problem } from "@kalends/domain/problem"
import Fastify from "fastify"
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod"
import { expect, test } from "vitest"
import { z } from "zod"
import type { SessionRow } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { sampleRows } from "../testing/rows.ts"
import { createFreshGuard } from "./fresh-guard.ts"
import { keyRoutes } from "./key-routes.ts"
import { peopleRoutes } from "./people-routes.ts"
import { createErrorHandler } from "./problem-reply.ts"
import { revocationRoutes } from "./revocation-routes.ts"
import type { RequireUser } from "./session-guard.ts"
import { signInRoutes } from "./sign-in-routes.ts"
import { tenantRoutes } from "./tenant-routes.ts"

// Who has shown a second factor, but not lately: which acts are done, and which ask for it again.

const id = "0198f7a0-0000-7000-8000-000000000001"
const { user } = sampleRows(1)
const quiet = { info() {}, warn() {}, error() {} }

async function served(isFresh: boolean, peopleConcerned = 0) {
  const done: string[] = []
  /** Notes what is asked of it, and refuses: that it was asked is what counts. */
  const noting = <Part>(): Part => {
    const note = (name: string | symbol) => async () => {
      if (name === "isLarge") return peopleConcerned >= 20
      done.push(String(name))
      throw new Problem("conflict", "Not here.", { code: "reached" })
    }
    return z.custom<Part>().parse(new Proxy({}, { get: (_, name) => note(name) }))
  }
  const clock = fakeClock()
  const session = z.custom<SessionRow>().parse({})
  const requireUser: RequireUser = async () => ({ user: { ...user, call: "request:test" }, session })
  const requireFresh = createFreshGuard(requireUser, {
    async requireFresh() {
      if (!isFresh) throw new Problem("forbidden", "Show it again.", { code: "fresh-factor-needed" })
    },
  })
  const app = Fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(createErrorHandler(quiet, clock))
  const common = { requireUser, requireFresh, clock }
  await keyRoutes(app, { ...common, keys: noting() })
  await tenantRoutes(app, {
    ...{ ...common, tenants: noting(), rollouts: noting(), doctor: noting(), policy: noting() },
    ...{ revocations: noting(), serviceSignIn: noting() },
  })
  await revocationRoutes(app, { ...common, revocations: noting() })
  const publicUrl = "http://localhost"
  await peopleRoutes(app, { ...common, people: noting(), store: noting(), publicUrl, setupCode: null })
  await signInRoutes(app, {
    ...{ ...common, factors: noting(), passkeys: noting(), people: noting(), publicUrl },
    providerSignIn: { labelOf: () => "" },
  })
  return { app, done }
}

const group = { scope: { kind: "group", groupId: id }, confirmation: null }
const secret = { method: "client-secret", given: { clientSecret: "s" } }
const signIn = { provider: "graph", permission: "read", account: "svc@example.org", hasDirectory: false }
const guarded = [
  ["POST", "/v1/keys/shredding", { organisation: "Observatory", password: "correct horse" }],
  ["POST", "/v1/keys/actions", { action: "rotate" }],
  ["POST", "/v1/keys/actions", { action: "rewrap" }],
  ["PUT", `/v1/tenants/${id}/secret`, secret],
  ["POST", "/v1/tenants/sign-in", { ...signIn, tenantConnectionId: id }],
  ["DELETE", `/v1/tenants/${id}`, undefined],
  ["POST", "/v1/admin/revocations", group],
  ["DELETE", "/v1/sessions", undefined],
  ["DELETE", `/v1/sessions/${id}`, undefined],
  ["PUT", "/v1/sign-in-policy", { asksEverybody: true }],
] as const

test.each(guarded)("%s %s wants a second factor that was shown lately", async (method, url, payload) => {
  const ask = async (isFresh: boolean) => {
    const { app, done } = await served(isFresh, 20)
    const answer = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
    await app.close()
    return { code: answer.json<{ code: string }>().code, isDone: done.length > 0 }
  }
  expect(await ask(false)).toEqual({ code: "fresh-factor-needed", isDone: false })
  expect(await ask(true)).toEqual({ code: "reached", isDone: true })
})

test.each([
  ["/v1/keys/actions", { action: "pause" }],
  ["/v1/keys/actions", { action: "resume" }],
  ["/v1/admin/revocations", group],
])("%s of what is safe, or concerns fewer than twenty, does not", async (url, payload) => {
  const { app } = await served(false, 19)
  const answer = await app.inject({ method: "POST", url, payload })
  await app.close()
  expect(answer.json()).toMatchObject({ code: "reached" })
})
