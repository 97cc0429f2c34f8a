import { inspect } from "node:util"
import { describe, expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { problemOf } from "../conformance/drain.ts"
import { createCaldavProvider } from "./index.ts"

const password = "canary-password"

function multistatus(href: string, properties: string): string {
  return `<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response></d:multistatus>`
}

const homeAt = (href: string) => ({
  status: 207,
  body: multistatus("/", `<c:calendar-home-set><d:href>${href}</d:href></c:calendar-home-set>`),
})
const principalAt = (href: string) => ({
  status: 207,
  body: multistatus("/", `<d:current-user-principal><d:href>${href}</d:href></d:current-user-principal>`),
})
const redirect = (location: string) => ({ status: 301, headers: { location } })
const website = { status: 405 }

/** Looks for the calendars with these answers in turn; also tells which addresses were asked, each with the password. */
async function discover(server: string, answers: Parameters<typeof scriptedHttp>[0]) {
  const http = scriptedHttp(answers)
  const clock = fakeClock()
  const oauth = createOAuthClient({ http, clock })
  const { signIn } = createCaldavProvider({ http, clock, random: seededRandom(1), oauth })
  if (signIn.kind !== "password") throw new Error("a password is expected")
  const found = signIn.discover({ server, username: "ada", password })
  const asked = () => http.asked.map(({ url }) => url)
  return { found, asked, http }
}

async function homeOf(server: string, answers: Parameters<typeof scriptedHttp>[0]): Promise<string> {
  const { access } = await (await discover(server, answers)).found
  return access.kind === "password" ? access.server : ""
}

/** What is refused, and the addresses that had been asked until then. */
async function refusal(server: string, answers: Parameters<typeof scriptedHttp>[0]) {
  const { found, asked } = await discover(server, answers)
  const problem = await problemOf(found)
  return { kind: problem.kind, code: problem.code, asked: asked() }
}

describe("finding the calendars of an address", () => {
  test("asks the address itself first, and the well-known one when there is nothing", async () => {
    const direct = await discover("https://example.org/dav/", [homeAt("/dav/ada/")])
    await direct.found
    expect(direct.asked()).toEqual(["https://example.org/dav/"])
    const wellKnown = await discover("ada@example.org", [
      website,
      redirect("/remote.php/dav/"),
      principalAt("/remote.php/dav/principals/ada/"),
      homeAt("/remote.php/dav/calendars/ada/"),
    ])
    const { access } = await wellKnown.found
    expect(wellKnown.asked()).toEqual([
      "https://example.org/",
      "https://example.org/.well-known/caldav",
      "https://example.org/remote.php/dav/",
      "https://example.org/remote.php/dav/principals/ada/",
    ])
    expect(access).toMatchObject({ server: "https://example.org/remote.php/dav/calendars/ada/" })
    expect(wellKnown.http.asked.every(({ isUserGiven }) => isUserGiven === true)).toBe(true)
  })

  test("follows within one site: to a neighbour, a host below, and the name they share", async () => {
    expect(await homeOf("caldav.icloud.com", [homeAt("https://p01-caldav.icloud.com:443/1/calendars/")])).toBe(
      "https://p01-caldav.icloud.com/1/calendars/",
    )
    expect(await homeOf("example.org", [redirect("https://dav.example.org/"), homeAt("/ada/")])).toBe(
      "https://dav.example.org/ada/",
    )
    expect(await homeOf("www.example.co.uk", [redirect("https://example.co.uk/"), homeAt("/ada/")])).toBe(
      "https://example.co.uk/ada/",
    )
  })

  test("looks at the well-known address even when the first one leads elsewhere", async () => {
    const { found, asked } = await discover("example.org", [redirect("https://shop.example.net/"), homeAt("/ada/")])
    expect((await found).access).toMatchObject({ server: "https://example.org/ada/" })
    expect(asked()).toEqual(["https://example.org/", "https://example.org/.well-known/caldav"])
  })
})

describe("the password", () => {
  const elsewhere: readonly (readonly [string, string])[] = [
    ["example.org", "https://evil.example/"],
    ["example.org", "//evil.example/"],
    ["example.org", "https://example.org.evil.example/"],
    ["example.org", "https://example.org@evil.example/"],
    ["example.org", "https://notexample.org/"],
    ["example.org", "http://example.org/"],
    ["example.org", "ftp://example.org/"],
    ["dav.example.org", "https://org/"],
    ["shop.example.co.uk", "https://other.co.uk/"],
    ["alice.duckdns.org", "https://bob.duckdns.org/"],
    ["alice.duckdns.org", "https://duckdns.org/"],
    ["192.0.2.5", "https://198.0.2.5/"],
    ["192.0.2.5", "https://192.0.2.50/"],
    ["[2001:db8::1]", "https://[2001:db8::2]/"],
    ["example.org", "https://127.0.0.1/"],
  ]

  test.each(elsewhere)("typed for %s does not follow a redirect to %s", async (typed, location) => {
    const { kind, code, asked } = await refusal(typed, [redirect(location), website])
    expect([kind, code]).toEqual(["forbidden", "other-server"])
    expect(asked).toEqual([`https://${typed}/`, `https://${typed}/.well-known/caldav`])
  })

  test.each(elsewhere)("typed for %s does not go to a principal or a home at %s", async (typed, href) => {
    const ways = [
      [homeAt(href), website],
      [principalAt(href), website],
      [principalAt("/me/"), homeAt(href), website],
    ]
    for (const answers of ways) {
      const { code, asked } = await refusal(typed, answers)
      expect(code).toBe("other-server")
      expect(asked.filter((url) => new URL(url).host !== new URL(`https://${typed}`).host)).toEqual([])
    }
  })

  test("is in no redirected address, and in no problem", async () => {
    expect(await homeOf("example.org", [redirect("https://someone:else@example.org/dav/"), homeAt("ada/")])).toBe(
      "https://example.org/dav/ada/",
    )
    const { found } = await discover("example.org", [{ status: 401 }])
    const problem = await problemOf(found)
    expect(`${inspect(problem, { depth: 9, showHidden: true })} ${problem.stack}`).not.toContain(password)
  })
})

describe("a server that does not let itself be found", () => {
  test("is told apart: no address, nothing there, a wrong password, busy, in circles", async () => {
    const of = async (...input: Parameters<typeof refusal>) => {
      const { kind, code } = await refusal(...input)
      return [kind, code]
    }
    expect(await of("https://", [])).toEqual(["unsupported", "bad-address"])
    expect(await of("example.org", [website, website])).toEqual(["unsupported", "no-caldav"])
    expect(await of("example.org", [redirect("http://["), website])).toEqual(["unsupported", "no-caldav"])
    expect(await of("example.org", [{ status: 401 }])).toEqual(["auth-revoked", "wrong-password"])
    expect(await of("example.org", [{ status: 429 }])).toEqual(["rate-limited", null])
    expect(await of("example.org", [{ status: 503 }])).toEqual(["unavailable", null])
    const circle = Array.from({ length: 12 }, () => redirect("/again/"))
    expect(await of("example.org", circle)).toEqual(["unsupported", "no-caldav"])
  })
})
