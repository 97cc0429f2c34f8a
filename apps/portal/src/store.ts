import type { ConnectionView, RemovalView, ServiceView, UserView } from "@kalends/protocol/api"
import { changeMessageSchema } from "@kalends/protocol/changes"
import { createStreamParser } from "@kalends/client/event-stream"
import { api, ApiProblem } from "./api.ts"
import { platform } from "./platform.ts"

/** What the portal shows; a new object at each change. */
export type PortalState = {
  readonly service: ServiceView | null
  /** Undefined until it is known whether somebody is signed in. */
  readonly user: UserView | null | undefined
  readonly connection: ConnectionView | null
  readonly removal: RemovalView | null
  /** What to say first: how connecting ended. */
  readonly outcome: { readonly isConnected: boolean; readonly isConsented: boolean; readonly problem: string | null }
  readonly problem: { readonly code: string; readonly message: string } | null
  readonly isBusy: boolean
}

const streamRetryMs = 5_000

/** The portal's state and what can be done; views only show it. */
export function createPortalStore() {
  const listeners = new Set<() => void>()
  let state: PortalState = { service: null, user: undefined, connection: null, removal: null, outcome: platform.takeOutcome(), problem: null, isBusy: false }
  let stream = new AbortController()

  function set(changes: Partial<PortalState>): void {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }

  /** Does one thing; what goes wrong is shown, and a lost session leads to sign-in. */
  async function act(work: () => Promise<Partial<PortalState>>): Promise<boolean> {
    set({ isBusy: true, problem: null })
    try {
      set({ ...(await work()), isBusy: false })
      return true
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : new ApiProblem({ title: String(error), kind: "unavailable" })
      const isSignedOut = problem.code === "signed-out"
      set({ isBusy: false, ...(isSignedOut ? { user: null } : { problem: { code: problem.code, message: problem.message } }) })
      return false
    }
  }

  const loadConnection = async (): Promise<void> => set({ connection: await api.connection() })

  /** Listens for changes of the connection's state, so that the page is right without a reload. */
  async function listen(): Promise<void> {
    stream.abort()
    stream = new AbortController()
    const { signal } = stream
    try {
      const response = await api.changes(signal)
      const reader = response.ok ? response.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined
      const parse = createStreamParser()
      for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
        const kinds = parse(part.value).map(({ data }) => changeMessageSchema.safeParse(JSON.parse(data)).data?.kind)
        if (kinds.includes("signed-out")) return set({ user: null, connection: null })
        if (kinds.includes("connection-changed") || kinds.includes("calendar-changed")) await loadConnection()
      }
    } catch {
      // Tried again below.
    }
    if (!signal.aborted && state.user) platform.after(streamRetryMs, () => void listen())
  }

  async function enter(user: UserView): Promise<Partial<PortalState>> {
    void listen()
    return { user, connection: await api.connection() }
  }

  return {
    get state() {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async load(): Promise<void> {
      await act(async () => ({ service: await api.service() }))
      const user = await api.me().catch(() => null)
      await act(async () => (user === null ? { user: null } : enter(user)))
    },
    setUp: (input: Parameters<typeof api.setUp>[0]) => act(async () => ({ ...(await enter(await api.setUp(input))), service: await api.service() })),
    signIn: (email: string, password: string) => act(async () => enter(await api.signIn(email, password))),
    signOut: () =>
      act(async () => {
        await api.signOut()
        stream.abort()
        return { user: null, connection: null, removal: null }
      }),
    connect: (input: Parameters<typeof api.connect>[0]) =>
      act(async () => {
        const answer = await api.connect(input)
        if (answer.next === "done") return { connection: answer.connection, removal: null, outcome: { isConnected: true, isConsented: false, problem: null } }
        platform.go(answer.authorizeUrl)
        return {}
      }),
    remove: (connectionId: string) =>
      act(async () => ({ removal: await api.remove(connectionId), connection: null, outcome: { isConnected: false, isConsented: false, problem: null } })),
    openAgenda: () =>
      act(async () => {
        platform.go(`/agenda/#code=${await api.handOff()}`)
        return {}
      }),
    dismiss: () => set({ outcome: { isConnected: false, isConsented: false, problem: null }, removal: null, problem: null }),
    fail: (error: unknown) => set({ problem: error instanceof ApiProblem ? { code: error.code, message: error.message } : { code: "unavailable", message: String(error) } }),
  }
}

export type PortalStore = ReturnType<typeof createPortalStore>
