import { Problem } from "@kalends/domain/problem"
import type { CustodianView, KeyAction, KeysView, ShredInput } from "@kalends/protocol/keys"
import type { Clock } from "../ports/clock.ts"
import type { CustodyCount } from "../ports/key-tables.ts"
import type { Passwords } from "../ports/passwords.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { CustodianState, Custodians } from "./custody-state.ts"
import type { DataKeys } from "./data-keys.ts"
import type { KeyWork } from "./key-work.ts"

export type KeysDeps = {
  readonly store: Store
  readonly custodians: Custodians
  readonly keys: DataKeys
  readonly work: Pick<KeyWork, "begin">
  readonly passwords: Pick<Passwords, "isRight">
  readonly world: { readonly clock: Clock; readonly graceMinutes: number }
}

/** The keys of an organisation, as its owner sees and changes them. */
export interface Keys {
  view(by: UserRow): Promise<KeysView>
  /** rotate: a new data key, and everything sealed under it. rewrap: the data keys wrapped anew. Throws Problem "conflict" where there is nothing to pause or resume. */
  act(by: UserRow, action: KeyAction): Promise<KeysView>
  /** Destroys all data keys. Throws Problem "forbidden" unless the organisation's name and the person's own password are given. */
  shred(by: UserRow, input: ShredInput): Promise<KeysView>
}

export function createKeys({ store, custodians, keys, work, passwords, world }: KeysDeps): Keys {
  const { clock, graceMinutes } = world

  async function view({ accountId }: UserRow): Promise<KeysView> {
    await custodians.probe()
    const counts = await store.asSystem((tables) => tables.countByCustody())
    return store.inAccount(accountId, async (tables) => {
      const found = await tables.keys.findWork()
      return {
        ...{ at: clock.now().toString(), organisation: await tables.keys.accountName(), graceMinutes },
        custodians: custodians.states.map((state) => custodianView(state, counts, graceMinutes)),
        dataKeys: (await tables.listDataKeys()).map(({ keyVersion, custodyKeyId, createdAt, destroyedAt }) => ({
          ...{ version: keyVersion, custodyKeyId, createdAt: createdAt.toString() },
          destroyedAt: destroyedAt?.toString() ?? null,
        })),
        work:
          found === null
            ? null
            : {
                ...{ state: found.state, startedAt: found.startedAt.toString(), touchedAt: found.touchedAt.toString() },
                endedAt: found.endedAt?.toString() ?? null,
                ...{ total: found.total, done: found.done, failed: found.failed },
              },
      }
    })
  }

  async function move(tables: AccountTables, user: UserRow, action: "pause" | "resume"): Promise<void> {
    const now = clock.now()
    const [from, to] = action === "pause" ? (["running", "paused"] as const) : (["paused", "running"] as const)
    if (!(await tables.keys.moveWork([from], { state: to, touchedAt: now })))
      throw new Problem("conflict", "That is not possible any more; look at how it stands now.", {
        code: "key-work-moved-on",
      })
    if (action === "resume") await tables.addJobs([{ kind: "keys", accountId: tables.accountId }])
    await tables.appendAudit(
      {
        ...{ actor: { kind: "user", userId: user.userId }, action: "key-work-changed", subjectId: tables.accountId },
        reason: action === "pause" ? "key-work-paused" : "key-work-resumed",
      },
      now,
    )
  }

  return {
    view,
    async act(by, action) {
      await store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        if (action === "pause" || action === "resume") return move(tables, by, action)
        if (action === "rotate") await keys.create(tables, { kind: "user", userId: by.userId }, "key-rotation")
        await work.begin(tables, by.userId, action === "rotate" ? "key-rotation" : "rewrap-asked")
      })
      return view(by)
    },
    async shred(by, { organisation, password }) {
      if (!(await passwords.isRight(password, by.passwordHash)))
        throw new Problem("forbidden", "The password is wrong.", { code: "wrong-password" })
      await store.inAccount(by.accountId, async (tables) => {
        if ((await tables.keys.accountName()).trim() !== organisation.trim())
          throw new Problem("forbidden", "That is not the organisation's name.", { code: "name-differs" })
      })
      // The record comes first, in a transaction of its own: whoever seals holds its key, and may wait for the account's row.
      await store.inAccount(by.accountId, (tables) =>
        tables.appendAudit(
          {
            ...{ actor: { kind: "user", userId: by.userId }, action: "data-key-destroyed", subjectId: by.accountId },
            reason: "keys-shredded",
          },
          clock.now(),
        ),
      )
      await store.inAccount(by.accountId, (tables) => tables.keys.shred(clock.now()))
      keys.drop(by.accountId)
      await store.inAccount(by.accountId, (tables) => work.begin(tables, by.userId, "keys-shredded"))
      return view(by)
    },
  }
}

function custodianView(
  { custody, role, awaySince, retryAt, problemCode, answeredAt }: CustodianState,
  counts: readonly CustodyCount[],
  graceMinutes: number,
): CustodianView {
  const keyCount = counts.filter(({ keyId }) => custody.owns(keyId)).reduce((sum, { count }) => sum + count, 0)
  const state =
    awaySince !== null ? "away" : problemCode !== null ? "refuses" : answeredAt === null ? "unasked" : "answers"
  return {
    ...{ name: custody.name, label: custody.label, role, state, problemCode, keyCount },
    awaySince: awaySince?.toString() ?? null,
    retryAt: retryAt?.toString() ?? null,
    graceEndsAt: awaySince?.add({ minutes: graceMinutes }).toString() ?? null,
  }
}
