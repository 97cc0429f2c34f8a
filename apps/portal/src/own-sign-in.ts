import type { OwnSignInView, TotpSeedView } from "@kalends/protocol/sign-in"
import { ApiProblem } from "./api-problem.ts"
import type { signInApi } from "./api-sign-in.ts"

export type OwnSignInState = {
  /** Null until it was read. */
  readonly view: OwnSignInView | null
  /** What went wrong last. */
  readonly error: unknown
  readonly isBusy: boolean
  /** The seed of an authenticator app that is being set up. */
  readonly seed: TotpSeedView | null
  /** Recovery codes just made: shown until the person has kept them. */
  readonly codes: readonly string[] | null
  /** The last act waits until the person has shown the second step again. */
  readonly isAskedAgain: boolean
  /** What went well last. */
  readonly done: "password" | "passkey" | null
}

export type OwnSignInDeps = {
  readonly api: typeof signInApi
  /** Called when what the session may do has changed. */
  readonly changed: () => void
  readonly go: (url: string) => void
}

/** What one signs in with, and changing it. An act that wants a fresh second step is done once it was shown. */
export function createOwnSignIn({ api, changed, go }: OwnSignInDeps) {
  const listeners = new Set<() => void>()
  let waiting: (() => Promise<Partial<OwnSignInState>>) | null = null
  let state: OwnSignInState = {
    ...{ view: null, error: null, isBusy: false, seed: null, codes: null, isAskedAgain: false, done: null },
  }

  function set(changes: Partial<OwnSignInState>): void {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }

  async function act(work: () => Promise<Partial<OwnSignInState>>): Promise<boolean> {
    set({ isBusy: true, error: null, done: null })
    try {
      const changes = await work()
      set({ ...changes, view: await api.ownSignIn(), isBusy: false })
      return true
    } catch (error) {
      const isStale = error instanceof ApiProblem && error.code === "fresh-factor-needed"
      if (isStale) waiting = work
      set({ isBusy: false, ...(isStale ? { isAskedAgain: true } : { error }) })
      return false
    }
  }

  /** The second step is shown again; then what waited for it is done. */
  async function showAgain(show: () => Promise<void>): Promise<boolean> {
    const isShown = await act(async () => {
      await show()
      return { isAskedAgain: false }
    })
    const work = waiting
    waiting = null
    if (!isShown || work === null) {
      waiting = work
      return isShown
    }
    return act(work)
  }

  return {
    get state() {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    load: () => act(async () => ({})),
    beginTotp: () => act(async () => ({ seed: await api.beginTotp() })),
    confirmTotp: (code: string) =>
      act(async () => {
        const { recoveryCodes: codes } = await api.confirmTotp(code)
        if (codes === null) changed()
        return { seed: null, codes }
      }),
    leaveTotp: () => set({ seed: null, error: null }),
    removeTotp: () =>
      act(async () => {
        await api.removeTotp()
        return {}
      }),
    renewCodes: () => act(async () => ({ codes: await api.renewRecoveryCodes() })),
    /** The person has kept the recovery codes. */
    keptCodes(): void {
      set({ codes: null })
      changed()
    },
    changePassword: (present: string, next: string) =>
      act(async () => {
        await api.changePassword(present, next)
        return { done: "password" }
      }),
    /** Leaves for the service, and comes back to this page. */
    link: (issuer: string) =>
      act(async () => {
        go(await api.beginLink(issuer))
        return {}
      }),
    unlink: (identityId: string) =>
      act(async () => {
        await api.unlink(identityId)
        return {}
      }),
    giveCode: (code: string) => showAgain(() => api.giveCode(code)),
    leaveAgain(): void {
      waiting = null
      set({ isAskedAgain: false, error: null })
    },
  }
}

export type OwnSignIn = ReturnType<typeof createOwnSignIn>
