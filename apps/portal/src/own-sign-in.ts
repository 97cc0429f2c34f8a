import type { OwnSignInView, SignInPreviewView, TotpSeedView } from "@kalends/protocol/sign-in"
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
  /** Whom asking everybody for a second step would stop, while the owner thinks about it. */
  readonly stopped: SignInPreviewView | null
  /** What went well last. */
  readonly done: "password" | "passkey" | null
}

export type OwnSignInDeps = {
  readonly api: typeof signInApi
  /** Called when what the session may do has changed. */
  readonly changed: () => void
  readonly go: (url: string) => void
}

/** What one signs in with, and changing it. */
export function createOwnSignIn({ api, changed, go }: OwnSignInDeps) {
  const listeners = new Set<() => void>()
  let state: OwnSignInState = {
    ...{ view: null, error: null, isBusy: false, seed: null, codes: null, stopped: null, done: null },
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
      set({ isBusy: false, error })
      return false
    }
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
    addPasskey: (name: string) =>
      act(async () => {
        const { recoveryCodes: codes } = await api.addPasskey(name)
        if (codes === null) changed()
        return { codes, done: "passkey" }
      }),
    renamePasskey: (passkeyId: string, name: string) =>
      act(async () => {
        await api.renamePasskey(passkeyId, name)
        return {}
      }),
    removePasskey: (passkeyId: string) =>
      act(async () => {
        await api.removePasskey(passkeyId)
        return {}
      }),
    changePassword: (present: string, next: string) =>
      act(async () => {
        await api.changePassword(present, next)
        return { done: "password" }
      }),
    /** Whether everybody of the organisation shows a second step. Where that stops somebody, the owner sees whom first. */
    wishEverybody: (asks: boolean) =>
      act(async () => {
        const stopped = asks ? await api.whoHasNoFactor() : null
        if (stopped !== null && stopped.withoutFactor > 0) return { stopped }
        await api.askEverybody(asks)
        return {}
      }),
    askEverybody: () =>
      act(async () => {
        await api.askEverybody(true)
        return { stopped: null }
      }),
    leaveEverybody: () => set({ stopped: null, error: null }),
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
  }
}

export type OwnSignIn = ReturnType<typeof createOwnSignIn>
