import type { Access } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import type { Clock } from "../../ports/clock.ts"
import { parsePasswordRecord, writePasswordRecord } from "../../ports/password-record.ts"
import type { DirectoryEntry, DirectoryPage, TenantGiven, TenantSource } from "../../ports/tenant-source.ts"
import { typedUrl } from "../trusted-site.ts"
import type { EwsCalls } from "./calls.ts"
import { createEwsCheckup } from "./checkup.ts"

const timeoutMs = 20_000
/** ResolveNames shows a hundred names at most, so that everybody is had by asking for each beginning. */
const beginnings = [..."abcdefghijklmnopqrstuvwxyz0123456789"]

const fields = [
  { name: "server", kind: "text", isOptional: false },
  { name: "username", kind: "text", isOptional: false },
  { name: "password", kind: "secret", isOptional: false },
  { name: "mailbox", kind: "text", isOptional: true },
] as const

/** Secrets of delegates are told apart by this mark before them. */
const delegateMark = "delegate:"

export function readSecret(secret: string): ServiceAccess {
  const isDelegate = secret.startsWith(delegateMark)
  const record = parsePasswordRecord(isDelegate ? secret.slice(delegateMark.length) : secret)
  return { kind: "password", ...record, ...(isDelegate ? { isDelegate } : {}) }
}

/** A service account with the role ApplicationImpersonation (or RBAC for Applications) acts for the mailboxes of its scope. */
export function createEwsTenant(calls: EwsCalls, clock: Clock): TenantSource {
  return {
    methods: [
      { name: "service-password", fields },
      { name: "service-delegate", fields },
    ],
    isTokenForAll: true,
    signIn: null,
    checkup: createEwsCheckup(calls, clock, readSecret),
    async open(method, given) {
      const isDelegate = method === "service-delegate"
      const access = { ...accessOf(given), ...(isDelegate ? ({ isDelegate } as const) : {}) }
      const signal = AbortSignal.timeout(timeoutMs)
      await calls.proveSignIn({ access, signal }).catch(ofTenant)
      const { mailbox } = given
      if (mailbox !== undefined) await calls.getCalendarFolder({ access: { ...access, mailbox }, signal })
      const { host } = new URL(access.server)
      const secret = `${isDelegate ? delegateMark : ""}${writePasswordRecord(access)}`
      return { secret, identity: access.username, tenantId: host, secretExpiresAt: null }
    },
    // Asked for rarely: it proves that the password still opens, so that one mailbox finds out for all.
    async access({ secret, mailbox }) {
      const access = readSecret(secret)
      await calls.proveSignIn({ access, signal: AbortSignal.timeout(timeoutMs) }).catch(ofTenant)
      return { access: { ...access, mailbox }, renewedSecret: null }
    },
    async directory(secret, { next, search, signal }) {
      const target = { access: readSecret(secret), signal }
      if (search !== null) return { entries: unique(await calls.resolveNames(target, search)), next: null }
      const at = Number(next ?? "0")
      const rooms = at === 0 ? await roomsOf(target) : []
      const found = await calls.resolveNames(target, beginnings[at] ?? "a")
      const people = found.filter(({ email }) => email.toLowerCase().startsWith(beginnings[at] ?? ""))
      return { entries: unique([...rooms, ...people]), next: at + 1 < beginnings.length ? String(at + 1) : null }
    },
  }

  /** Rooms of all lists; none where the account may not see them. */
  async function roomsOf(target: Parameters<EwsCalls["getRooms"]>[0]) {
    const lists = await calls.getRoomLists(target).catch(() => [])
    const rooms = await Promise.all(lists.map(({ email }) => calls.getRooms(target, email).catch(() => [])))
    return rooms.flat().map((room) => ({ ...room, isRoom: true }))
  }
}

function accessOf({ server = "", username = "", password = "" }: TenantGiven): ServiceAccess {
  const typed = typedUrl(server)
  const url = /\.asmx$/i.test(typed.pathname) ? typed : new URL("/EWS/Exchange.asmx", typed)
  return { kind: "password", server: url.href, username, password }
}

type ServiceAccess = Extract<Access, { kind: "password" }>

/** What the service account itself meets concerns every mailbox. */
function ofTenant(error: unknown): never {
  if (!isProblem(error, "auth-revoked", "forbidden", "unsupported")) throw error
  throw new Problem(error.kind, error.message, {
    ...(error.code === null ? {} : { code: error.code }),
    isTenantWide: true,
  })
}

type Found = { readonly email: string; readonly displayName: string; readonly isRoom: boolean }

function unique(found: readonly Found[]): DirectoryPage["entries"] {
  const byEmail = new Map<string, DirectoryEntry>()
  for (const { email, displayName, isRoom } of found)
    if (!byEmail.has(email.toLowerCase()))
      byEmail.set(email.toLowerCase(), { email, displayName, kind: isRoom ? "room" : "person" })
  return [...byEmail.values()]
}
