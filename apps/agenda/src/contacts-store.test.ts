import { type Contact, type ContactDraft, titleOf } from "@kalends/domain/contact"
import { parseProviderContactId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { conditionOf, createContactsStore, foundIn, shownMost } from "./contacts-store.ts"

const contact = (name: string, version = "1"): Contact => ({
  id: parseProviderContactId(name),
  version,
  displayName: name,
  givenName: name,
  familyName: "",
  emails: [],
  phones: [],
  organisation: "",
})

/** An address book in memory; `fails` makes the next call fail. */
function world(people: readonly Contact[] = [contact("Ada"), contact("Grace")]) {
  const book = new Map(people.map((one) => [one.id, one]))
  const says = { fails: null as Problem | null }
  let count = 0
  const call = async <Done>(work: () => Done): Promise<Done> => {
    const { fails } = says
    says.fails = null
    if (fails !== null) throw fails
    return work()
  }
  const put = (one: Contact) => {
    book.set(one.id, one)
    return one
  }
  const limits = { emailsMost: 3, phonesMost: { work: 1, home: 1, mobile: 1, other: 0 } }
  const contacts = {
    list: () =>
      call(() => ({ contacts: [...book.values()], permission: "read-write" as const, limits, malformedCount: 0 })),
    search: () => call(() => [...book.values()]),
    create: (draft: ContactDraft) =>
      call(() => put({ ...contact(`${draft.givenName}-${++count}`), ...draft, displayName: draft.givenName })),
    change: (one: Contact, draft: ContactDraft) =>
      call(() => put({ ...one, ...draft, id: one.id, displayName: draft.givenName, version: `${++count}` })),
    remove: (one: Contact) => call(() => void book.delete(one.id)),
    forget: () => {},
  }
  const store = createContactsStore(contacts)
  return { store, says, names: () => [...book.values()].map(titleOf).sort() }
}

const busy = new Problem("unavailable", "later")

describe("the contacts on the page", () => {
  test("are read, and what was read stays when a later reading fails", async () => {
    const { store, says } = world()
    expect(conditionOf(store.state, true)).toBe("reading")
    says.fails = busy
    await store.read()
    expect([conditionOf(store.state, true), store.state.problem]).toEqual(["unread", busy])
    await store.read()
    expect([conditionOf(store.state, true), store.state.problem]).toEqual(["fine", null])
    says.fails = busy
    await store.read()
    expect([conditionOf(store.state, true), store.state.problem]).toEqual(["fine", busy])
  })

  test("are said to be none, nobody who fits, or not allowed, each by itself", async () => {
    const { store } = world([])
    await store.read()
    expect(conditionOf(store.state, true)).toBe("empty")
    expect(conditionOf(store.state, false)).toBe("not-allowed")
    const { store: other } = world()
    await other.read()
    other.find("zzz")
    expect(conditionOf(other.state, true)).toBe("nobody")
  })

  test("are shown up to a bound, and how many there are besides is told", async () => {
    const { store } = world(Array.from({ length: shownMost + 3 }, (_, at) => contact(`Person ${at}`)))
    await store.read()
    expect([foundIn(store.state).shown.length, foundIn(store.state).moreCount]).toEqual([shownMost, 3])
  })
})

describe("what is done", () => {
  test("to somebody new is shown, and undone by removing them", async () => {
    const { store, names } = world()
    await store.read()
    store.edit(null)
    await store.save({ ...contact("Emmy") })
    expect([store.state.done?.kind, store.state.open?.kind]).toEqual(["made", "one"])
    expect(names()).toContain("Emmy")
    await store.undo()
    expect([names(), store.state.done, store.state.open]).toEqual([["Ada", "Grace"], null, null])
  })

  test("to somebody known is shown, and undone by what was there before", async () => {
    const { store, names } = world()
    await store.read()
    const [ada] = foundIn(store.state).shown
    store.edit(ada ?? null)
    await store.save({ ...contact("Ada Lovelace") })
    expect([names(), store.state.done?.kind]).toEqual([["Ada Lovelace", "Grace"], "changed"])
    await store.undo()
    expect(names()).toEqual(["Ada", "Grace"])
  })

  test("away is shown, and undone by making them again", async () => {
    const { store, names } = world()
    await store.read()
    await store.remove(contact("Ada"))
    expect([names(), store.state.done?.kind, store.state.open]).toEqual([["Grace"], "removed", null])
    await store.undo()
    expect(names()).toEqual(["Ada", "Grace"])
  })

  test("and fails changes nothing that is shown", async () => {
    const { store, says, names } = world()
    await store.read()
    store.edit(null)
    says.fails = busy
    await expect(store.save({ ...contact("Emmy") })).rejects.toBe(busy)
    expect([store.state.open?.kind, store.state.done, names()]).toEqual(["form", null, ["Ada", "Grace"]])
  })

  test("back from the form leads to whom it was about, or to the list", async () => {
    const { store } = world()
    store.edit(contact("Ada"))
    store.back()
    expect(store.state.open?.kind).toBe("one")
    store.back()
    expect(store.state.open).toBeNull()
  })
})
