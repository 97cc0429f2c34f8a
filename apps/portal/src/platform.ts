import { chooseLocale } from "@kalends/ui/words"

/** What the portal needs of the browser; the one place that touches it. */
export const platform = {
  languages: navigator.languages,
  /** How dates and times are written: the user's own region. */
  locale: chooseLocale(navigator.languages),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  now: () => Temporal.Now.instant(),
  fetch: (path: string, init: RequestInit) => fetch(path, { ...init, cache: "no-store", credentials: "same-origin" }),
  go: (url: string) => window.location.assign(url),
  /** The set-up code in the address, taken out of it. */
  takeSetupCode(): string {
    const code = /^#setup=([\w-]{8,64})$/.exec(window.location.hash)?.[1] ?? ""
    if (code !== "") window.history.replaceState(null, "", window.location.pathname)
    return code
  },
  /** How connecting ended, as the service's redirect says; taken out of the address. */
  takeOutcome(): { readonly isConnected: boolean; readonly isConsented: boolean; readonly problem: string | null } {
    const query = new URLSearchParams(window.location.search)
    if (window.location.search !== "") window.history.replaceState(null, "", window.location.pathname)
    return { isConnected: query.has("connected"), isConsented: query.has("consented"), problem: query.get("problem") }
  },
  every(delayMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, delayMs)
    return () => clearInterval(timer)
  },
  after: (delayMs: number, callback: () => void): (() => void) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}
