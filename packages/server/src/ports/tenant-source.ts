import type { Access } from "@kalends/domain/access"
import type { Permission } from "@kalends/domain/permission"
import type { CodeExchange, SignInRequest } from "./calendar-provider.ts"

/** One thing that an administrator types or pastes. What it is called, screens say by its name. */
export type TenantField = {
  /** From the closed list in protocol/tenants.ts. */
  readonly name: string
  readonly kind: "text" | "secret" | "long-secret" | "long-text"
  readonly isOptional: boolean
}

/** One way in which an organisation lets a service in. */
export type TenantMethod = { readonly name: string; readonly fields: readonly TenantField[] }

/** What an administrator gave: the values of a method's fields, by their names. */
export type TenantGiven = Readonly<Record<string, string>>

export type TenantOpened = {
  /** Everything that signs in later on, as one text; it is sealed and never shown again. */
  readonly secret: string
  /** Who signs in, for people: an application's id, a service account's name. No secret. */
  readonly identity: string
  /** The provider's name of the organisation: a tenant's id, a domain, a server's host. */
  readonly tenantId: string
  /** When what was given ends; null where that cannot be known. */
  readonly secretExpiresAt: Temporal.Instant | null
}

/** Somebody, or a room, in the organisation's own directory. */
export type DirectoryEntry = {
  readonly email: string
  readonly displayName: string
  readonly kind: "person" | "room"
}

export type DirectoryPage = {
  readonly entries: readonly DirectoryEntry[]
  /** What to ask for the next page with, opaque; null on the last. */
  readonly next: string | null
}

export type DirectoryQuery = {
  readonly next: string | null
  /** Beginning of a name or an address; null for everybody. */
  readonly search: string | null
  readonly signal: AbortSignal
}

/** What opens a mailbox. */
export type TenantAccess = {
  readonly access: Access
  /** What is to be sealed in place of the secret from now on; null where that stays as it was. */
  readonly renewedSecret: string | null
}

/** What the sign-in of a service account is asked for. */
export type ServiceAsked = {
  readonly permission: Permission
  /** Whether the directory of rooms is wanted as well, which an administrator of the organisation has to consent to. */
  readonly hasDirectory: boolean
}

/**
 * A service account signs in on the provider's own page, and opens the rooms that are shared with it: no more than it
 * could open itself, and nobody's calendar but a room's.
 */
export interface TenantSignIn {
  /** How it is called among the methods. */
  readonly method: string
  /** What a sign-in that was made elsewhere is given by (TenantSource.open), for who sets up without a browser. */
  readonly fields: readonly TenantField[]
  authorizeUrl(input: SignInRequest & ServiceAsked): URL
  /** Throws as `open`; "forbidden" (code "permission-withheld", "no-refresh-token") where less was given than is needed. */
  exchangeCode(input: CodeExchange & ServiceAsked): Promise<TenantOpened>
}

export type TenantWish = {
  readonly secret: string
  /** Address of the mailbox to open. */
  readonly mailbox: string
  readonly permission: Permission
}

/**
 * One setting that was looked at. `code`: from the closed list of protocol/checkup-codes.ts. Facts are numbers and names that
 * the words for it are filled with, never content.
 */
export type Finding = {
  readonly code: string
  readonly outcome: "right" | "wrong" | "doubtful" | "not-checked"
  readonly subject: "service" | "tenant" | "mailbox"
  readonly mailbox: string | null
  readonly facts: Readonly<Record<string, string | number>>
}

export type CheckupAsked = {
  readonly secret: string
  readonly permission: Permission
  readonly mailboxes: readonly string[]
  readonly signal: AbortSignal
}

/**
 * Access to everybody's calendars of an organisation, given once by its administrator. What fails throws Problem: with
 * `isTenantWide`, or of kind "misconfigured", it concerns all mailboxes (a secret that ended, consent that is missing);
 * otherwise the one that was asked for.
 */
export interface TenantSource {
  readonly methods: readonly TenantMethod[]
  /** Reads what was given and proves it by signing in. Throws Problem "malformed" (its code names the field) for what cannot be read. */
  open(method: string, given: TenantGiven, permission: Permission): Promise<TenantOpened>
  /** True when one token opens every mailbox, so that it is asked for once for all. */
  readonly isTokenForAll: boolean
  /** Null where no service account signs in so. */
  readonly signIn: TenantSignIn | null
  /** An access to one mailbox; at most one request. */
  access(wish: TenantWish): Promise<TenantAccess>
  /** Looks at the settings that let us in, and at those of some mailboxes. Changes nothing; what it cannot look at it says. */
  checkup(asked: CheckupAsked): Promise<readonly Finding[]>
  /** People and rooms of the organisation, a page at a time; null where it has no directory that can be read. */
  readonly directory: ((secret: string, query: DirectoryQuery) => Promise<DirectoryPage>) | null
}
