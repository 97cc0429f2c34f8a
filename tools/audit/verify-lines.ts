import { auditActions } from "@kalends/domain/audit"
import { parseAccountId, parseUserId } from "@kalends/domain/ids"
import { auditLineSchema } from "@kalends/protocol/audit"
import { type ChainVerdict, type CheckSignature, chainCheck } from "../../packages/server/src/ports/audit-chain.ts"
import type { AuditRow } from "../../packages/server/src/ports/store.ts"

const lineBytesMost = 8 * 1024

/** Lines of a text that comes in parts. Throws Error for a line longer than any entry. */
export async function* linesOf(parts: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder()
  let rest = ""
  for await (const part of parts) {
    rest += typeof part === "string" ? part : decoder.decode(part, { stream: true })
    const lines = rest.split("\n")
    rest = lines.pop() ?? ""
    yield* lines
    if (rest.length > lineBytesMost) throw new Error("This is not an export of the audit log.")
  }
  if (rest !== "") yield rest
}

/** An entry as its line says, or null where the line cannot be one. */
function rowOf(line: string): AuditRow | null {
  try {
    const { at, actorKind, actor, previousHash, hash, signature, ...rest } = auditLineSchema.parse(JSON.parse(line))
    const action = auditActions.find((known) => known === rest.action)
    if (action === undefined) return null
    return {
      ...{ ...rest, action, accountId: parseAccountId(rest.accountId), at: Temporal.Instant.from(at) },
      actor: actorKind === "user" ? { kind: "user", userId: parseUserId(actor) } : { kind: "service", part: actor },
      ...{ previousHash: Buffer.from(previousHash, "hex"), hash: Buffer.from(hash, "hex") },
      signature: signature === null ? null : Buffer.from(signature, "hex"),
    }
  } catch {
    return null
  }
}

export type LinesVerdict = ChainVerdict & {
  /** Whether an entry with the hash asked for is there; null where none was asked for. */
  readonly hasHead: boolean | null
}

export type Kept = {
  /** A hash noted earlier, which has to be there still. */
  readonly head: string | null
  /** Checks signatures with the key that was kept; null where none was. */
  readonly check: CheckSignature | null
}

/** Checks an export, line by line, without the service. */
export async function verifyLines(
  lines: AsyncIterable<string>,
  { head, check: signature }: Kept,
): Promise<LinesVerdict> {
  const check = chainCheck(signature)
  let hasHead = false
  for await (const line of lines) {
    if (!(await check.takeAll([rowOf(line)]))) break
    hasHead ||= check.verdict().head === head
  }
  return { ...check.verdict(), hasHead: head === null ? null : hasHead }
}
