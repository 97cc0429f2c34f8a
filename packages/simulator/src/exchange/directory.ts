import type { Organisation, Person, Tenant } from "../org.ts"

/** Folder permissions from the least to the most (MS docs: calendarpermissionlevel.md). */
export const permissionLevels = [
  "None",
  "FreeBusyTimeOnly",
  "FreeBusyTimeAndSubjectAndLocation",
  "Reviewer",
  "Contributor",
  "NoneditingAuthor",
  "Author",
  "PublishingAuthor",
  "Editor",
  "PublishingEditor",
  "Owner",
] as const
export type PermissionLevel = (typeof permissionLevels)[number]

/** Who signs in; a service account has no mailbox (`person` is null). */
export type Account = {
  readonly userName: string
  readonly email: string
  readonly person: Person | null
  password: string
  isDisabled: boolean
  isPasswordExpired: boolean
  /** Grows with each change of the above: connections that signed in before have to sign in again. */
  generation: number
  /** Role ApplicationImpersonation with its management scope; null for an account without the role. */
  impersonates: ((person: Person) => boolean) | null
}

/** What a room does to what it accepts (Set-CalendarProcessing); all off at the start, other than Exchange's defaults. */
export type RoomProcessing = { deleteSubject: boolean; addOrganizerToSubject: boolean; deleteComments: boolean }

/** The password of everybody whose password was not set. */
export const everybodysPassword = "simulated-exchange-password"

/** Accounts, delegates, room lists and rooms of the Exchange organisation: what Active Directory would know. */
export class Directory {
  readonly tenant: Tenant
  /** The NetBIOS name. */
  readonly domain: string
  readonly #org: Organisation
  readonly #accounts = new Map<string, Account>()
  readonly #permissions = new Map<Person, Map<Person, PermissionLevel>>()
  readonly #processing = new Map<Person, RoomProcessing>()
  readonly #homes = new Map<Person, string>()
  readonly #roomLists = new Map<string, { readonly name: string; readonly rooms: Set<Person> }>()

  constructor(org: Organisation, tenant: Tenant) {
    this.#org = org
    this.tenant = tenant
    this.domain = (tenant.domain.split(".")[0] ?? tenant.domain).toUpperCase().slice(0, 15)
  }

  people(): readonly Person[] {
    return this.#org.people.filter(({ tenant }) => tenant.id === this.tenant.id)
  }

  findPerson(email: string): Person | null {
    const wanted = email.trim().toLowerCase()
    return this.people().find((person) => person.email.toLowerCase() === wanted) ?? null
  }

  /** The account behind what somebody signs in with: `DOMAIN\name`, an address, or the bare name. */
  findAccount(login: string): Account | null {
    const name = (login.split("\\").at(-1) ?? login).toLowerCase()
    const known = [...this.#accounts.values()].find(({ userName, email }) => [userName, email].includes(name))
    if (known !== undefined) return known
    const person = this.people().find(({ email }) => [email, email.split("@")[0]].includes(name))
    return person === undefined ? null : this.#add(person.email, person, everybodysPassword)
  }

  /** The person's account; made at the first need. A room's is disabled, as Exchange makes it. */
  accountOf(person: Person): Account {
    return this.#accounts.get(person.email) ?? this.#add(person.email, person, everybodysPassword)
  }

  #add(email: string, person: Person | null, password: string): Account {
    const userName = email.split("@")[0] ?? email
    const account: Account = {
      userName,
      email,
      person,
      password,
      isDisabled: person?.isRoom ?? false,
      isPasswordExpired: false,
      generation: 0,
      impersonates: null,
    }
    this.#accounts.set(email, account)
    return account
  }

  /** An account without a mailbox that may act as those in its management scope. */
  addServiceAccount(name: string, password: string, scope: (person: Person) => boolean = () => true): Account {
    const account = this.#add(`${name}@${this.tenant.domain}`, null, password)
    account.impersonates = scope
    return account
  }

  /** Changes an account; its open connections have to sign in again. */
  change(account: Account, changes: Partial<Pick<Account, "password" | "isDisabled" | "isPasswordExpired">>): void {
    Object.assign(account, changes)
    account.generation++
  }

  /** Gives a delegate a permission on the owner's calendar. */
  permit(owner: Person, delegate: Person, level: PermissionLevel): void {
    const known = this.#permissions.get(owner) ?? new Map<Person, PermissionLevel>()
    known.set(delegate, level)
    this.#permissions.set(owner, known)
  }

  /** What somebody may do in the owner's calendar; everybody sees when the others are busy, unless told otherwise. */
  levelOf(owner: Person, reader: Person | null): PermissionLevel {
    if (owner === reader) return "Owner"
    return (reader === null ? undefined : this.#permissions.get(owner)?.get(reader)) ?? "FreeBusyTimeOnly"
  }

  processingOf(room: Person): RoomProcessing {
    const known = this.#processing.get(room) ?? {
      deleteSubject: false,
      addOrganizerToSubject: false,
      deleteComments: false,
    }
    this.#processing.set(room, known)
    return known
  }

  /** The mailbox server that holds the mailbox. */
  homeOf(person: Person): string {
    return this.#homes.get(person) ?? "EX01"
  }

  /** Another server takes the mailbox over. */
  moveHome(person: Person, server: string): void {
    this.#homes.set(person, server)
  }

  addRoomList(name: string, email: string, rooms: readonly Person[]): void {
    this.#roomLists.set(email, { name, rooms: new Set(rooms) })
  }

  roomLists(): readonly { readonly name: string; readonly email: string }[] {
    return [...this.#roomLists].map(([email, { name }]) => ({ name, email }))
  }

  roomsOf(email: string): readonly Person[] | null {
    const list = this.#roomLists.get(email.trim().toLowerCase())
    return list === undefined ? null : [...list.rooms]
  }
}

/** Whether a level reaches what another one would give. */
export const reaches = (level: PermissionLevel, needed: PermissionLevel): boolean =>
  permissionLevels.indexOf(level) >= permissionLevels.indexOf(needed)
