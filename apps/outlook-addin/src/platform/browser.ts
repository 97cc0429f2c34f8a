import { chooseZone } from "@kalends/ui/words"
import { z } from "zod"
import type { Office } from "../office.ts"

const deploymentSchema = z.object({
  /** The app registration for single sign-on; null: there is none, and people type a code. */
  clientId: z.string().nullable(),
  authority: z.string(),
  version: z.string(),
})
export type SignOnSettings = z.infer<typeof deploymentSchema>

/** Filled in by the service, for the runtime of classic Outlook on Windows: it has no page, and so no address. */
const writtenOrigin = "__KALENDS_SERVICE__"
const origin = (): string => globalThis.location?.origin ?? writtenOrigin
const keptName = "kalends-outlook"

/** What the add-in needs of the page it runs in; the one place that touches it. */
export const browser = {
  origin,
  /** Office's library, as its script has put it there; null outside of Outlook. */
  office: (): Office | null => (globalThis as unknown as { readonly Office?: Office }).Office ?? null,
  zone: () => chooseZone(Intl.DateTimeFormat().resolvedOptions().timeZone),
  newKey: () => crypto.randomUUID().replaceAll("-", ""),
  send: (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${origin()}${path}`, {
      ...init,
      ...{ cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" },
    }),
  async signOnSettings(): Promise<SignOnSettings> {
    const response = await browser.send("/outlook/deployment.json", { method: "GET" })
    return deploymentSchema.parse(await response.json())
  },
  /** A session that was opened with a code. It opens scheduling and nothing else, and the portal shows and ends it. */
  kept: {
    read(): string | null {
      try {
        return globalThis.localStorage.getItem(keptName)
      } catch {
        // Outlook may run without storage, or forbid it.
        return null
      }
    },
    write(token: string | null): void {
      try {
        if (token === null) globalThis.localStorage.removeItem(keptName)
        else globalThis.localStorage.setItem(keptName, token)
      } catch {
        // The person types a code again next time.
      }
    },
  },
  setPage(title: string, language: string): void {
    document.title = title
    document.documentElement.lang = language
  },
  open: (url: string) => void window.open(url, "_blank", "noopener,noreferrer"),
  copy: (text: string) => navigator.clipboard.writeText(text),
  every(delayMs: number, callback: () => void): () => void {
    const timer = setInterval(callback, delayMs)
    return () => clearInterval(timer)
  },
}
