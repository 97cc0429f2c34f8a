import type { Access } from "@kalends/domain/access"
import { isLoopbackName } from "@kalends/domain/loopback"
import { isProblem, Problem } from "@kalends/domain/problem"
import { parseMultistatus, xmlText } from "@kalends/readers/caldav/multistatus"
import { wire } from "@kalends/readers/parse"
import type { PasswordSignIn } from "../../ports/calendar-provider.ts"
import type { CaldavCalls, Target } from "./calls.ts"

const redirectsMost = 5
const timeoutMs = 15_000

/** From what a person typed to the calendar home: RFC 6764, then RFC 4791 6.2.1. */
export function createDiscovery(calls: CaldavCalls): PasswordSignIn {
  return {
    kind: "password",
    async discover({ server, username, password }) {
      const typed = typedUrl(server)
      const signal = AbortSignal.timeout(timeoutMs)
      const accessAt = (at: string): Access => ({ kind: "password", server: at, username, password })
      for (const candidate of [typed.href, new URL("/.well-known/caldav", typed).href]) {
        const home = await findHome(calls, { access: accessAt(candidate), url: candidate, signal }, typed).catch(
          (error: unknown) => {
            if (isProblem(error, "not-found", "unsupported", "malformed")) return null
            throw error
          },
        )
        if (home !== null)
          return {
            access: accessAt(home),
            subject: {
              id: `${username}@${new URL(home).host}`,
              email: username.includes("@") ? username : null,
              tenantId: null,
            },
          }
      }
      throw new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
    },
  }
}

/** "example.org", "ada@example.org", "https://example.org/dav/". Without a scheme it is https, except on this machine. */
function typedUrl(server: string): URL {
  const host = server.includes("://") ? server : (server.split("@").at(-1) ?? server)
  const bare = URL.canParse(`https://${host}`) ? new URL(`https://${host}`).hostname : ""
  const text = host.includes("://") ? host : `${isLoopbackName(bare) ? "http" : "https"}://${host}`
  if (!URL.canParse(text)) throw new Problem("unsupported", "This is not a server's address.", { code: "bad-address" })
  const url = new URL(text)
  url.username = ""
  url.password = ""
  return url
}

async function findHome(calls: CaldavCalls, target: Target, typed: URL): Promise<string> {
  const { url, body } = await followed(calls, target, typed)
  const properties = parseMultistatus(body).responses[0]?.properties ?? {}
  const direct = xmlText(wire(properties["calendar-home-set"])?.href)
  if (direct !== null) return trusted(new URL(direct, url), typed).href
  const principal = xmlText(wire(properties["current-user-principal"])?.href)
  if (principal === null)
    throw new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
  const at = trusted(new URL(principal, url), typed).href
  const home = xmlText(
    wire((await calls.findHome({ ...target, url: at })).responses[0]?.properties["calendar-home-set"])?.href,
  )
  if (home === null)
    throw new Problem("unsupported", "This server keeps no calendars for this user.", { code: "no-calendar" })
  return trusted(new URL(home, at), typed).href
}

/** Follows redirects by hand: the password goes only to the host that was typed or one of its own site, and never from https to http. */
async function followed(
  calls: CaldavCalls,
  target: Target,
  typed: URL,
): Promise<{ readonly url: string; readonly body: string }> {
  let url = target.url
  for (let hop = 0; hop <= redirectsMost; hop++) {
    const response = await calls.findPrincipal({ ...target, url })
    const to = response.headers.location
    if ([301, 302, 303, 307, 308].includes(response.status) && to !== undefined) {
      url = trusted(new URL(to, url), typed).href
      continue
    }
    if (response.status === 401)
      throw new Problem("auth-revoked", "The user name or the password is not right.", { code: "wrong-password" })
    if (response.status !== 207)
      throw new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
    return { url, body: response.body }
  }
  throw new Problem("unsupported", "The server sends us round in circles.", { code: "too-many-redirects" })
}

/** Throws Problem "forbidden" for an address that must not get the password. */
export function trusted(url: URL, typed: URL): URL {
  const isDowngrade = typed.protocol === "https:" && url.protocol !== "https:"
  if (isDowngrade || !isSameSite(url.hostname, typed.hostname))
    throw new Problem("forbidden", "The server sends us to another one; enter that one's address if you trust it.", {
      code: "other-server",
    })
  return url
}

/** Second-level names under which anyone may have a name, in country domains ("co.uk"). */
const shared = /^(?:co|com|org|net|ac|gov|edu|or|ne|go)\.[a-z]{2}$/

/** The same host, a host above or below it, or a neighbour under the same name ("p1-caldav.icloud.com"). */
function isSameSite(host: string, typed: string): boolean {
  if (host === typed || host.endsWith(`.${typed}`) || typed.endsWith(`.${host}`)) return true
  const parent = typed.split(".").slice(1).join(".")
  return parent.includes(".") && !shared.test(parent) && host.endsWith(`.${parent}`)
}
