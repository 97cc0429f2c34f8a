import { authorization } from "@kalends/domain/access"
import { type Contact, type ContactDraft, draftFault } from "@kalends/domain/contact"
import type { Problem } from "@kalends/domain/problem"
import { anyDraft } from "@kalends/domain/testing/any-contact"
import type { ReadRequest, ReadResponse } from "@kalends/readers/reader"
import fc from "fast-check"
import { describe, expect, type TestContext, test } from "vitest"
import type { ContactSource } from "../../ports/calendar-provider.ts"
import { type Here, requireAbility } from "./suite.ts"
import type { ContactsWorld } from "./world.ts"

const grace: ContactDraft = {
  givenName: "Grace",
  familyName: "Hopper",
  emails: ["grace@navy.example"],
  phones: [{ kind: "mobile", number: "+1 555 0100" }],
  organisation: "Navy",
}
const all = { calendar: true, contacts: "read-write" } as const
const draftOf = ({ givenName, familyName, emails, phones, organisation }: Contact): ContactDraft => ({
  ...{ givenName, familyName, emails, phones, organisation },
})

/** An app of the person's: it sends what the reader says, with the access that it was handed. */
function appOf(source: ContactSource, contacts: ContactsWorld, wanted: Parameters<ContactsWorld["access"]>[0]) {
  const { reader } = source
  async function ask(request: ReadRequest): Promise<ReadResponse> {
    const access = await contacts.access(wanted)
    const { method, url, headers, body } = request
    const init = { method, headers: { ...headers, authorization: authorization(access) }, body }
    const answer = await fetch(url, init)
    const response = { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.text() }
    const problem = reader.classify(response, Temporal.Now.instant())
    if (problem !== null) throw problem
    return response
  }
  const base = async () => source.apiBase(await contacts.access(wanted))
  return {
    reader,
    async list(cursor: string | null = null) {
      const found = { contacts: [] as Contact[], removed: [] as string[], malformedCount: 0, pages: 0 }
      let request: ReadRequest | null = reader.listing(await base(), cursor)
      let last: string | null = null
      while (request !== null) {
        const page = reader.parseListing(await ask(request), request, await base())
        found.contacts.push(...page.contacts)
        found.removed.push(...page.removed)
        found.malformedCount += page.malformedCount
        found.pages++
        request = page.next
        last = page.cursor
      }
      return { ...found, cursor: last }
    },
    create: async (draft: ContactDraft) => reader.parseWritten(await ask(reader.create(await base(), draft)), draft),
    fetch: async (id: Contact["id"]) => ask(reader.fetch(await base(), id)),
    async change(current: ReadResponse, draft: ContactDraft) {
      const request = reader.change(await base(), draft, current)
      return request === null ? null : reader.parseWritten(await ask(request), draft)
    },
    remove: async (current: ReadResponse) => void (await ask(reader.remove(await base(), current))),
  }
}

const failed = (work: Promise<unknown>): Promise<Problem> =>
  work.then(
    () => expect.fail("it did not fail"),
    (problem: Problem) => problem,
  )

export function contactRules(here: Here): void {
  function open(context: TestContext, wanted: Parameters<ContactsWorld["access"]>[0] = all) {
    const source = requireAbility(context, here.world.provider.contacts, "contacts are not offered here")
    const contacts = requireAbility(context, here.world.contacts, "this world has no address book")
    return { contacts, app: appOf(source, contacts, wanted) }
  }

  describe("contacts", () => {
    test("contacts-listed: everybody is listed, in pages, and bad entries are set aside", async (context) => {
      const { contacts, app } = open(context)
      const bad = await contacts.add("Bad", "")
      for (let number = 0; number < 1_001; number++) await contacts.add(`Person ${number}`, "")
      await contacts.malform(bad)
      const { contacts: found, malformedCount, pages } = await app.list()
      expect(found.filter(({ familyName }) => familyName.startsWith("Person "))).toHaveLength(1_001)
      expect([malformedCount, pages > 1]).toEqual([1, true])
    })

    test("contacts-followed: after a listing only what changed is told, and what is gone", async (context) => {
      const { contacts, app } = open(context)
      const [gone, changed] = [await contacts.add("Gone", ""), await contacts.add("Changed", "")]
      await contacts.add("Quiet", "")
      const { cursor } = await app.list()
      await contacts.remove(gone)
      await contacts.change(changed, "Navy")
      await contacts.add("New", "")
      const after = await app.list(cursor)
      expect(after.contacts.map(({ familyName }) => familyName).sort()).toEqual(["Changed", "New"])
      expect(after.removed).toHaveLength(1)
      expect((await app.list(after.cursor)).contacts).toEqual([])
    })

    test("contacts-cursor-lost: a cursor that is lost is told as such", async (context) => {
      const { contacts, app } = open(context)
      await contacts.add("Somebody", "")
      const { cursor } = await app.list()
      await contacts.loseCursors()
      expect((await failed(app.list(cursor))).kind).toBe("cursor-lost")
      expect((await app.list()).contacts).toHaveLength(1)
    })

    test("contacts-sanitized: notes and birthdays are not even asked for", async (context) => {
      const { contacts, app } = open(context)
      const id = await contacts.add("Somebody", "canary-besides")
      expect(contacts.kept(id)).toContain("canary-besides")
      const { contacts: found } = await app.list()
      expect(JSON.stringify(found)).not.toContain("canary-besides")
      const [one] = found
      expect(one === undefined ? "canary-besides" : (await app.fetch(one.id)).body).not.toContain("canary-besides")
    })

    test("contacts-round-trip: what is written is read again, made and changed", async (context) => {
      const { app } = open(context)
      const draft = anyDraft(app.reader.limits).filter((any) => draftFault(any, app.reader.limits) === null)
      const [first = grace, ...others] = fc.sample(draft, { numRuns: 12, seed: 7 })
      const made = await app.create(first)
      expect(draftOf(app.reader.parseContact(await app.fetch(made.id)))).toEqual(first)
      for (const other of others) {
        const changed = await app.change(await app.fetch(made.id), other)
        const read = app.reader.parseContact(await app.fetch(made.id))
        expect(draftOf(read)).toEqual(other)
        if (changed !== null) expect(changed.version).toBe(read.version)
      }
      await app.remove(await app.fetch(made.id))
      expect((await failed(app.fetch(made.id))).kind).toBe("not-found")
    })

    test("contacts-besides-kept: a change keeps what Kalends does not know", async (context) => {
      const { contacts, app } = open(context)
      const id = await contacts.add("Somebody", "canary-besides")
      const [one] = (await app.list()).contacts
      if (one === undefined) return expect.fail("nobody is listed")
      await app.change(await app.fetch(one.id), { ...draftOf(one), organisation: "Yale" })
      expect(contacts.kept(id)).toContain("canary-besides")
      expect(contacts.kept(id)).toContain("Yale")
    })

    test("contacts-precondition: nobody's change is written over", async (context) => {
      const { contacts, app } = open(context)
      const id = await contacts.add("Somebody", "")
      const [one] = (await app.list()).contacts
      if (one === undefined) return expect.fail("nobody is listed")
      const current = await app.fetch(one.id)
      await contacts.change(id, "Theirs")
      const problem = await failed(app.change(current, { ...draftOf(one), organisation: "Ours" }))
      expect(problem.kind).toBe("conflict")
      expect(contacts.kept(id)).toContain("Theirs")
      expect(app.reader.parseContact(await app.fetch(one.id)).version).not.toBe(one.version)
    })

    test("contacts-least-scope: the calendar's permission opens no contacts, and reading does not write", async (context) => {
      const { contacts, app: writer } = open(context)
      if (!contacts.hasScopes) context.skip("a password has no scopes: the service holds apps back (proxy)")
      await writer.create(grace)
      const without = open(context, { calendar: true, contacts: "none" }).app
      expect((await failed(without.list())).kind).toBe("forbidden")
      const reader = open(context, { calendar: false, contacts: "read" }).app
      expect((await reader.list()).contacts).toHaveLength(1)
      expect((await failed(reader.create(grace))).kind).toBe("forbidden")
    })
  })
}
