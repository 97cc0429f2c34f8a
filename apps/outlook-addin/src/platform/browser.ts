import { findZone } from "@kalends/domain/zone"
import { toolDoorsSchema } from "@kalends/protocol/tools"
import type { Office } from "../office.ts"

/** How Microsoft signs people in to this deployment. */
export type SignOnSettings = { readonly clientId: string; readonly authority: string }

const issuerEnd = /\/v2\.0\/?$/

/** Filled in by the service, for the runtime of classic Outlook on Windows: it has no page, and so no address. */
const writtenOrigin = "__KALENDS_SERVICE__"
const origin = (): string => globalThis.location?.origin ?? writtenOrigin
const keptName = "kalends-outlook"

/** It tells one request from another and is no secret, so that an Outlook without a source of secrets may draw it, too. */
function newKey(): string {
  if (globalThis.crypto !== undefined) return crypto.randomUUID().replace(/-/g, "")
  const digit = () => Math.floor(Math.random() * 16).toString(16)
  return Array.from({ length: 32 }, digit).join("")
}

/** What the add-in needs of the page it runs in; the one place that touches it. */
export const browser = {
  origin,
  /** Office's library, as its script has put it there; null outside of Outlook. */
  office: (): Office | null => (globalThis as unknown as { readonly Office?: Office }).Office ?? null,
  zone: () => findZone(Intl.DateTimeFormat().resolvedOptions().timeZone) ?? "UTC",
  newKey,
  send: (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${origin()}${path}`, {
      ...init,
      ...{ cache: "no-store", credentials: "omit", referrerPolicy: "no-referrer", redirect: "error" },
    }),
  /** As the service's way in by Entra says; null where there is none, and people type a code. */
  async signOnSettings(): Promise<SignOnSettings | null> {
    const response = await browser.send("/v1/tools/doors", { method: "GET" })
    const { doors } = toolDoorsSchema.parse(await response.json())
    const { clientIds = [], issuer = null } = doors.find(({ door }) => door === "entra") ?? {}
    const [clientId] = clientIds
    return clientId === undefined || issuer === null ? null : { clientId, authority: issuer.replace(issuerEnd, "") }
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
