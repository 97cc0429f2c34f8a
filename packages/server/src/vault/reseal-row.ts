import { isProblem } from "@kalends/domain/problem"
import type { ResealedRow, SealedRow } from "../ports/key-tables.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, SecretKind } from "../ports/store.ts"
import type { DataKeys } from "./data-keys.ts"
import { type BoxKey, boxKeyVersion, open, seal } from "./sealed-box.ts"
import { secretContext } from "./vault.ts"

export type Resealing = {
  readonly keys: DataKeys
  readonly random: Random
  readonly tables: AccountTables
  /** Null where all keys of the account are destroyed. */
  readonly newest: BoxKey | null
}

export type Outcome = {
  /** What is to be written; null where nothing of it changes. */
  readonly row: ResealedRow | null
  readonly isFailed: boolean
}

/** One row's secrets under the newest key, each bound to the place it was bound to. Throws Problem "unavailable" alone. */
export async function resealRow(sealing: Resealing, row: SealedRow): Promise<Outcome> {
  const secret = await resealBox(sealing, row, { box: row.secret, kind: row.secretKind })
  const accessToken = await resealBox(sealing, row, { box: row.accessToken, kind: "access-token" })
  const isLost = secret === "lost" || accessToken === "lost"
  const isFailed = secret === "failed" || accessToken === "failed"
  const kept = (outcome: Resealed, was: Uint8Array | null) =>
    outcome === "failed" ? was : outcome === "lost" ? null : outcome
  return {
    row: {
      rowId: row.rowId,
      secret: kept(secret, row.secret),
      accessToken: kept(accessToken, row.accessToken),
      lostOf: isLost ? row.connectionId : null,
    },
    isFailed,
  }
}

type Box = { readonly box: Uint8Array | null; readonly kind: SecretKind }
/** `lost`: its key was destroyed, or what it is bound to is gone. `failed`: it was changed. */
type Resealed = Uint8Array | null | "lost" | "failed"

async function resealBox(
  { keys, random, tables, newest }: Resealing,
  { connectionId }: SealedRow,
  { box, kind }: Box,
): Promise<Resealed> {
  if (box === null || box.length === 0) return box
  if (connectionId === null || newest === null) return "lost"
  try {
    const version = boxKeyVersion(box)
    if (version === newest.version) return box
    const context = secretContext(tables.accountId, { connectionId, kind })
    const text = open(await keys.ofVersion(tables, version), context, box)
    const sealed = seal(newest, context, text, random)
    text.fill(0)
    return sealed
  } catch (error) {
    if (isProblem(error, "auth-revoked")) return "lost"
    if (isProblem(error, "malformed")) return "failed"
    throw error
  }
}
