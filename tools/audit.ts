/**
 * `npm run audit -- …`: takes the organisation's audit log out of the service and checks it here, with nothing but its own
 * hashes: what the service says of itself is not asked.
 */
import { createReadStream } from "node:fs"
import { open } from "node:fs/promises"
import type { AuditKeyView } from "@kalends/protocol/audit"
import type { CheckSignature } from "../packages/server/src/ports/audit-chain.ts"
import { signatureCheck } from "../packages/server/src/ports/audit-signature.ts"
import { type LinesVerdict, linesOf, verifyLines } from "./audit/verify-lines.ts"
import { say } from "./platform.ts"
import { openStream, Refused, serviceUrl, signIn } from "./service-api.ts"

export const usage = `npm run audit -- key
npm run audit -- verify [--key <key>] [--head <hash>]
npm run audit -- verify --file <file> [--key <key>] [--head <hash>]
npm run audit -- export <file>

verify reads the whole log and finds the first entry that was changed, put in or taken out. key prints the public key that
the service signs its log with: keep it somewhere else. Given as --key, it shows that nobody who has the database, and not
the key file, wrote the log anew. Keep the hash that verify prints, too: given as --head the next time, it shows that
nothing at the end was cut off. export writes the log into a file that can be checked anywhere. The service is at
KALENDS_URL (http://localhost:8080); an administrator signs in with KALENDS_EMAIL, KALENDS_PASSWORD and KALENDS_CODE (of an
authenticator app, or a recovery code), or is asked.`

type Command =
  | { readonly kind: "key" }
  | {
      readonly kind: "verify"
      readonly file: string | null
      readonly head: string | null
      readonly check: CheckSignature | null
    }
  | { readonly kind: "export"; readonly file: string }

function readArguments([verb, ...rest]: readonly string[]): Command | null {
  if (verb === "export") return rest[0] === undefined || rest.length > 1 ? null : { kind: "export", file: rest[0] }
  if (verb === "key") return rest.length > 0 ? null : { kind: "key" }
  if (verb !== "verify") return null
  let check: CheckSignature | null = null
  let file: string | null = null
  let head: string | null = null
  for (let at = 0; at < rest.length; at += 2) {
    const value = rest[at + 1]
    if (value === undefined) return null
    if (rest[at] === "--file") file = value
    else if (rest[at] === "--head" && /^[0-9a-f]{64}$/i.test(value)) head = value.toLowerCase()
    else if (rest[at] === "--key") check = signatureCheck(value)
    else return null
    if (rest[at] === "--key" && check === null) return null
  }
  return { kind: "verify", file, head, check }
}

function verdictLines(verdict: LinesVerdict, isSignatureChecked: boolean): readonly string[] {
  const { isWhole, count, brokenAt, head, hasHead } = verdict
  if (verdict.brokenBy === "signature")
    return [`FORGED at entry ${brokenAt}: it has not the signature that it should have, by the key you gave.`]
  if (!isWhole) return [`BROKEN at entry ${brokenAt}: it, or what was before it, is not as it was written.`]
  if (hasHead === false) return [`CUT: ${count} entries fit, but the one with the hash you kept is not among them.`]
  const kept = hasHead === true ? " The entry with the hash you kept is there." : ""
  return [
    `Whole: ${count} entries, each as it was written.${kept}`,
    isSignatureChecked ? signedLine(verdict) : "Signatures were not checked: give --key.",
    `Hash of the last one: ${head}`,
  ]
}

function signedLine({ signedUpTo, signedCount }: LinesVerdict): string {
  return signedUpTo === null
    ? "None is signed: all are from before logs were signed, or the log was written anew without the key."
    : `Signed up to entry ${signedUpTo}, by ${signedCount} signatures.`
}

async function showKey(): Promise<number> {
  const call = await signIn(serviceUrl())
  say((await call<AuditKeyView>("GET", "/v1/audit/key")).publicKey)
  return 0
}

const exported = () => openStream(serviceUrl(), "/v1/audit/export")

async function write(file: string): Promise<number> {
  const to = await open(file, "wx", 0o600).catch(() => {
    throw new Refused(`${file} is there already, or cannot be written.`)
  })
  let count = 0
  try {
    for await (const line of linesOf(await exported())) {
      await to.write(`${line}\n`)
      count += 1
    }
  } finally {
    await to.close()
  }
  say(`${count} entries are in ${file}.`)
  return 0
}

/** Does what was asked; the exit code: 0 well, 1 the log is not whole or nothing answers, 2 not understood. */
async function run(args: readonly string[]): Promise<number> {
  const command = readArguments(args)
  if (command === null) {
    say(usage)
    return 2
  }
  try {
    if (command.kind === "key") return await showKey()
    if (command.kind === "export") return await write(command.file)
    const parts = command.file === null ? await exported() : createReadStream(command.file)
    const verdict = await verifyLines(linesOf(parts), command)
    for (const line of verdictLines(verdict, command.check !== null)) say(line)
    return verdict.isWhole && verdict.hasHead !== false ? 0 : 1
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT"
    if (!(error instanceof Refused) && !isMissing) throw error
    say(error instanceof Refused ? error.message : "There is no such file.")
    return 1
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2))
