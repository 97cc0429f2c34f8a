import { createHash } from "node:crypto"
import { pairingCodeLength, pairingSigns, parsePairingCode } from "@kalends/domain/display"
import { Problem } from "@kalends/domain/problem"
import type { ToolCode } from "@kalends/protocol/tools"
import type { Clock } from "../ports/clock.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, Store } from "../ports/store.ts"
import type { ToolPairingRow } from "../ports/tool-tables.ts"
import { newSessionToken, tokenHash } from "./session-token.ts"
import { newSession, passedOnEnd, putSession, refuseSuspended, type SessionsDeps, type SignedIn } from "./sessions.ts"

export type ToolCodesDeps = {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly lives: SessionsDeps["lives"]
}

const codeMinutes = 10
const pollSeconds = 4
/** Codes that wait at one time, in all. */
const pairingsMost = 1_000

/**
 * How a tool without a sign-in of its own comes to a session: it shows a code, the person types it in the portal, sees which
 * tool it is, and agrees. The tool's token is the session's from then on; before that it opens nothing.
 */
export function createToolCodes({ store, ...sessions }: ToolCodesDeps) {
  const { clock, random } = sessions

  async function requireWaiting(
    tables: AccountTables,
    typed: string,
    take: "findPairing" | "takePairing",
  ): Promise<ToolPairingRow> {
    const code = parsePairingCode(typed)
    const row = code === null ? null : await tables.tools[take](codeHash(code), clock.now())
    if (row === null)
      throw new Problem("not-found", "No tool shows this code, or it is over.", { code: "pairing-code-wrong" })
    return row
  }

  return {
    /** Throws Problem "rate-limited" where too many wait, "unavailable" before set-up. */
    async begin(deviceName: string): Promise<ToolCode> {
      const now = clock.now()
      const accountId = await store.asSystem((tables) => tables.findAccountId())
      if (accountId === null) throw new Problem("unavailable", "The service is not set up yet.", { code: "not-set-up" })
      const [code, token] = [newCode(random), newSessionToken(random)]
      const expiresAt = now.add({ minutes: codeMinutes })
      const hashes = { codeHash: codeHash(code), tokenHash: tokenHash("session", token) }
      const isTaken = await store.inAccount(accountId, (tables) =>
        tables.tools.insertPairing({ accountId, ...hashes, deviceName, expiresAt }, now, pairingsMost),
      )
      if (!isTaken)
        throw new Problem("rate-limited", "Too many tools wait to be connected.", {
          ...{ code: "too-many-pairings", retryAt: now.add({ minutes: 1 }) },
        })
      return { code, token, expiresAt: expiresAt.toString(), now: now.toString(), pollSeconds }
    },

    /** Throws Problem "auth-expired" (code "pairing-over"). */
    state(token: string): Promise<{ readonly state: "waiting" | "connected" }> {
      const hash = tokenHash("session", token)
      return store.asSystem(async (tables) => {
        if ((await tables.findSession(hash, clock.now()))?.session.kind === "tool") return { state: "connected" }
        if (await tables.hasToolPairing(hash, clock.now())) return { state: "waiting" }
        throw new Problem("auth-expired", "This code is over.", { code: "pairing-over" })
      })
    },

    /** Which tool shows the code. Throws Problem "not-found" (code "pairing-code-wrong"). */
    async look({ user }: SignedIn, code: string) {
      const { deviceName, expiresAt } = await store.inAccount(user.accountId, (tables) =>
        requireWaiting(tables, code, "findPairing"),
      )
      return { deviceName, expiresAt: expiresAt.toString() }
    },

    /** The person agrees: the tool is signed in as them. Throws Problem "not-found" (code "pairing-code-wrong"). */
    connect: ({ user, session: from }: SignedIn, code: string): Promise<void> =>
      store.inAccount(user.accountId, async (tables) => {
        await tables.lockAccount()
        const { deviceName, tokenHash: hash } = await requireWaiting(tables, code, "takePairing")
        const { secondFactor, secondFactorAt, issuer } = from
        const made = newSession(sessions, user, { deviceName, hash, kind: "tool", endsAt: passedOnEnd(sessions, from) })
        await putSession(sessions, tables, { ...made, secondFactor, secondFactorAt, issuer })
        const actor = { kind: "user", userId: user.userId } as const
        const entry = { actor, action: "signed-in", subjectId: made.sessionId, reason: "hand-off" } as const
        await tables.appendAudit(entry, clock.now())
        await refuseSuspended(tables, user)
      }),
  }
}

export type ToolCodes = ReturnType<typeof createToolCodes>

const codeHash = (code: string): Uint8Array =>
  new Uint8Array(createHash("sha256").update(`kalends tool-code\n${code}`).digest())

/** 39 random bits for people to type, for ten minutes. */
function newCode(random: Random): string {
  let code = ""
  while (code.length < pairingCodeLength)
    for (const byte of random.bytes(2 * pairingCodeLength)) {
      // A byte that would make some signs likelier than others is passed over.
      const isEven = byte < 256 - (256 % pairingSigns.length)
      if (isEven && code.length < pairingCodeLength) code += pairingSigns.charAt(byte % pairingSigns.length)
    }
  return code
}
