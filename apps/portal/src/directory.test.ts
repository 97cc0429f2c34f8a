import type { DirectoryView } from "@kalends/protocol/tenants"
import { expect, test } from "vitest"
import { type Entry, inParts, readPage, toggled, toggledAll } from "./directory.ts"

const entry = (name: string): Entry => ({
  email: `${name}@contoso.example`,
  displayName: name,
  kind: "person",
  userId: null,
  connectionState: null,
  isByTenant: false,
})
const [ada, grace] = [entry("ada"), entry("grace")]

test("pages that hold nobody are passed over", async () => {
  const pages: Record<string, DirectoryView> = {
    first: { entries: [], next: "second" },
    second: { entries: [], next: "third" },
    third: { entries: [ada], next: null },
  }
  const page = await readPage(async (next) => pages[next ?? "first"] ?? { entries: [], next: null }, null)
  expect(page.entries).toEqual([ada])
})

test("a directory that never ends is not read for ever", async () => {
  let asked = 0
  await readPage(async () => {
    asked++
    return { entries: [], next: "again" }
  }, null)
  expect(asked).toBeLessThan(100)
})

test("a selection holds while other people are searched for", () => {
  const one = toggled(new Map(), ada)
  const both = toggledAll(one, [grace])
  expect([...both.keys()]).toEqual([ada.email, grace.email])
  expect([...toggledAll(both, [grace]).keys()]).toEqual([ada.email])
  expect(toggled(one, ada).size).toBe(0)
})

test("many are brought in by several calls", () => {
  expect(inParts([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]])
  expect(inParts([], 2)).toEqual([])
})
