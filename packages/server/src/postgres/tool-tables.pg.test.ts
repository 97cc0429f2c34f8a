import { parseTemplateId, parseUserId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { AccountTables, Store } from "../ports/store.ts"
import type { DelegateRow, TemplateRow } from "../ports/tool-tables.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createStore } from "./store.ts"

const at = (seconds: number) => Temporal.Instant.from("2026-11-23T09:00:00Z").add({ seconds })
const hash = (fill: number) => new Uint8Array(32).fill(fill)
const database = useDatabase()
let seed = 2_400

async function organisation(store: Store) {
  const random = seededRandom(++seed)
  const { account, user } = sampleRows(seed)
  const { accountId } = account
  const other = { ...user, userId: parseUserId(random.uuid()), email: `bo${seed}@example.org` }
  await store.asSystem((tables) => tables.insertAccount(account))
  const inAccount = (work: (tables: AccountTables) => Promise<void>) => store.inAccount(accountId, work)
  await inAccount(async (tables) => {
    await tables.insertUser(user)
    await tables.insertUser(other)
  })
  const template = (name: string, isDefault: boolean): TemplateRow => ({
    ...{ accountId, templateId: parseTemplateId(random.uuid()), name, text: "Dial in", backend: null, isDefault },
    createdAt: at(0),
  })
  return { accountId, user, other, inAccount, template }
}

const stores: readonly (readonly [string, () => Store])[] = [
  ["on PostgreSQL", () => createStore(database())],
  ["in memory", createMemoryStore],
]

describe.each(stores)("what scheduling tools need, %s", (_name, make) => {
  test("one template is the default at most, and a person's own choice of one goes with it", async () => {
    const { accountId, user, inAccount, template } = await organisation(make())
    const [plain, rich] = [template("Plain", true), template("Rich", true)]
    await inAccount(async ({ tools }) => {
      await tools.putTemplate(plain)
      await tools.putTemplate(rich)
      await tools.putTemplate({ ...plain, isDefault: false, text: "" })
      await tools.putDefault({ accountId, userId: user.userId, templateId: rich.templateId, addsToEveryEvent: false })
      await tools.putDefault({ accountId, userId: user.userId, templateId: rich.templateId, addsToEveryEvent: true })
      expect(await tools.listTemplates()).toEqual([{ ...plain, isDefault: false, text: "" }, rich])
      expect(await tools.findDefault(user.userId)).toMatchObject({
        templateId: rich.templateId,
        addsToEveryEvent: true,
      })
      expect([await tools.deleteTemplate(rich.templateId), await tools.deleteTemplate(rich.templateId)]).toEqual([
        true,
        false,
      ])
      expect(await tools.findDefault(user.userId)).toMatchObject({ templateId: null, addsToEveryEvent: true })
    })
  })

  test("who may schedule for whom is known from both sides, and goes with either", async () => {
    const { accountId, user, other, inAccount } = await organisation(make())
    const row: DelegateRow = {
      ...{ accountId, hostId: user.userId, delegateId: other.userId, managesPrivate: false },
      ...{ givenBy: user.userId, givenAt: at(0) },
    }
    await inAccount(async ({ tools, persons }) => {
      await tools.putDelegate(row)
      await tools.putDelegate({ ...row, managesPrivate: true, givenAt: at(5) })
      const changed = { ...row, managesPrivate: true, givenAt: at(5) }
      expect(await tools.findDelegate(user.userId, other.userId)).toEqual(changed)
      expect(await tools.findDelegate(other.userId, user.userId)).toBeNull()
      expect([await tools.listDelegates(user.userId), await tools.listHosts(other.userId)]).toEqual([
        [changed],
        [changed],
      ])
      expect(await tools.deleteDelegate(other.userId, user.userId)).toBe(false)
      await persons.deleteUser(other.userId)
      expect(await tools.listDelegates(user.userId)).toEqual([])
    })
  })

  test("a code is taken once, until it is over, and no more wait than may", async () => {
    const store = make()
    const { accountId, inAccount } = await organisation(store)
    const [one, two] = [seed % 200, (seed % 200) + 1]
    const row = { accountId, tokenHash: hash(one), codeHash: hash(two), deviceName: "Extension", expiresAt: at(600) }
    await inAccount(async ({ tools }) => {
      expect(await tools.insertPairing(row, at(0), 1)).toBe(true)
      expect(await tools.insertPairing({ ...row, tokenHash: hash(two) }, at(1), 1)).toBe(false)
    })
    expect(await store.asSystem((tables) => tables.hasToolPairing(row.tokenHash, at(599)))).toBe(true)
    expect(await store.asSystem((tables) => tables.hasToolPairing(row.tokenHash, at(600)))).toBe(false)
    await inAccount(async ({ tools }) => {
      expect(await tools.findPairing(row.codeHash, at(600))).toBeNull()
      expect(await tools.findPairing(row.codeHash, at(1))).toMatchObject({ deviceName: "Extension" })
      expect(await tools.takePairing(row.codeHash, at(1))).toMatchObject({ deviceName: "Extension" })
      expect(await tools.takePairing(row.codeHash, at(1))).toBeNull()
      await tools.insertPairing(row, at(0), 1)
      // What is over makes room.
      expect(await tools.insertPairing({ ...row, tokenHash: hash(two) }, at(600), 1)).toBe(true)
    })
  })
})
