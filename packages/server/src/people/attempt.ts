import { createHash } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { z } from "zod"
import type { Clock } from "../ports/clock.ts"
import type { AccountTables } from "../ports/store.ts"

/** Seals and opens a text; any node can open it. */
export interface AttemptBox {
  seal(text: string): string
  /** Throws when it is not ours. */
  open(sealed: string): string
}

type Dated = { readonly expiresAtMs: number }

/**
 * What has to be remembered between the two halves of an attempt goes with the browser, sealed: no row for one that is
 * never finished, and any node can finish what another began.
 */
export function sealAttempt<Attempt extends Dated>(box: AttemptBox, attempt: Attempt): string {
  return box.seal(JSON.stringify(attempt))
}

/** Throws Problem "forbidden" (code "challenge-expired") when it is old, forged, or of another kind. */
export function openAttempt<Schema extends z.ZodType<Dated>>(
  box: AttemptBox,
  schema: Schema,
  { sealed, clock }: { readonly sealed: string; readonly clock: Clock },
): z.infer<Schema> {
  const attempt = openQuietly(box, schema, sealed)
  if (attempt === null || attempt.expiresAtMs < clock.now().epochMilliseconds) throw attemptOver()
  return attempt
}

function openQuietly<Schema extends z.ZodType>(
  box: AttemptBox,
  schema: Schema,
  sealed: string,
): z.infer<Schema> | null {
  try {
    return schema.parse(JSON.parse(box.open(sealed)))
  } catch {
    return null
  }
}

/** An attempt is finished once. Throws Problem "forbidden" (code "challenge-expired") the second time. */
export async function spend(tables: AccountTables, challenge: string, { expiresAtMs }: Dated): Promise<void> {
  const hash = new Uint8Array(createHash("sha256").update(`kalends challenge\n${challenge}`).digest())
  const expiresAt = Temporal.Instant.fromEpochMilliseconds(expiresAtMs)
  if (!(await tables.signIn.spendChallenge(hash, expiresAt))) throw attemptOver()
}

function attemptOver(): Problem {
  return new Problem("forbidden", "This took too long or was done before; start again.", { code: "challenge-expired" })
}
