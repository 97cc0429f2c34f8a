import type { Access } from "@kalends/domain/access"
import { isLoopbackName } from "@kalends/domain/loopback"
import { isProblem, Problem } from "@kalends/domain/problem"
import { parseMultistatus, xmlText } from "@kalends/readers/caldav/multistatus"
import { wire } from "@kalends/readers/parse"
import type { PasswordSignIn } from "../../ports/calendar-provider.ts"
import type { CaldavCalls, Target } from "./calls.ts"

const redirectsMost = 5
const timeoutMs = 15_000
const otherServer = "other-server"

/** From what a person typed to the calendar home: RFC 6764, then RFC 4791 6.2.1. */
export function createDiscovery(calls: CaldavCalls): PasswordSignIn {
  return {
    kind: "password",
    async discover({ server, username, password }) {
      const typed = typedUrl(server)
      const signal = AbortSignal.timeout(timeoutMs)
      const accessAt = (at: string): Access => ({ kind: "password", server: at, username, password })
      // Nobody must give the password to a stranger because the first of the addresses leads to one.
      let refused: Problem | null = null
      for (const candidate of [typed.href, new URL("/.well-known/caldav", typed).href]) {
        const home = await findHome(calls, { access: accessAt(candidate), url: candidate, signal }, typed).catch(
          (error: unknown) => {
            if (isProblem(error, "forbidden") && error.code === otherServer) refused ??= error
            else if (!isProblem(error, "not-found", "unsupported", "malformed")) throw error
            return null
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
      if (refused !== null) throw refused
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
  if (direct !== null) return trusted(direct, url, typed)
  const principal = xmlText(wire(properties["current-user-principal"])?.href)
  if (principal === null)
    throw new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
  const at = trusted(principal, url, typed)
  const home = xmlText(
    wire((await calls.findHome({ ...target, url: at })).responses[0]?.properties["calendar-home-set"])?.href,
  )
  if (home === null)
    throw new Problem("unsupported", "This server keeps no calendars for this user.", { code: "no-calendar" })
  return trusted(home, at, typed)
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
      url = trusted(to, url, typed)
      continue
    }
    if (response.status === 401)
      throw new Problem("auth-revoked", "The user name or the password is not right.", { code: "wrong-password" })
    if ([429, 502, 503, 504].includes(response.status)) throw calls.problemOf(response) ?? nothingThere()
    if (response.status !== 207) throw nothingThere()
    return { url, body: response.body }
  }
  throw new Problem("unsupported", "The server sends us round in circles.", { code: "too-many-redirects" })
}

function nothingThere(): Problem {
  return new Problem("unsupported", "There is no CalDAV server at this address.", { code: "no-caldav" })
}

/**
 * Where a server leads us, by redirect or by name. Throws Problem "forbidden" (code "other-server") for an address that
 * must not get the password, "unsupported" for what is no address.
 */
export function trusted(href: string, from: string, typed: URL): string {
  if (!URL.canParse(href, from)) throw nothingThere()
  const url = new URL(href, from)
  url.username = ""
  url.password = ""
  const isWeb = url.protocol === "https:" || url.protocol === "http:"
  const isDowngrade = typed.protocol === "https:" && url.protocol !== "https:"
  if (!isWeb || isDowngrade || !isSameSite(url.hostname, typed.hostname))
    throw new Problem("forbidden", "The server sends us to another one; enter that one's address if you trust it.", {
      code: otherServer,
    })
  return url.href
}

/** Names under which anyone may have one: second levels of country domains ("co.uk"), and what people name home servers by. */
const shared = new RegExp(
  [
    "^(?:co|com|org|net|ac|gov|edu|or|ne|go)\\.[a-z]{2}$",
    "^(?:duckdns|dyndns|freeddns|freedns|no-ip|webhop|homedns)\\.org$",
    "^(?:ddns|myfritz|hopto|sytes|servebeer|dynv6|selfhost|spdns)\\.(?:net|org|eu|de)$",
    "^(?:synology|diskstation|i234|myds|feste-ip|goip)\\.(?:me|net|de)$",
    "^(?:myqnapcloud|nsupdate|mooo|strangled|afraid)\\.(?:com|info|net|org)$",
    "^(?:github|gitlab|fly|netlify|vercel|herokuapp|pages|workers)\\.(?:io|dev|app|com)$",
  ].join("|"),
)

/**
 * The same host, or one of the same site: below the same registrable name, as far as that can be told without the list of
 * public suffixes ("p1-caldav.icloud.com" for "caldav.icloud.com"). An address of digits is a site of its own.
 */
function isSameSite(host: string, typed: string): boolean {
  if (host === typed || host.endsWith(`.${typed}`)) return true
  const site = siteOf(typed)
  return site !== null && (host === site || host.endsWith(`.${site}`))
}

function siteOf(host: string): string | null {
  const labels = host.split(".")
  if (host.startsWith("[") || /^\d+$/.test(labels.at(-1) ?? "") || labels.length < 2) return null
  const two = labels.slice(-2).join(".")
  const site = shared.test(two) ? labels.slice(-3).join(".") : two
  return shared.test(site) ? null : site
}
