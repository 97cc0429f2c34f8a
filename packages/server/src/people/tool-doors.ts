import type { AccountId } from "@kalends/domain/ids"
import type { Issuer } from "@kalends/domain/issuer"
import { Problem } from "@kalends/domain/problem"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import type { ToolClaims, ToolDoor, ToolTokens } from "../ports/tool-tokens.ts"
import { type Found, findIssued, link, refusalOf, refusedProblem } from "./issued-person.ts"
import { type OpenedSession, openSession, type SessionsDeps, type SignedIn } from "./sessions.ts"

export type ToolDoorsDeps = {
  readonly store: Store
  readonly tokens: ToolTokens
  readonly doors: ReadonlyMap<string, ToolDoor>
  readonly sessions: SessionsDeps
}

/** What a tool brings, and what it calls itself. */
export type Brought = { readonly token: string; readonly deviceName: string }

/**
 * Sessions of scheduling tools that run where their person is signed in already. Who that is: whoever linked it themselves;
 * else whose connection names the same person at the same service; else, where the operator trusts the issuer's addresses,
 * whose address it is.
 */
export function createToolDoors({ store, tokens, doors, sessions }: ToolDoorsDeps) {
  function requireDoor(name: string): ToolDoor {
    const door = doors.get(name)
    if (door === undefined) throw new Problem("not-found", "Tools cannot sign in here this way.", { code: "no-door" })
    return door
  }

  async function homeAccount(): Promise<AccountId> {
    const accountId = await store.asSystem((tables) => tables.findAccountId())
    if (accountId === null) throw new Problem("unavailable", "The service is not set up yet.", { code: "not-set-up" })
    return accountId
  }

  return {
    /** For tools to begin with: which applications are theirs. */
    list: [...doors].map(([door, { kind, ...rest }]) => ({
      ...{ door, kind },
      clientIds: "clientIds" in rest ? [...rest.clientIds] : [],
      issuer: "issuer" in rest ? rest.issuer.url : null,
    })),

    /**
     * Throws Problem "auth-revoked" (code "bad-tool-token"), "forbidden" (codes "not-linked", "not-a-user",
     * "email-unverified", "domain-refused", "other-identity", "person-suspended"), "unavailable" (code "issuer-away"),
     * "not-found" (code "no-door").
     */
    async open(name: string, { token, deviceName }: Brought): Promise<OpenedSession> {
      const door = requireDoor(name)
      const claims = await tokens.read(door, token)
      const identity = await store.asSystem((tables) => tables.findIdentity(claims.issuer, claims.subject))
      const accountId = identity?.accountId ?? (await homeAccount())
      const outcome = await store.inAccount(accountId, async (tables) => {
        await tables.lockAccount()
        const found = await find({ sessions, door }, tables, accountId, { claims, identity })
        if (found.kind === "refused") {
          await noteRefused(sessions, tables, accountId, found)
          return found
        }
        // Who was found by an address alone shows a second factor of their own, where they have one.
        const factor = found.linkedBy === "e-mail" ? {} : ({ secondFactor: "provider" } as const)
        const proof = { deviceName, signedInBy: "provider", issuer: labelOf(door), kind: "tool", ...factor } as const
        return { kind: "opened", opened: await openSession(sessions, tables, found.user, proof) } as const
      })
      if (outcome.kind === "opened") return outcome.opened
      if (door.kind === "server" && outcome.reason === "not-a-user")
        throw new Problem("forbidden", "Connect this tool once by a code; from then on it signs in by itself.", {
          code: "not-linked",
        })
      throw refusedProblem(outcome.reason)
    },

    /** From now on what the tool brings stands for whoever is signed in. Throws as `open`, and "conflict" (code "identity-known"). */
    async linkTo({ user }: SignedIn, name: string, token: string): Promise<void> {
      const door = requireDoor(name)
      const claims = await tokens.read(door, token)
      const refusal = door.kind === "issued" ? refusalOf(door.issuer, claims) : null
      if (refusal !== null) throw refusedProblem(refusal)
      await store.inAccount(user.accountId, async (tables) => {
        const mine = await tables.signIn.listIdentities(user.userId)
        if (mine.some(({ issuer, subject }) => issuer === claims.issuer && subject === claims.subject)) return
        await tables.lockAccount()
        await link(sessions, tables, user, { claims, linkedBy: "person" })
      })
    },
  }
}

export type ToolDoors = ReturnType<typeof createToolDoors>

const labelOf = (door: ToolDoor) => (door.kind === "issued" ? door.issuer.label : door.label).slice(0, 40)

type Sought = {
  readonly claims: ToolClaims
  readonly identity: Parameters<typeof findIssued>[3]["identity"]
}

async function find(
  { sessions, door }: { readonly sessions: SessionsDeps; readonly door: ToolDoor },
  tables: AccountTables,
  accountId: AccountId,
  { claims, identity }: Sought,
): Promise<Found> {
  const issuer = door.kind === "issued" ? door.issuer : untrusted
  const refusal = refusalOf(issuer, claims)
  if (identity !== null || refusal !== null || door.kind === "server" || claims.connectionSubject === null)
    return findIssued(sessions, tables, accountId, { issuer, claims, identity })
  const connected = await tables.tools.findConnected(door.provider, claims.connectionSubject)
  if (connected !== null) return { kind: "known", user: connected, linkedBy: "person" }
  return findIssued(sessions, tables, accountId, { issuer, claims, identity })
}

/** A mail server says no address that could be anybody's here. */
const untrusted: Issuer = {
  ...{ name: "server", url: "", clientId: "", clientSecret: null, label: "", emailTrust: "no", domains: [] },
  ...{ tenant: null, hostedDomain: null, makesUsers: false, factorMethods: [], factorClasses: [] },
  maxAgeMinutes: null,
}

async function noteRefused(
  { clock }: SessionsDeps,
  tables: AccountTables,
  accountId: AccountId,
  { user, reason }: { readonly user: UserRow | null; readonly reason: Extract<Found, { kind: "refused" }>["reason"] },
): Promise<void> {
  const actor = { kind: "service", part: "people" } as const
  const subjectId = user?.userId ?? accountId
  await tables.appendAudit({ actor, action: "sign-in-refused", subjectId, reason }, clock.now())
}
