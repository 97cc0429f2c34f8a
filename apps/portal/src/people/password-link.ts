import type { LinkPerson, peopleApi } from "../api-people.ts"
import { ApiProblem } from "../api-problem.ts"

/** What the page shows that a password link opens. */
export type LinkState =
  | { readonly kind: "looking" }
  /** Nothing is known of the link: the service did not answer. */
  | { readonly kind: "away"; readonly error: unknown }
  | { readonly kind: "used" | "expired" }
  | { readonly kind: "asks"; readonly person: LinkPerson; readonly isBusy: boolean; readonly error: unknown }
  /** The password is set. */
  | { readonly kind: "done"; readonly person: LinkPerson }

/**
 * One password link, from the look at whose it is to the password that is set. The token is in this closure alone: it was
 * taken out of the address, and goes to the service in the body of two requests.
 */
export function createPasswordLink(api: Pick<typeof peopleApi, "lookAtLink" | "spendLink">, token: string) {
  const listeners = new Set<() => void>()
  let state: LinkState = { kind: "looking" }

  function set(next: LinkState): void {
    state = next
    for (const listener of listeners) listener()
  }

  /** A link that is over is over, whatever was typed. */
  function fail(error: unknown, otherwise: LinkState): void {
    const code = error instanceof ApiProblem ? error.code : ""
    set(code === "link-used" ? { kind: "used" } : code === "link-expired" ? { kind: "expired" } : otherwise)
  }

  return {
    get state() {
      return state
    },
    subscribe(listener: () => void): () => void {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async look(): Promise<void> {
      set({ kind: "looking" })
      await api.lookAtLink(token).then(
        (person) => set({ kind: "asks", person, isBusy: false, error: null }),
        (error: unknown) => fail(error, { kind: "away", error }),
      )
    },
    /** Resolves with whether it is set. */
    async set(password: string): Promise<boolean> {
      if (state.kind !== "asks" || state.isBusy) return false
      const { person } = state
      set({ ...state, isBusy: true, error: null })
      try {
        await api.spendLink(token, password)
        set({ kind: "done", person })
        return true
      } catch (error) {
        fail(error, { kind: "asks", person, isBusy: false, error })
        return false
      }
    },
  }
}

export type PasswordLinkPage = ReturnType<typeof createPasswordLink>
