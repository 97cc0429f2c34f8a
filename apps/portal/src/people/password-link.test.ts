import { describe, expect, test } from "vitest"
import { ApiProblem } from "../api-problem.ts"
import { createPasswordLink } from "./password-link.ts"

const person = { email: "bo@example.org", displayName: "Bo" }
const refuse = (code: string) => () => Promise.reject(new ApiProblem({ title: code, kind: "auth-revoked", code }))

type Api = Parameters<typeof createPasswordLink>[0]

async function opened(changes: Partial<Api> = {}) {
  const api: Api = { lookAtLink: async () => person, spendLink: async () => {}, ...changes }
  const kinds: string[] = []
  const link = createPasswordLink(api, "t".repeat(43))
  link.subscribe(() => kinds.push(link.state.kind))
  await link.look()
  return { link, kinds }
}

describe("the page that a password link opens", () => {
  test("asks whose it is, then for a password, and is done once", async () => {
    const spent: string[] = []
    const { link, kinds } = await opened({ spendLink: async (token, password) => void spent.push(token, password) })
    expect(await Promise.all([link.set("battery staple"), link.set("battery staple")])).toEqual([true, false])
    expect(kinds).toEqual(["looking", "asks", "asks", "done"])
    expect(spent).toEqual(["t".repeat(43), "battery staple"])
  })

  test.each([
    ["link-used", "used"],
    ["link-expired", "expired"],
    ["service-unreachable", "away"],
  ])("says of %s that it is %s", async (code, kind) => {
    const { link } = await opened({ lookAtLink: refuse(code) })
    expect(link.state.kind).toBe(kind)
    expect(await link.set("battery staple")).toBe(false)
  })

  test("looks again where the service did not answer", async () => {
    let isUp = false
    const { link } = await opened({ lookAtLink: () => (isUp ? Promise.resolve(person) : refuse("no-answer")()) })
    isUp = true
    await link.look()
    expect(link.state).toMatchObject({ kind: "asks", person })
  })

  test("a link that ended meanwhile says so; any other trouble leaves what is asked for", async () => {
    const late = await opened({ spendLink: refuse("link-expired") })
    await late.link.set("battery staple")
    expect(late.link.state.kind).toBe("expired")
    const away = await opened({ spendLink: refuse("service-unreachable") })
    await away.link.set("battery staple")
    expect(away.link.state).toMatchObject({ kind: "asks", isBusy: false, error: { code: "service-unreachable" } })
  })
})
