import type { Access } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { PasswordSignIn } from "../../ports/calendar-provider.ts"
import type { IncomingResponse, OutgoingRequest } from "../../ports/http-client.ts"
import { otherServer, trusted, typedUrl } from "../trusted-site.ts"
import { type Discovered, poxRequest, readPox, readUserSettings, userSettingsRequest } from "./calls/autodiscover.ts"
import type { EwsCalls } from "./calls.ts"

const redirectsMost = 10
const timeoutMs = 30_000
const ewsPath = "/EWS/Exchange.asmx"

type Credentials = { readonly username: string; readonly password: string }
type Found = { readonly ewsUrl: string; readonly email: string | null }

/**
 * From what a person typed to their mailbox. A server that was typed is tried as it is; then Autodiscover is asked, in
 * both of its forms (how-to-generate-a-list-of-autodiscover-endpoints.md; without the directory of Windows domains, which a
 * server elsewhere cannot see). The password goes to the site that was typed alone, and never over plain http.
 */
export function createEwsDiscovery(calls: EwsCalls): PasswordSignIn {
  async function probe(ewsUrl: string, credentials: Credentials, signal: AbortSignal): Promise<Access | null> {
    const access: Access = { kind: "password", server: ewsUrl, ...credentials }
    const folder = await calls.getCalendarFolder({ access, signal }).catch((error: unknown) => {
      if (isProblem(error, "unavailable")) throw error
      return nothingThere(error)
    })
    return folder === null ? null : access
  }

  async function autodiscover(asking: Asking): Promise<Found | null> {
    for (const base of basesOf(asking.typed, asking.email))
      for (const form of forms) {
        const found = await follow(asking, form, `${base}/autodiscover/${form.file}`).catch(nothingThere)
        if (found !== null) return found
      }
    return null
  }

  async function follow(
    { typed, credentials, signal, ...asking }: Asking,
    form: Form,
    first: string,
  ): Promise<Found | null> {
    let url = first
    let email = asking.email
    for (let hop = 0; hop <= redirectsMost; hop++) {
      const response = await calls.askAutodiscover(form.request(url, email), credentials, signal)
      const location = response.headers.location
      const told: Discovered =
        response.status >= 300 && response.status < 400 && location !== undefined
          ? { kind: "url", to: location }
          : form.read(response)
      if (told.kind === "found") return { ewsUrl: trusted(told.ewsUrl, url, typed), email: told.email }
      if (told.kind === "none") return null
      if (told.kind === "address") email = told.to
      else url = trusted(told.to, url, typed)
    }
    throw new Problem("unsupported", "The server sends us round in circles.", { code: "too-many-redirects" })
  }

  /** Whose mailbox it is, where the user name does not say it: the directory knows accounts by their names. */
  async function addressOf(access: Access, { username }: Credentials, signal: AbortSignal): Promise<string | null> {
    if (username.includes("@")) return username
    const found = await calls.resolveNames({ access, signal }, username.split("\\").at(-1) ?? username).catch(() => [])
    return found.length === 1 ? (found[0]?.email ?? null) : null
  }

  return {
    kind: "password",
    async discover({ server, username, password }) {
      const credentials = { username, password }
      const typed = typedUrl(server)
      const signal = AbortSignal.timeout(timeoutMs)
      const at = async (ewsUrl: string, email: string | null) => {
        const access = await probe(ewsUrl, credentials, signal)
        if (access === null) return null
        const known = email ?? (await addressOf(access, credentials, signal))
        const id = `${(known ?? username).toLowerCase()}@${new URL(ewsUrl).host}`
        return { access, subject: { id, email: known, tenantId: null } }
      }
      const isMailAddress = server.includes("@")
      let silent: Problem | null = null
      const direct = isMailAddress
        ? null
        : await at(directUrl(typed), null).catch((error: unknown) => {
            if (!isProblem(error, "unavailable")) throw error
            silent = error
            return null
          })
      if (direct !== null) return direct
      const email = isMailAddress ? server : username
      const found = email.includes("@") ? await autodiscover({ typed, email, credentials, signal }) : null
      const discovered = found === null ? null : await at(found.ewsUrl, found.email)
      if (discovered !== null) return discovered
      if (silent !== null) throw silent
      throw new Problem("unsupported", "There is no Exchange at this address.", { code: "no-exchange" })
    },
  }
}

type Asking = {
  readonly typed: URL
  readonly email: string
  readonly credentials: Credentials
  readonly signal: AbortSignal
}
type Form = {
  readonly file: string
  readonly request: (url: string, email: string) => OutgoingRequest
  readonly read: (response: IncomingResponse) => Discovered
}
const forms: readonly Form[] = [
  { file: "autodiscover.svc", request: userSettingsRequest, read: readUserSettings },
  { file: "autodiscover.xml", request: poxRequest, read: readPox },
]

/** An EWS address as it was typed; a server's name alone gets the path that Exchange has. */
function directUrl(typed: URL): string {
  return /\.asmx$/i.test(typed.pathname) ? typed.href : new URL(ewsPath, typed).href
}

function basesOf(typed: URL, email: string): readonly string[] {
  const domain = (email.split("@").at(-1) ?? "").toLowerCase()
  const isName = /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(domain)
  const ofDomain = isName ? [`https://autodiscover.${domain}`, `https://${domain}`] : []
  return [...new Set([typed.origin, `${typed.protocol}//autodiscover.${typed.host}`, ...ofDomain])].filter(
    (base) => URL.canParse(base) && isAllowed(new URL(base), typed),
  )
}

/** Only below what was typed: the password is not to go anywhere else. */
function isAllowed(base: URL, typed: URL): boolean {
  try {
    trusted(base.href, typed.href, typed)
    return true
  } catch {
    return false
  }
}

/** What is "unsupported" and says more than that there is no Exchange. */
const telling = new Set(["ews-blocked", "no-mailbox", "too-many-redirects"])

/** Null where there is no Exchange; a refusal to lead the password elsewhere, or of the password, goes on. */
function nothingThere(error: unknown): null {
  if (isProblem(error, "forbidden") && error.code === otherServer) throw error
  if (isProblem(error, "not-found", "malformed", "unavailable")) return null
  if (isProblem(error, "unsupported") && !telling.has(error.code ?? "")) return null
  throw error
}
