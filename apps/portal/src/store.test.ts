import {
  sampleConnection as connection,
  sampleSignIn as ownSignIn,
  sampleService as service,
  sampleUser as user,
} from "@kalends/ui/testing/sample-views"
import { expect, test } from "vitest"
import { ApiProblem } from "./api-problem.ts"
import { createPortalStore, type PortalStoreDeps } from "./store.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const removal = {
  secretsDeleted: true,
  subscriptionsStopped: 1,
  subscriptionsLeftToExpire: 0,
  grantRevoked: "revoked",
} as const
const refuse = (code: string) => Promise.reject(new ApiProblem({ title: code, kind: "forbidden", code }))

/** A portal on a scripted service; `tell` sends a message down the change stream. */
function openPortal(changes: Partial<PortalStoreDeps["api"]> = {}) {
  const went: string[] = []
  const timers: (() => void)[] = []
  const streams: ReadableStreamDefaultController<Uint8Array>[] = []
  const api: PortalStoreDeps["api"] = {
    service: async () => service,
    me: async () => user,
    ownSignIn: async () => ownSignIn,
    giveCode: async () => {},
    signInWithPasskey: async () => user,
    showPasskey: async () => {},
    setUp: async () => user,
    signIn: async () => user,
    signInWith: async (issuer, returnTo) => `https://${issuer}.example/?to=${returnTo}`,
    signOut: async () => {},
    handOff: async () => "handoff",
    connection: async () => connection,
    contactsChoice: async () => ({ most: "read-write", proposed: "none" }),
    connect: async () => ({ next: "done", connection }),
    remove: async () => removal,
    changes: async () => new Response(new ReadableStream({ start: (controller) => void streams.push(controller) })),
    ...changes,
  }
  const store = createPortalStore({
    api,
    platform: {
      now: () => now,
      after: (_delayMs, callback) => {
        timers.push(callback)
        return () => {}
      },
      go: (url) => void went.push(url),
      takeOutcome: () => ({ connected: null, isConsented: false, problem: null }),
    },
  })
  const tell = (message: unknown) =>
    streams.at(-1)?.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`))
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const end = store.subscribe(() => {
        if (!holds()) return
        end()
        resolve()
      })
      if (holds()) resolve()
    })
  return { store, went, timers, streams, tell, until }
}

test("somebody who is signed in sees the connection at once", async () => {
  const { store } = openPortal()
  await store.load()
  expect([store.state.user, store.state.connection, store.state.problem]).toEqual([user, connection, null])
})

test("nobody signed in is no problem: the sign-in follows", async () => {
  const { store } = openPortal({ me: () => refuse("signed-out") })
  await store.load()
  expect([store.state.user, store.state.problem, store.state.service]).toEqual([null, null, service])
})

test("a service that does not answer is not taken for being signed out", async () => {
  const { store } = openPortal({ service: () => refuse("service-unreachable") })
  await store.load()
  expect([store.state.user, store.state.problem?.code]).toEqual([undefined, "service-unreachable"])
})

test("a change of the connection is shown without a reload", async () => {
  let current = connection
  const { store, tell, until } = openPortal({ connection: async () => current })
  await store.load()
  current = { ...connection, state: "needs-reauth" }
  await until(() => store.state.user !== null)
  tell({
    kind: "connection-changed",
    connectionId: connection.connectionId,
    state: "needs-reauth",
    watermarkMs: now.epochMilliseconds,
  })
  await until(() => store.state.connection?.state === "needs-reauth")
  expect(store.state.connection?.state).toBe("needs-reauth")
})

test("a session that ended elsewhere leads to sign-in, and what was shown is forgotten", async () => {
  const { store, tell, until } = openPortal()
  await store.load()
  tell({ kind: "signed-out", watermarkMs: now.epochMilliseconds })
  await until(() => store.state.user === null)
  expect(store.state.connection).toBeNull()
})

test("a broken stream is told, listened to again, and forgiven once the service answers", async () => {
  const { store, streams, timers, tell, until } = openPortal()
  await store.load()
  streams[0]?.error(new Error("the network went away"))
  await until(() => !store.state.isReachable)
  expect([store.state.readAt, store.state.connection]).toEqual([now, connection])
  timers.at(-1)?.()
  tell({ kind: "hello", watermarkMs: 0, missed: false, heartbeatSeconds: 25, protocolVersion: 1 })
  await until(() => store.state.isReachable)
  expect(streams).toHaveLength(2)
})

test("connecting goes where the service says, and nowhere but to a web address", async () => {
  const asked = { signIn: "oauth", provider: "any", permission: "read" } as const
  const good = openPortal({ connect: async () => ({ next: "authorize", authorizeUrl: "https://login.example/x" }) })
  await good.store.connect(asked)
  expect(good.went).toEqual(["https://login.example/x"])
  const bad = openPortal({ connect: async () => ({ next: "authorize", authorizeUrl: "javascript:alert(1)" }) })
  await bad.store.connect(asked)
  expect([bad.went, bad.store.state.problem?.code]).toEqual([[], "malformed"])
})

test("a wrong password is told, and the person stays where they are", async () => {
  const { store } = openPortal({ connect: () => refuse("wrong-password") })
  await store.load()
  const isDone = await store.connect({ signIn: "oauth", provider: "any", permission: "read" })
  expect([isDone, store.state.problem?.code, store.state.user, store.state.isBusy]).toEqual([
    false,
    "wrong-password",
    user,
    false,
  ])
})

test("disconnecting says what was done until it is dismissed", async () => {
  const { store } = openPortal()
  await store.load()
  await store.remove(connection.connectionId)
  expect([store.state.removal, store.state.connection]).toEqual([removal, null])
  store.dismiss()
  expect(store.state.removal).toBeNull()
})

test("the agenda is opened with a code in the fragment, which no server sees", async () => {
  const { store, went } = openPortal()
  await store.openAgenda()
  expect(went).toEqual(["/agenda/#code=handoff"])
})

test("who signs in with another service is sent there, and says where to come back to", async () => {
  const { store, went } = openPortal({ me: () => refuse("signed-out") })
  await store.load()
  await store.signInWith("works", "/#people")
  expect(went).toEqual(["https://works.example/?to=/#people"])
  const away = openPortal({ signInWith: () => refuse("issuer-away") })
  await away.store.signInWith("works", "/")
  expect(away.store.state.problem).toMatchObject({ code: "issuer-away" })
})
