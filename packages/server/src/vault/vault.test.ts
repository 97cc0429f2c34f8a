import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { verifyChain } from "../ports/audit-chain.ts"
import type { KeyCustody } from "../ports/key-custody.ts"
import type { AccountTables } from "../ports/store.ts"
import { fakeClock } from "../testing/fake-clock.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { sampleRows } from "../testing/rows.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { vaultWith } from "../testing/vault-with.ts"
import { createKeyFileCustody } from "./custodians/key-file/index.ts"
import { keyLifeMs } from "./key-ring.ts"

const actor = { kind: "service", part: "test" } as const

/** Two accounts, and a vault whose custody counts and keeps what it unwrapped. */
async function world() {
  const store = createMemoryStore()
  const clock = fakeClock()
  const random = seededRandom(5)
  const inner = createKeyFileCustody(random.bytes(32), random)
  const unwrapped: Uint8Array[] = []
  const custody: KeyCustody = {
    ...inner,
    async unwrap(...given) {
      const dataKey = await inner.unwrap(...given)
      unwrapped.push(dataKey)
      return dataKey
    },
  }
  const { vault } = vaultWith(custody, { clock, random })
  const [here, other] = [sampleRows(1), sampleRows(2)]
  await store.asSystem(async (tables) => {
    await tables.insertAccount(here.account)
    await tables.insertAccount(other.account)
  })
  const { accountId } = here.account
  const { connectionId } = here.connection
  const place = { connectionId, kind: "refresh-token" } as const
  const opening = { ...place, actor, reason: "checkup", call: "request:test" } as const
  const inHere = <Result>(work: (tables: AccountTables) => Promise<Result>) => store.inAccount(accountId, work)
  const sealed = await inHere((tables) => vault.sealSecret(tables, place, "the secret"))
  return { store, clock, vault, custody, random, unwrapped, here, other, opening, place, inHere, sealed }
}

describe("the vault", () => {
  test("opens what it sealed", async () => {
    const { inHere, vault, opening, sealed } = await world()
    expect(await inHere((tables) => vault.openSecret(tables, opening, sealed))).toBe("the secret")
    expect(Buffer.from(sealed).includes("the secret")).toBe(false)
  })

  test("refuses a box moved to another account, connection or kind", async () => {
    const { store, inHere, vault, opening, other, sealed } = await world()
    const moved = [
      inHere((tables) => vault.openSecret(tables, { ...opening, kind: "access-token" }, sealed)),
      inHere((tables) => vault.openSecret(tables, { ...opening, connectionId: other.connection.connectionId }, sealed)),
      store.inAccount(other.account.accountId, async (tables) => {
        await vault.sealSecret(tables, opening, "its own")
        return vault.openSecret(tables, opening, sealed)
      }),
    ]
    for (const refused of moved) await expect(refused).rejects.toMatchObject({ code: "sealed-box-damaged" })
  })

  test("refuses another account's wrapped data key", async () => {
    const { store, inHere, vault, opening, other, sealed } = await world()
    const stolen = await inHere((tables) => tables.listDataKeys())
    const row = stolen[0]
    if (row === undefined) throw new Error("there is a key")
    const refused = store.inAccount(other.account.accountId, async (tables) => {
      await tables.insertDataKey({ ...row, accountId: other.account.accountId })
      return vault.openSecret(tables, opening, sealed)
    })
    await expect(refused).rejects.toMatchObject({ code: "sealed-box-damaged" })
  })

  test("refuses a data key whose fingerprint was changed", async () => {
    const { inHere, vault, opening, sealed } = await world()
    const lying = (tables: AccountTables): AccountTables => ({
      ...tables,
      listDataKeys: async () =>
        (await tables.listDataKeys()).map((row) => ({ ...row, commitment: new Uint8Array(32) })),
    })
    await expect(inHere((tables) => vault.openSecret(lying(tables), opening, sealed))).rejects.toMatchObject({
      code: "data-key-damaged",
    })
  })

  test("writes its audit record before it opens", async () => {
    const { inHere, vault, opening, unwrapped, sealed } = await world()
    const order: string[] = []
    await inHere((tables) =>
      vault.openSecret(
        {
          ...tables,
          appendAudit: async (entry, at) => {
            order.push(entry.action, `${unwrapped.length} keys unwrapped`)
            await tables.appendAudit(entry, at)
          },
        },
        opening,
        sealed,
      ),
    )
    expect(order).toEqual(["secret-opened", "0 keys unwrapped"])
    const audit = await inHere((tables) => tables.listAudit({ after: 0, limit: 10 }))
    expect(audit.map(({ action, reason, call }) => [action, reason, call])).toEqual([
      ["data-key-created", "first-secret", null],
      ["secret-opened", "checkup", "request:test"],
    ])
    expect(await verifyChain(audit)).toMatchObject({ isWhole: true })
  })

  test("opens nothing when no audit record can be written", async () => {
    const { inHere, vault, opening, unwrapped, sealed } = await world()
    const refused = inHere((tables) =>
      vault.openSecret({ ...tables, appendAudit: () => Promise.reject(new Error("disk full")) }, opening, sealed),
    )
    await expect(refused).rejects.toThrow("disk full")
    expect(unwrapped).toHaveLength(0)
  })

  test("records an opening that fails, too, where the transaction is kept", async () => {
    const { inHere, vault, opening } = await world()
    const audit = await inHere(async (tables) => {
      const refused = await vault.openSecret(tables, opening, new Uint8Array(80)).catch((error: unknown) => error)
      expect(isProblem(refused, "malformed")).toBe(true)
      return tables.listAudit({ after: 0, limit: 10 })
    })
    expect(audit.at(-1)?.action).toBe("secret-opened")
  })

  test("two first secrets of an account share one data key", async () => {
    const { store, vault, other, opening } = await world()
    const { accountId } = other.account
    await Promise.all(
      ["one", "two"].map((text) => store.inAccount(accountId, (tables) => vault.sealSecret(tables, opening, text))),
    )
    expect(await store.inAccount(accountId, (tables) => tables.listDataKeys())).toHaveLength(1)
  })

  test("asks custody once while a key is held, again after its life, and leaves no unwrapped bytes behind", async () => {
    const { inHere, vault, opening, unwrapped, sealed, clock } = await world()
    const openIt = () => inHere((tables) => vault.openSecret(tables, opening, sealed))
    await openIt()
    await openIt()
    expect(unwrapped).toHaveLength(1)
    // In use, it is confirmed before its end; unused since, it is forgotten.
    await clock.advance(keyLifeMs)
    expect(unwrapped).toHaveLength(2)
    await clock.advance(keyLifeMs)
    expect(await openIt()).toBe("the secret")
    expect(unwrapped).toHaveLength(3)
    expect(unwrapped.every((bytes) => bytes.every((byte) => byte === 0))).toBe(true)
  })

  test("leaves no timer when it forgets", async () => {
    const { inHere, vault, opening, sealed, clock } = await world()
    await inHere((tables) => vault.openSecret(tables, opening, sealed))
    expect(clock.waitingCount).toBe(1)
    vault.forget()
    expect(clock.waitingCount).toBe(0)
  })
})
