import type { Access } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { parseMultistatus, xmlText } from "@kalends/readers/caldav/multistatus"
import { wire } from "@kalends/readers/parse"
import type { PasswordSignIn } from "../../ports/calendar-provider.ts"
import { otherServer, trusted, typedUrl } from "../trusted-site.ts"
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
