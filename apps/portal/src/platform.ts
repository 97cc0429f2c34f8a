import { chooseZone } from "@kalends/ui/words"

/** How the way through a provider's page ended. */
export type ConnectOutcome = {
  /** What is connected now: one's own calendar, or a service account for rooms. */
  readonly connected: "own" | "rooms" | null
  readonly isConsented: boolean
  readonly problem: string | null
}

const languageKey = "kalends-language"

const placeWatchers = new Set<() => void>()
/** Each says whether it has taken the place back; then nobody follows it. */
const placeKeepers = new Set<() => boolean>()
// One listener for all: among several on a window, browsers differ in which is called first.
window.addEventListener("hashchange", () => {
  const isTakenBack = [...placeKeepers].some((keeper) => keeper())
  if (!isTakenBack) for (const callback of [...placeWatchers]) callback()
})

/** What the portal needs of the browser; the one place that touches it. */
export const platform = {
  origin: window.location.origin,
  languages: navigator.languages,
  userAgent: navigator.userAgent,
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
  /** What the tab and the history call the page, and screen readers say first. */
  nameTab(page: string): void {
    document.title = `${page} · Kalends`
  },
  /** The language that screen readers speak. */
  setLanguage(language: string): void {
    document.documentElement.lang = language
  },
  /** Shows an element from its top, and the keyboard goes on from there. */
  goToTop(id: string): void {
    window.scrollTo(0, 0)
    document.getElementById(id)?.focus({ preventScroll: true })
  },
  now: () => Temporal.Now.instant(),
  /** The zone in which the person reads and writes times. */
  get zone() {
    return chooseZone(Temporal.Now.timeZoneId())
  },
  /** 32 random hexadecimal digits. */
  newKey: () => crypto.randomUUID().replaceAll("-", ""),
  newId: () => crypto.randomUUID(),
  fetch: (path: string, init: RequestInit) => fetch(path, { ...init, cache: "no-store", credentials: "same-origin" }),
  /** The page that is open, as a path of ours. */
  here: (): string => `${window.location.pathname}${window.location.hash}`,
  go: (url: string) => window.location.assign(url),
  /** What stands behind the # of the address: which of the portal's pages is open. */
  placeText: () => window.location.hash.replace(/^#/, ""),
  /** Goes there, as a step that the browser's own way back undoes. */
  goToPlace(text: string): void {
    window.location.hash = text
    window.scrollTo(0, 0)
  },
  /** Calls back whenever the place has changed; answers what ends that. */
  onPlace(callback: () => void): () => void {
    placeWatchers.add(callback)
    return () => void placeWatchers.delete(callback)
  },
  /**
   * Until what it answers is called, the place stays among those that `isWithin` accepts: another is taken out of the
   * address again before anything follows it, and told to `wanted`. Closing the page asks, in the browser's own words.
   */
  keepPlace(isWithin: (text: string) => boolean, wanted: (text: string) => void): () => void {
    let kept = window.location.hash
    const keeper = (): boolean => {
      const { hash } = window.location
      const text = hash.replace(/^#/, "")
      if (!isWithin(text)) {
        window.history.replaceState(null, "", kept)
        wanted(text)
        return true
      }
      kept = hash
      return false
    }
    const closing = (event: BeforeUnloadEvent) => event.preventDefault()
    placeKeepers.add(keeper)
    window.addEventListener("beforeunload", closing)
    return () => {
      placeKeepers.delete(keeper)
      window.removeEventListener("beforeunload", closing)
    }
  },
  /** True while nobody can see the page. */
  isHidden: () => document.visibilityState === "hidden",
  /** Calls back whenever the page can be seen again; answers what ends that. */
  onShown(callback: () => void): () => void {
    const changed = () => {
      if (document.visibilityState === "visible") callback()
    }
    document.addEventListener("visibilitychange", changed)
    return () => document.removeEventListener("visibilitychange", changed)
  },
  /** False where the browser does not allow it. */
  copy: (text: string): Promise<boolean> =>
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => true,
      () => false,
    ),
  /** Hands a file of text to the browser's downloads. */
  download(name: string, text: string, type: string): void {
    const url = URL.createObjectURL(new Blob([text], { type }))
    const link = document.createElement("a")
    link.href = url
    link.download = name
    link.click()
    URL.revokeObjectURL(url)
  },
  /** The set-up code in the address, taken out of it. */
  takeSetupCode(): string {
    const code = /^#setup=([\w-]{8,64})$/.exec(window.location.hash)?.[1] ?? ""
    if (code !== "") window.history.replaceState(null, "", window.location.pathname)
    return code
  },
  /** The token of a password link in the address, taken out of it before anything else reads it; empty without one. */
  takePasswordToken(): string {
    const token = /^#password\/([\w-]{43})$/.exec(window.location.hash)?.[1] ?? ""
    if (token !== "") window.history.replaceState(null, "", window.location.pathname)
    return token
  },
  /** How connecting ended, as the service's redirect says; taken out of the address. */
  takeOutcome(): ConnectOutcome {
    const query = new URLSearchParams(window.location.search)
    const { pathname, hash } = window.location
    if (window.location.search !== "") window.history.replaceState(null, "", `${pathname}${hash}`)
    const connected = query.get("connected")
    return {
      connected: connected === "rooms" ? "rooms" : connected === null ? null : "own",
      isConsented: query.has("consented"),
      problem: query.get("problem"),
    }
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
