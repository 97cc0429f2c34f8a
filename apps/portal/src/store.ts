import { createStreamParser } from "@kalends/client/event-stream"
import type { ConnectionView, RemovalView, ServiceView, UserView } from "@kalends/protocol/api"
import { changeMessageSchema } from "@kalends/protocol/changes"
import type { OwnSignInView } from "@kalends/protocol/sign-in"
import type { api } from "./api.ts"
import { ApiProblem } from "./api-problem.ts"
import type { ContactsChoice } from "./contacts-choice.ts"
import type { ConnectOutcome, platform } from "./platform.ts"

/** What the portal shows; a new object at each change. */
export type PortalState = {
  readonly service: ServiceView | null
  /** Undefined until it is known whether somebody is signed in. */
  readonly user: UserView | null | undefined
  /** What the person signs in with, and what this session still needs. */
  readonly signIn: OwnSignInView | null
  readonly connection: ConnectionView | null
  /** What may be asked for of contacts when a calendar is connected. */
  readonly contactsChoice: ContactsChoice
  readonly removal: RemovalView | null
  /** What to say first: how connecting ended. */
  readonly outcome: ConnectOutcome
  readonly problem: { readonly code: string; readonly message: string } | null
  readonly isBusy: boolean
  /** False while the service does not answer; what is shown is then as old as `readAt`. */
  readonly isReachable: boolean
  /** When the connection was last asked for. */
  readonly readAt: Temporal.Instant | null
}

/** What the store needs of the world. */
export type PortalStoreDeps = {
  readonly api: Pick<
    typeof api,
    | "service"
    | "me"
    | "ownSignIn"
    | "giveCode"
    | "signInWithPasskey"
    | "showPasskey"
    | "setUp"
    | "signIn"
    | "signInWith"
    | "signOut"
    | "handOff"
    | "connection"
    | "contactsChoice"
    | "connect"
    | "remove"
    | "changes"
  >
  readonly platform: Pick<typeof platform, "now" | "after" | "go" | "takeOutcome">
}

const streamRetryMs = 5_000
const noOutcome: ConnectOutcome = { connected: null, isConsented: false, problem: null }

/** Whether the organisation asks everybody for a second factor, and this person has none: nothing else is open to them. */
export const isHeld = ({ secondFactor, asksEverybody }: OwnSignInView): boolean =>
  asksEverybody && secondFactor === "wanted"

/** The portal's state and what can be done; views only show it. */
export function createPortalStore({ api, platform }: PortalStoreDeps) {
  const listeners = new Set<() => void>()
  let state: PortalState = {
    service: null,
    user: undefined,
    signIn: null,
    connection: null,
    contactsChoice: { most: "none", proposed: "none" },
    removal: null,
    outcome: platform.takeOutcome(),
    problem: null,
    isBusy: false,
    isReachable: true,
    readAt: null,
  }
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
      const problem = problemFrom(error)
      set({ isBusy: false, ...(problem.code === "signed-out" ? { user: null, connection: null } : { problem }) })
      return false
    }
  }

  async function readConnection(): Promise<Partial<PortalState>> {
    return { connection: await api.connection(), readAt: platform.now(), isReachable: true }
  }

  /** Listens for changes of the connection's state, so that the page is right without a reload. */
  async function listen(): Promise<void> {
    stream.abort()
    stream = new AbortController()
    const { signal } = stream
    try {
      const response = await api.changes(signal)
      if (response.status === 401) return set({ user: null, connection: null })
      const reader = response.ok ? response.body?.pipeThrough(new TextDecoderStream()).getReader() : undefined
      const parse = createStreamParser()
      for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
        const kinds = parse(part.value).map(({ data }) => changeMessageSchema.safeParse(JSON.parse(data)).data?.kind)
        if (kinds.includes("signed-out")) return set({ user: null, connection: null })
        // After "hello", too: what happened while nobody listened is in the connection.
        if (kinds.some((kind) => kind !== undefined)) set(await readConnection())
      }
    } catch {
      if (!signal.aborted) set({ isReachable: false })
    }
    if (!signal.aborted && state.user) platform.after(streamRetryMs, () => void listen())
  }

  /** Whoever has a second step to take sees that alone. */
  async function enter(user: UserView): Promise<Partial<PortalState>> {
    const signIn = await api.ownSignIn()
    if (signIn.secondFactor === "awaited" || isHeld(signIn)) return { user, signIn }
    const read = { ...(await readConnection()), contactsChoice: await api.contactsChoice() }
    set({ user, ...read })
    void listen()
    return { user, signIn, ...read }
  }

  return {
    get state() {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    /** What the portal shows first. Where the service does not answer, the problem is shown and `user` stays unknown. */
    load: () =>
      act(async () => {
        set({ service: await api.service() })
        return enter(await api.me())
      }),
    setUp: (input: Parameters<typeof api.setUp>[0]) =>
      act(async () => ({ ...(await enter(await api.setUp(input))), service: await api.service() })),
    signIn: (email: string, password: string) =>
      act(async () => ({ ...(await enter(await api.signIn(email, password))), outcome: noOutcome })),
    /** Leaves for another service, and comes back to the page named. */
    signInWith: (issuer: string, returnTo: string) =>
      act(async () => {
        platform.go(await api.signInWith(issuer, returnTo))
        return {}
      }),
    signInWithPasskey: () => act(async () => enter(await api.signInWithPasskey())),
    showPasskey: () =>
      act(async () => {
        await api.showPasskey()
        return enter(await api.me())
      }),
    giveCode: (code: string) =>
      act(async () => {
        await api.giveCode(code)
        return enter(await api.me())
      }),
    /** What the session may do has changed. */
    refreshSignIn: () =>
      act(async () => {
        const { user, signIn } = state
        return user && signIn !== null && isHeld(signIn) ? enter(user) : { signIn: await api.ownSignIn() }
      }),
    signOut: () =>
      act(async () => {
        await api.signOut()
        stream.abort()
        return { user: null, signIn: null, connection: null, removal: null, outcome: noOutcome }
      }),
    connect: (input: Parameters<typeof api.connect>[0]) =>
      act(async () => {
        const answer = await api.connect(input)
        if (answer.next === "done")
          return {
            connection: answer.connection,
            removal: null,
            outcome: { ...noOutcome, connected: "own" },
          }
        if (!/^https?:/.test(answer.authorizeUrl))
          throw new ApiProblem({ title: "The service does not answer as it should.", kind: "malformed" })
        platform.go(answer.authorizeUrl)
        return {}
      }),
    remove: (connectionId: string) =>
      act(async () => ({
        removal: await api.remove(connectionId),
        connection: null,
        outcome: noOutcome,
      })),
    openAgenda: () =>
      act(async () => {
        platform.go(`/agenda/#code=${await api.handOff()}`)
        return {}
      }),
    dismiss: () => set({ outcome: noOutcome, removal: null, problem: null }),
    fail: (error: unknown) => set({ problem: problemFrom(error) }),
  }
}

function problemFrom(error: unknown): { readonly code: string; readonly message: string } {
  return error instanceof ApiProblem
    ? { code: error.code, message: error.message }
    : { code: "unavailable", message: "Something went wrong. Reload the page." }
}

export type PortalStore = ReturnType<typeof createPortalStore>
