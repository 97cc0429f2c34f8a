import { expect, test } from "vitest"
import { createOAuthClient } from "../../platform/oauth-client.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { seededRandom } from "../../testing/seeded-random.ts"
import { createCaldavProvider } from "./index.ts"

const found = (responses: string) => ({
  status: 207,
  body: `<d:multistatus xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">${responses}</d:multistatus>`,
})
const response = (href: string, properties: string) =>
  `<d:response><d:href>${href}</d:href><d:propstat><d:prop>${properties}</d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>`
const sets = (hrefs: readonly string[]) =>
  found(
    response(
      "/",
      `<d:principal-collection-set>${hrefs.map((href) => `<d:href>${href}</d:href>`).join("")}</d:principal-collection-set>`,
    ),
  )
const principal = (name: string, type: string) =>
  response(
    `/principals/${name}/`,
    `<d:displayname>${name}</d:displayname><c:calendar-user-type>${type}</c:calendar-user-type><c:calendar-user-address-set><d:href>/principals/${name}/</d:href><d:href>mailto:${name}@example.org</d:href></c:calendar-user-address-set>`,
  )

function roomsWith(answers: Parameters<typeof scriptedHttp>[0]) {
  const http = scriptedHttp(answers)
  const clock = fakeClock()
  const { rooms } = createCaldavProvider({
    http,
    clock,
    random: seededRandom(1),
    oauth: createOAuthClient({ http, clock }),
  })
  const access = { kind: "password", server: "https://dav.example.org/home/", username: "ada", password: "p" } as const
  return { http, look: () => rooms?.ofAccount?.(access, { next: null, signal: AbortSignal.timeout(120_000) }) }
}

test("rooms and resources among the server's principals are listed, and people are not", async () => {
  const people = principal("Vega", "ROOM") + principal("beamer", "RESOURCE") + principal("ada", "INDIVIDUAL")
  const { http, look } = roomsWith([sets(["/principals/"]), found(people)])
  expect((await look())?.entries.map(({ address, name }) => [address, name])).toEqual([
    ["vega@example.org", "Vega"],
    ["beamer@example.org", "beamer"],
  ])
  expect(http.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "PROPFIND https://dav.example.org/home/",
    "REPORT https://dav.example.org/principals/",
  ])
})

test("the password does not go to another server that is named as the place of principals", async () => {
  const { http, look } = roomsWith([sets(["https://elsewhere.example/principals/"])])
  expect((await look())?.entries).toEqual([])
  expect(http.asked).toHaveLength(1)
})
