import { chooseZone } from "@kalends/ui/words"

const languageKey = "kalends-language"

/** What the portal needs of the browser; the one place that touches it. */
export const platform = {
  origin: window.location.origin,
  languages: navigator.languages,
  /** The language that was chosen; null where none was, or where the browser keeps nothing. */
  keptLanguage(): string | null {
    try {
      return window.localStorage.getItem(languageKey)
    } catch {
      return null
    }
  },
  keepLanguage(language: string): void {
    try {
      window.localStorage.setItem(languageKey, language)
    } catch {
      // It holds until the page is closed.
    }
  },
  /** The page's title, and the language that screen readers speak. */
  setPage(title: string, language: string): void {
    document.title = title
    document.documentElement.lang = language
  },
  now: () => Temporal.Now.instant(),
  /** The zone in which the person reads and writes times. */
  zone: chooseZone(Temporal.Now.timeZoneId()),
  /** 32 random hexadecimal digits. */
  newKey: () => crypto.randomUUID().replaceAll("-", ""),
  newId: () => crypto.randomUUID(),
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
