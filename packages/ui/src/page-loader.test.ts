import fc from "fast-check"
import { expect, test } from "vitest"
import { createPageLoader, type PageLoader, type RowsPage } from "./page-loader.ts"

type Row = { readonly id: number; readonly key: string }
const keyOf = (place: number) => String(place).padStart(3, "0")

/** A service whose answers are on their way until the test lets them arrive. */
function slowService(size: number) {
  const rows = new Map<number, string>()
  const waiting: { readonly arrive: () => void; readonly fail: () => void }[] = []
  const pageAfter = (after: string | null): RowsPage<Row> => {
    const found = [...rows]
      .map(([id, key]) => ({ id, key }))
      .filter(({ key }) => key > (after ?? ""))
      .sort((a, b) => (a.key < b.key ? -1 : 1))
    const shown = found.slice(0, size)
    return { rows: shown, next: found.length > size ? (shown.at(-1)?.key ?? null) : null, total: rows.size }
  }
  return {
    rows,
    waiting,
    read: (after: string | null) =>
      new Promise<RowsPage<Row>>((arrive, fail) => {
        const page = pageAfter(after)
        waiting.push({ arrive: () => arrive(page), fail: () => fail(new Error("no answer")) })
      }),
  }
}

const newLoader = (): PageLoader<Row> => createPageLoader(({ id }: Row) => String(id))
/** Whatever was promised is done. */
const settled = async () => {
  for (let turn = 0; turn < 12; turn++) await Promise.resolve()
}
const keys = (loader: PageLoader<Row>) => loader.state.rows.map(({ key }) => key)

/** Lets everything arrive, and reads to the end. */
async function finish(loader: PageLoader<Row>, service: ReturnType<typeof slowService>): Promise<void> {
  for (let step = 0; step < 200; step++) {
    loader.need(1_000)
    if (loader.state.error !== null) loader.retry()
    for (const answer of service.waiting.splice(0)) answer.arrive()
    await settled()
    if (loader.state.isDone && !loader.state.isReading) return
  }
  throw new Error("the list does not come to its end")
}

const place = fc.integer({ min: 0, max: 60 })
const step = fc.oneof(
  fc.record({ kind: fc.constant("put" as const), id: fc.integer({ min: 0, max: 40 }), place }),
  fc.record({ kind: fc.constant("remove" as const), id: fc.integer({ min: 0, max: 40 }) }),
  fc.record({ kind: fc.constant("need" as const), count: place }),
  fc.record({ kind: fc.constant("ask" as const), from: fc.option(place) }),
  ...(["arrive", "fail", "refresh", "retry"] as const).map((kind) => fc.record({ kind: fc.constant(kind) })),
)

test("however rows come and go and answers fail, whoever stays is shown once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.array(step, { maxLength: 60 }), async (size, steps) => {
      const service = slowService(size)
      const loader = newLoader()
      const isFree = (key: string) => ![...service.rows.values()].includes(key)
      for (let id = 0; id < 30; id++) service.rows.set(id, keyOf(id * 2))
      let from: string | null = null
      // Rows that stood at one place since the last question.
      let steady = new Map(service.rows)
      loader.ask({ read: service.read })
      for (const one of steps) {
        if (one.kind === "put" && isFree(keyOf(one.place))) {
          service.rows.set(one.id, keyOf(one.place))
          steady.delete(one.id)
        }
        if (one.kind === "remove") {
          service.rows.delete(one.id)
          steady.delete(one.id)
        }
        if (one.kind === "need") loader.need(one.count)
        if (one.kind === "ask") {
          from = one.from === null ? null : keyOf(one.from)
          steady = new Map(service.rows)
          loader.ask({ read: service.read, from })
        }
        if (one.kind === "arrive" || one.kind === "fail") service.waiting.shift()?.[one.kind]()
        if (one.kind === "refresh" || one.kind === "retry") loader[one.kind]()
        await settled()
        const ids = loader.state.rows.map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
      }
      await finish(loader, service)
      expect(keys(loader)).toEqual([...keys(loader)].sort())
      const shown = new Map(loader.state.rows.map(({ id, key }) => [id, key]))
      for (const [id, key] of steady) if (key > (from ?? "")) expect(shown.get(id)).toBe(key)
      for (const key of shown.values()) expect(key > (from ?? "")).toBe(true)
    }),
    { numRuns: 400 },
  )
})

test("reads no more than is needed, one page at a time", async () => {
  const service = slowService(2)
  for (let id = 0; id < 9; id++) service.rows.set(id, keyOf(id))
  const loader = newLoader()
  loader.ask({ read: service.read })
  loader.need(3)
  loader.need(4)
  expect(service.waiting.length).toBe(1)
  service.waiting.shift()?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["000", "001"])
  expect(service.waiting.length).toBe(1)
  service.waiting.shift()?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["000", "001", "002", "003"])
  expect(loader.state).toMatchObject({ isReading: false, isDone: false, total: 9 })
  expect(service.waiting).toEqual([])
})

test("an error keeps what is shown, and nothing is read until it is tried again", async () => {
  const service = slowService(2)
  for (let id = 0; id < 4; id++) service.rows.set(id, keyOf(id))
  const loader = newLoader()
  loader.ask({ read: service.read })
  loader.need(4)
  service.waiting.shift()?.arrive()
  await settled()
  service.waiting.shift()?.fail()
  await settled()
  expect(keys(loader)).toEqual(["000", "001"])
  expect(loader.state.error).toBeInstanceOf(Error)
  loader.need(4)
  expect(service.waiting).toEqual([])
  loader.retry()
  service.waiting.shift()?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["000", "001", "002", "003"])
  expect(loader.state.error).toBeNull()
})

test("a new question keeps the old answer in sight until its own is there, and lets late answers go", async () => {
  const service = slowService(2)
  for (let id = 0; id < 6; id++) service.rows.set(id, keyOf(id))
  const loader = newLoader()
  loader.ask({ read: service.read })
  service.waiting.shift()?.arrive()
  await settled()
  loader.need(4)
  loader.ask({ read: service.read, from: "003" })
  expect(loader.state).toMatchObject({ isStale: true, turn: 1 })
  const [late, answer] = service.waiting
  answer?.arrive()
  await settled()
  late?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["004", "005"])
  expect(loader.state).toMatchObject({ isStale: false, isDone: true, turn: 2 })
})

test("what is read anew takes the place of what is shown in one step", async () => {
  const service = slowService(2)
  for (let id = 0; id < 4; id++) service.rows.set(id, keyOf(id))
  const loader = newLoader()
  loader.ask({ read: service.read })
  await finish(loader, service)
  service.rows.delete(1)
  service.rows.set(9, "003b")
  loader.refresh()
  service.waiting.shift()?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["000", "001", "002", "003"])
  service.waiting.shift()?.arrive()
  await settled()
  expect(keys(loader)).toEqual(["000", "002", "003", "003b"])
  expect(loader.state.turn).toBe(1)
})

test("a service that answers with the same page for ever is an error, not a loop", async () => {
  const loader = newLoader()
  loader.ask({ read: async () => ({ rows: [{ id: 1, key: "a" }], next: "a" }) })
  loader.need(5)
  await settled()
  expect(loader.state.error).toBeInstanceOf(Error)
  expect(keys(loader)).toEqual(["a"])
})
