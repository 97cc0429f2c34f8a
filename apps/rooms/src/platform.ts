import { chooseLanguage } from "@kalends/ui/words"

/** What a screen needs of its browser; the one place that touches it, besides the keeper of its token. */
export const platform = {
  language: chooseLanguage(navigator.languages),
  userAgent: navigator.userAgent,
  device: () => ({ ticksMs: performance.now(), wallMs: Date.now() }),
  fraction: () => Math.random(),
  fetch: (path: string, init: RequestInit): Promise<Response> =>
    fetch(path, { ...init, cache: "no-store", credentials: "omit" }),
  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
  every(delayMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, delayMs)
    return () => clearInterval(timer)
  },
  /** Whether whoever set up the device wants nothing to move by itself. */
  isStillWanted: () => window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  /** That of the page, which index.html asks for. Stopping ends whatever is loaded, too: it waits until nothing is. */
  async callOffRefresh(): Promise<void> {
    if (document.readyState !== "complete")
      await new Promise((resolve) => window.addEventListener("load", resolve, { once: true }))
    window.stop()
    document.querySelector("meta[http-equiv=refresh]")?.remove()
  },
  /** The page's script, by which its build is known. */
  ownScript: () => document.querySelector("script[type=module]")?.getAttribute("src") ?? null,
  /** How many times in a row the page loaded itself anew: kept in the address, as nothing else outlives it. */
  reloads: () => Number(/^#again=(\d{1,4})$/.exec(window.location.hash)?.[1] ?? 0),
  reload(count: number): void {
    window.history.replaceState(null, "", `#again=${count}`)
    window.location.reload()
  },
  forgetReloads: () => window.history.replaceState(null, "", window.location.pathname),
  /** The page's language, its title, and how it looks. */
  setPage({
    title,
    language,
    look,
  }: {
    readonly title: string
    readonly language: string
    readonly look: string
  }): void {
    document.title = title
    document.documentElement.lang = language
    document.documentElement.dataset.look = look
  },
}
