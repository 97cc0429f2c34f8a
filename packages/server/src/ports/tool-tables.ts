import type { AccountId, ProviderName, TemplateId, UserId } from "@kalends/domain/ids"
import type { UserRow } from "./store.ts"

/** What meetings of scheduling tools are made with. */
export type TemplateRow = {
  readonly accountId: AccountId
  readonly templateId: TemplateId
  readonly name: string
  /** Lines that stand below the join link in the event. */
  readonly text: string
  /** Name of the meeting service; null: the first that is set up. */
  readonly backend: string | null
  /** Of an account's, one at most. */
  readonly isDefault: boolean
  readonly createdAt: Temporal.Instant
}

/** What a person has chosen for their tools. */
export type ToolDefaultRow = {
  readonly accountId: AccountId
  readonly userId: UserId
  /** Null: what the organisation has. */
  readonly templateId: TemplateId | null
  readonly addsToEveryEvent: boolean
}

/** That somebody may schedule for somebody. */
export type DelegateRow = {
  readonly accountId: AccountId
  /** Whose meetings they are. */
  readonly hostId: UserId
  readonly delegateId: UserId
  /** Whether private events, too. */
  readonly managesPrivate: boolean
  readonly givenBy: UserId
  readonly givenAt: Temporal.Instant
}

/** A tool that shows a code. Of the code and of the tool's token the hashes are kept. */
export type ToolPairingRow = {
  readonly accountId: AccountId
  readonly tokenHash: Uint8Array
  readonly codeHash: Uint8Array
  readonly deviceName: string
  readonly expiresAt: Temporal.Instant
}

/** Part of AccountTables. */
export interface ToolTables {
  /** By name. */
  listTemplates(): Promise<readonly TemplateRow[]>
  /** Puts in, or in place of the one of the same id; a default takes it from whichever was. */
  putTemplate(row: TemplateRow): Promise<void>
  /** False where there was none. */
  deleteTemplate(templateId: TemplateId): Promise<boolean>
  findDefault(userId: UserId): Promise<ToolDefaultRow | null>
  putDefault(row: ToolDefaultRow): Promise<void>
  findDelegate(hostId: UserId, delegateId: UserId): Promise<DelegateRow | null>
  /** Those who may schedule for the host, longest first. */
  listDelegates(hostId: UserId): Promise<readonly DelegateRow[]>
  /** Those for whom the delegate may schedule. */
  listHosts(delegateId: UserId): Promise<readonly DelegateRow[]>
  putDelegate(row: DelegateRow): Promise<void>
  /** False where there was none. */
  deleteDelegate(hostId: UserId, delegateId: UserId): Promise<boolean>
  /** False where `most` wait already; those that are over make room. */
  insertPairing(row: ToolPairingRow, now: Temporal.Instant, most: number): Promise<boolean>
  findPairing(codeHash: Uint8Array, now: Temporal.Instant): Promise<ToolPairingRow | null>
  /** The one person whose own connection names them so; null for none, or several. */
  findConnected(provider: ProviderName, subjectId: string): Promise<UserRow | null>
  /** Takes it out: of two who type a code at once, one gets it. */
  takePairing(codeHash: Uint8Array, now: Temporal.Instant): Promise<ToolPairingRow | null>
}

/** Part of SystemTables: a tool that asks has no account yet. */
export interface SystemToolTables {
  hasToolPairing(tokenHash: Uint8Array, now: Temporal.Instant): Promise<boolean>
}
