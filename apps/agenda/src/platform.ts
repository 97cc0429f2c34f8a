import { chooseLanguage, chooseZone, localeOf } from "@kalends/ui/words"

/** What the agenda needs of the browser; the one place that touches it. */
export const platform = {
  origin: window.location.origin,
  languages: navigator.languages,
  /** How dates and times are written: the user's own region. */
  locale: localeOf(chooseLanguage(navigator.languages), navigator.languages),
  zone: chooseZone(Intl.DateTimeFormat().resolvedOptions().timeZone),
  deviceName: "Agenda",
  now: () => Temporal.Now.instant(),
  /** The hand-off code in the address, taken out of it at once so that it stays in no history. */
  takeCode(): string | null {
    const code = /^#code=([\w-]{20,100})$/.exec(window.location.hash)?.[1] ?? null
    if (window.location.hash !== "") window.history.replaceState(null, "", window.location.pathname)
    return code
  },
  open: (url: string) => void window.open(url, "_blank", "noopener,noreferrer"),
  /** Calls back for each key pressed alone or with shift, outside of fields; a key that was used does nothing else. */
  onKey(callback: (key: string) => boolean): () => void {
    const listen = (event: KeyboardEvent) => {
      const isField =
        event.target instanceof HTMLInputElement ||
        event.target instanceof HTMLSelectElement ||
        event.target instanceof HTMLTextAreaElement
      if (event.ctrlKey || event.metaKey || event.altKey || isField) return
      if (callback(event.key)) event.preventDefault()
    }
    document.addEventListener("keydown", listen)
    return () => document.removeEventListener("keydown", listen)
  },
  /** Moves the focus to an entry, and with it what is seen and what a screen reader reads. */
  focusEntry: (key: string) => document.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"] button`)?.focus(),
  /** Calls back once what was changed is on the page. */
  soon: (callback: () => void) => void requestAnimationFrame(callback),
  /** 32 random hexadecimal digits. */
  newKey: () => crypto.randomUUID().replaceAll("-", ""),
  after(delayMs: number, callback: () => void): () => void {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
  every(delayMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, delayMs)
    return () => clearInterval(timer)
  },
  /** The page's title, and the language that screen readers speak. */
  setPage: (title: string, language: string) => {
    document.title = title
    document.documentElement.lang = language
  },
}
