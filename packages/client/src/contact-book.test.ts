import type { ContactDraft } from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { contactReaders } from "@kalends/readers/registry"
import { describe, expect, test } from "vitest"
import { createAccessHolder } from "./access-holder.ts"
import { createContactCalls } from "./contact-book.ts"
import { createServiceApi } from "./service-api.ts"
import { type Asked, scriptedPlatform } from "./testing/scripted-platform.ts"

const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`
const base = "https://people.example/v1"
const person = (number: number, familyName: string, etag = "1") => ({
  resourceName: `people/c${number}`,
  metadata: { sources: [{ type: "CONTACT", id: `${number}`, etag }] },
  names: [{ displayName: `Some ${familyName}`, givenName: "Some", familyName }],
  emailAddresses: [{ value: `${familyName.toLowerCase()}@example.org` }],
})
const draft: ContactDraft = {
  givenName: "Some",
  familyName: "Noether",
  emails: ["noether@example.org"],
  phones: [],
  organisation: "",
}

/** A service with one Google connection, and Google's People API; a test changes what they say. */
function world(permission: "none" | "read" | "read-write" = "read-write") {
  const says = {
    people: [person(1, "Noether"), person(2, "Hopper")] as readonly ReturnType<typeof person>[],
    provider: null as ((asked: Asked) => Response | null) | null,
    tokens: 0,
    isConnected: true,
  }
  const rpc = (status: number, word: string, reason: string) =>
    Response.json({ error: { code: status, status: word, details: [{ reason }] } }, { status })
  const people = (asked: Asked): Response => {
    const { pathname, searchParams } = new URL(asked.url)
    if (pathname.endsWith("/connections"))
      return Response.json({
        connections: searchParams.get("syncToken") === null ? says.people : [],
        nextSyncToken: "sync",
      })
    if (asked.method === "DELETE") return Response.json({})
    const found = says.people.find(({ resourceName }) => pathname.replace(/:\w+$/, "").endsWith(resourceName))
    if (asked.method === "GET") return found ? Response.json(found) : rpc(404, "NOT_FOUND", "NOT_FOUND")
    return Response.json({ ...person(3, "x", "2"), ...JSON.parse(asked.body), metadata: person(3, "x", "2").metadata })
  }
  const scripted = scriptedPlatform((asked) => {
    if (asked.url.startsWith(base)) return says.provider?.(asked) ?? people(asked)
    if (asked.body.includes("refusedTokenDigest")) says.tokens++
    return Response.json({
      connectionId: id(3),
      provider: "google",
      permission: "read",
      calendars: [],
      access: {
        ...{ kind: "bearer", token: `token-${says.tokens}`, expiresAt: "2026-11-24T09:00:00Z" },
        apiBase: "https://calendar.example",
      },
      contacts: permission === "none" ? null : { permission, apiBase: base },
    })
  })
  const { platform } = scripted
  const access = createAccessHolder({
    api: createServiceApi("https://kalends.example", platform),
    platform,
    reach: "browser",
  })
  const contacts = createContactCalls(
    { access, platform, readers: contactReaders, connectionId: () => (says.isConnected ? id(3) : null) },
    (work) => work(AbortSignal.timeout(10_000)),
  )
  const asked = () => scripted.asked.filter(({ url }) => url.startsWith(base))
  return { ...scripted, everything: scripted.asked, says, contacts, access, asked, rpc }
}

const names = (contacts: readonly { readonly familyName: string }[]) => contacts.map(({ familyName }) => familyName)

describe("the address book", () => {
  test("is read from the provider itself, with the token that was handed over, and is in order", async () => {
    const { contacts, asked, everything } = world()
    expect(names((await contacts.list()).contacts)).toEqual(["Hopper", "Noether"])
    expect(asked().map(({ headers }) => headers.authorization)).toEqual(["Bearer token-0"])
    const toService = everything.filter(({ url }) => !url.startsWith(base))
    expect(JSON.stringify(toService)).not.toMatch(/Noether|Hopper/)
  })

  test("is searched in memory: no word of the search leaves the app", async () => {
    const { contacts, asked, everything } = world()
    expect(names(await contacts.search("noeth"))).toEqual(["Noether"])
    expect(names(await contacts.search("hopper@"))).toEqual(["Hopper"])
    expect(asked()).toHaveLength(1)
    expect(JSON.stringify(everything)).not.toMatch(/noeth|hopper@/)
  })

  test("is followed by what changed, after a minute", async () => {
    const { contacts, asked, advance, says } = world()
    await contacts.list()
    await advance(61)
    says.provider = ({ url }) => {
      const deleted = { ...person(1, "x"), metadata: { ...person(1, "x").metadata, deleted: true } }
      return url.includes("syncToken")
        ? Response.json({ connections: [deleted, person(4, "Curie")], nextSyncToken: "2" })
        : null
    }
    expect(names((await contacts.list()).contacts)).toEqual(["Curie", "Hopper"])
    expect(asked().at(-1)?.url).toContain("syncToken=sync")
  })

  test("is read anew where its cursor is lost", async () => {
    const { contacts, advance, says, rpc } = world()
    await contacts.list()
    await advance(61)
    says.people = [person(5, "Germain")]
    says.provider = ({ url }) =>
      url.includes("syncToken") ? rpc(400, "FAILED_PRECONDITION", "EXPIRED_SYNC_TOKEN") : null
    expect(names((await contacts.list()).contacts)).toEqual(["Germain"])
  })

  test("goes on with another token where the provider takes the first no longer", async () => {
    const { contacts, says, rpc } = world()
    says.provider = ({ headers }) =>
      headers.authorization === "Bearer token-0" ? rpc(401, "UNAUTHENTICATED", "EXPIRED") : null
    expect((await contacts.list()).contacts).toHaveLength(2)
    expect(says.tokens).toBe(1)
  })

  test("is gone once it is forgotten, and read whole the next time", async () => {
    const { contacts, asked } = world()
    await contacts.list()
    contacts.forget()
    await contacts.list()
    expect(asked().map(({ url }) => url.includes("syncToken"))).toEqual([false, false])
  })

  test("sends the token to no other server, wherever the next page is said to be", async () => {
    const { platform, asked } = world()
    const graph = contactReaders.get("graph")
    if (graph === undefined) throw new Error("no reader")
    const elsewhere = { ...graph, listing: () => graph.listing("https://elsewhere.example", null) }
    const access = {
      forget: () => {},
      using: async <Done>(_id: string, _signal: AbortSignal, work: (answer: never) => Promise<Done>) =>
        work({
          ...{ connectionId: id(3), provider: "any", permission: "read", calendars: [] },
          access: { kind: "bearer", token: "t", expiresAt: "2026-11-24T09:00:00Z", apiBase: base },
          contacts: { permission: "read", apiBase: base },
        } as never),
    }
    const deps = { access, platform, readers: new Map([["any", elsewhere]]), connectionId: () => id(3) }
    const contacts = createContactCalls(deps, (work) => work(AbortSignal.timeout(10_000)))
    await expect(contacts.list()).rejects.toMatchObject({ kind: "malformed" })
    expect(asked()).toEqual([])
  })
})

describe("writing", () => {
  test("a new contact is in the book without asking again", async () => {
    const { contacts, asked } = world()
    await contacts.list()
    const made = await contacts.create({ ...draft, familyName: "Franklin", emails: ["f@example.org"] })
    expect(made.familyName).toBe("Franklin")
    expect(names((await contacts.list()).contacts)).toEqual(["Franklin", "Hopper", "Noether"])
    expect(asked().filter(({ url }) => url.includes("/connections"))).toHaveLength(1)
  })

  test("a change that somebody else was faster with is a conflict, and nothing is written", async () => {
    const { contacts, asked, says } = world()
    const [hopper] = (await contacts.list()).contacts
    if (hopper === undefined) throw new Error("she was listed")
    says.people = [person(2, "Murray", "2")]
    await expect(contacts.change(hopper, { ...draft, familyName: "Hopper" })).rejects.toMatchObject({
      kind: "conflict",
      code: "contact-changed",
    })
    await expect(contacts.remove(hopper)).rejects.toMatchObject({ kind: "conflict" })
    expect(asked().filter(({ method }) => method !== "GET")).toEqual([])
    expect(names((await contacts.list()).contacts)).toContain("Murray")
  })

  test("a change that changes nothing writes nothing", async () => {
    const { contacts, asked } = world()
    const noether = (await contacts.list()).contacts.find(({ familyName }) => familyName === "Noether")
    if (noether === undefined) throw new Error("she was listed")
    expect(await contacts.change(noether, draft)).toEqual(noether)
    expect(asked().filter(({ method }) => method !== "GET")).toEqual([])
  })

  test("a contact that is gone already is removed", async () => {
    const { contacts, says } = world()
    const [hopper] = (await contacts.list()).contacts
    if (hopper === undefined) throw new Error("she was listed")
    says.people = []
    await contacts.remove(hopper)
    expect(names((await contacts.list()).contacts)).toEqual(["Noether"])
  })

  test.each([
    [{ emails: ["not an address"] }, "bad-address"],
    [{ givenName: "", familyName: "\u200b", emails: [] }, "empty"],
  ])("a draft that cannot be kept (%j) is refused before anything is sent", async (change, code) => {
    const { contacts, asked } = world()
    await expect(contacts.create({ ...draft, ...change })).rejects.toMatchObject({ kind: "unsupported", code })
    expect(asked()).toEqual([])
  })
})

describe("without permission", () => {
  test("nothing is read, whatever is asked", async () => {
    const { contacts, asked, says } = world("none")
    const somebody = { ...draft, id: parseProviderContactId("people/c1"), version: "1", displayName: "" }
    const attempts = [
      () => contacts.list(),
      () => contacts.search("x"),
      () => contacts.create(draft),
      () => contacts.change(somebody, draft),
      () => contacts.remove(somebody),
    ]
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ kind: "forbidden", code: "contacts-not-allowed" })
    says.isConnected = false
    await expect(contacts.list()).rejects.toMatchObject({ code: "contacts-not-allowed" })
    expect(asked()).toEqual([])
  })

  test("to write, nothing is written", async () => {
    const { contacts, asked } = world("read")
    const [hopper] = (await contacts.list()).contacts
    if (hopper === undefined) throw new Error("she was listed")
    for (const attempt of [contacts.create(draft), contacts.change(hopper, draft), contacts.remove(hopper)])
      await expect(attempt).rejects.toMatchObject({ code: "contacts-not-allowed" })
    expect(asked().every(({ method }) => method === "GET")).toBe(true)
  })
})
