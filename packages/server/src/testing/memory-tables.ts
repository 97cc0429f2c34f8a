import type { DialRule } from "@kalends/domain/dial-rule"
import type { AccountId, GroupId, RoomId, UserId } from "@kalends/domain/ids"
import type { RoomBookingRow } from "../ports/booking-tables.ts"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { DisplayRow, PairingRow } from "../ports/display-tables.ts"
import type { FigureRow } from "../ports/figure-tables.ts"
import type { Job } from "../ports/job-queue.ts"
import type { KeyWorkRow } from "../ports/key-tables.ts"
import type { ListeningRow } from "../ports/listening-tables.ts"
import { lockRanks } from "../ports/lock-order.ts"
import type { GroupRow, LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { PasswordLinkRow } from "../ports/person-tables.ts"
import type { PolicyChangeRow, PolicyNoticeRow } from "../ports/policy-tables.ts"
import type { RevocationRow, RevocationStepRow } from "../ports/revocation-tables.ts"
import type { RolloutRow, StepRow } from "../ports/rollout-tables.ts"
import type { RoomMarkRow, RoomMissRow, RoomRow } from "../ports/room-tables.ts"
import type { IdentityRow, PasskeyRow, TotpRow } from "../ports/sign-in-tables.ts"
import type {
  AccountRow,
  AuditRow,
  CalendarRow,
  ConnectionRow,
  CredentialRow,
  DataKeyRow,
  SessionRow,
  SubscriptionRow,
  UserRow,
} from "../ports/store.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import type { DelegateRow, TemplateRow, ToolDefaultRow, ToolPairingRow } from "../ports/tool-tables.ts"
import type { Locks } from "./memory-locks.ts"
import type { ChosenRow, SaidRow } from "./memory-policy.ts"

export type WaitingJob = { readonly job: Job; readonly runAt: Temporal.Instant | null }

/** What each table holds, by a key of the row's own. */
export type MemoryRows = {
  account: AccountRow & { readonly asksSecondFactor?: boolean }
  user: UserRow
  session: SessionRow
  connection: ConnectionRow
  /** By connection id: one for each. */
  credential: CredentialRow
  calendar: CalendarRow
  subscription: SubscriptionRow
  /** By connection id: one for each. */
  listening: ListeningRow
  dataKey: DataKeyRow
  /** By account id. */
  keyWork: KeyWorkRow
  audit: AuditRow
  job: WaitingJob
  meeting: MeetingRow
  link: LinkRow
  group: GroupRow
  tenant: TenantConnectionRow
  rollout: RolloutRow
  /** By rollout and user id. */
  step: StepRow
  figure: FigureRow
  revocation: RevocationRow
  /** By revocation and connection id. */
  revocationStep: RevocationStepRow
  /** By user id. */
  totp: TotpRow
  /** By user id and hash. */
  recoveryCode: {
    readonly accountId: AccountId
    readonly userId: UserId
    readonly codeHash: Uint8Array
    readonly createdAt: Temporal.Instant
  }
  passkey: PasskeyRow
  /** By issuer and subject. */
  identity: IdentityRow
  /** By user id. */
  passwordLink: PasswordLinkRow
  /** By hash. */
  spentChallenge: {
    readonly accountId: AccountId
    readonly challengeHash: Uint8Array
    readonly expiresAt: Temporal.Instant
  }
  /** By user id. */
  member: { readonly accountId: AccountId; readonly userId: UserId; readonly groupId: GroupId }
  said: SaidRow
  chosen: ChosenRow
  policyChange: PolicyChangeRow
  /** By user id. */
  policyNotice: PolicyNoticeRow
  device: DeviceRow
  toolTemplate: TemplateRow
  /** By user id. */
  toolDefault: ToolDefaultRow
  /** By host's and delegate's id. */
  delegate: DelegateRow
  /** By the token's hash. */
  toolPairing: ToolPairingRow
  /** By room and day. */
  roomBooking: RoomBookingRow
  /** Rooms are users, and yet in no list of them. */
  room: RoomRow
  /** By room id and digest. */
  roomMark: RoomMarkRow
  /** By room id and digest. */
  roomMiss: RoomMissRow
  display: DisplayRow
  /** By display id. */
  displayRooms: { readonly accountId: AccountId; readonly roomIds: readonly RoomId[] }
  /** By the hash of the token. */
  displayPairing: PairingRow
  /** By account id. */
  dialRules: {
    readonly accountId: AccountId
    readonly rules: readonly DialRule[]
    readonly changedAt: Temporal.Instant
  }
}
export type TableName = keyof MemoryRows
const tableNames = [
  "account",
  "user",
  "session",
  "connection",
  "credential",
  "calendar",
  "subscription",
  "listening",
  "dataKey",
  "keyWork",
  "audit",
  "job",
  "meeting",
  "link",
  "group",
  "tenant",
  "rollout",
  "step",
  "figure",
  "totp",
  "recoveryCode",
  "passkey",
  "identity",
  "passwordLink",
  "spentChallenge",
  "revocation",
  "revocationStep",
  "member",
  "said",
  "chosen",
  "policyChange",
  "policyNotice",
  "device",
  "toolTemplate",
  "toolDefault",
  "delegate",
  "toolPairing",
  "roomBooking",
  "room",
  "roomMark",
  "roomMiss",
  "display",
  "displayRooms",
  "displayPairing",
  "dialRules",
] as const

export type RowMaps = { readonly [Name in TableName]: Map<string, MemoryRows[Name]> }

/** Every table, empty. */
export function emptyTables(): RowMaps {
  return {
    account: new Map(),
    user: new Map(),
    session: new Map(),
    connection: new Map(),
    credential: new Map(),
    calendar: new Map(),
    subscription: new Map(),
    listening: new Map(),
    dataKey: new Map(),
    keyWork: new Map(),
    audit: new Map(),
    job: new Map(),
    meeting: new Map(),
    link: new Map(),
    group: new Map(),
    tenant: new Map(),
    rollout: new Map(),
    step: new Map(),
    figure: new Map(),
    totp: new Map(),
    recoveryCode: new Map(),
    passkey: new Map(),
    identity: new Map(),
    passwordLink: new Map(),
    spentChallenge: new Map(),
    revocation: new Map(),
    revocationStep: new Map(),
    member: new Map(),
    said: new Map(),
    chosen: new Map(),
    policyChange: new Map(),
    policyNotice: new Map(),
    device: new Map(),
    toolTemplate: new Map(),
    toolDefault: new Map(),
    delegate: new Map(),
    toolPairing: new Map(),
    roomBooking: new Map(),
    room: new Map(),
    roomMark: new Map(),
    roomMiss: new Map(),
    display: new Map(),
    displayRooms: new Map(),
    displayPairing: new Map(),
    dialRules: new Map(),
  }
}

/**
 * One transaction at "read committed": it sees what others have committed and what it wrote itself. Whoever writes a
 * row holds it until the end; nothing is visible to others before `commit`.
 */
export function createMemoryTransaction(committed: RowMaps, locks: Locks<object>) {
  const holder = {}
  const written = emptyTables()
  const deleted = new Set<string>()
  const lockName = (table: TableName, key: string) => `${table}:${key}`
  const noteOrder = createLockOrder((table, key) => table === "account" || committed[table].has(key))

  /** Waits for the lock. */
  function take(table: TableName, key: string): Promise<void> {
    noteOrder(table, key, "waits")
    return locks.take(holder, lockName(table, key))
  }

  function find<Name extends TableName>(table: Name, key: string): MemoryRows[Name] | null {
    if (deleted.has(lockName(table, key))) return null
    return written[table].get(key) ?? committed[table].get(key) ?? null
  }

  function list<Name extends TableName>(table: Name): readonly MemoryRows[Name][] {
    const keys = new Set([...committed[table].keys(), ...written[table].keys()])
    return [...keys].flatMap((key) => find(table, key) ?? [])
  }

  return {
    find,
    list,
    lock: take,
    /** As PostgreSQL's "for key share": those who share it wait for nobody, and yet it has its place in the order. */
    share: (table: TableName, key: string) => noteOrder(table, key, "waits"),
    /** False, at once, when another holds it. */
    lockAtOnce(table: TableName, key: string): boolean {
      noteOrder(table, key, "at-once")
      return locks.takeAtOnce(holder, lockName(table, key))
    },
    async put<Name extends TableName>(table: Name, key: string, row: MemoryRows[Name]): Promise<void> {
      await take(table, key)
      deleted.delete(lockName(table, key))
      written[table].set(key, row)
    },
    /** Merges into the row as it is once it is held; nothing happens when it is gone by then. */
    async change<Name extends TableName>(
      table: Name,
      key: string,
      merge: (row: MemoryRows[Name]) => MemoryRows[Name],
    ): Promise<void> {
      await take(table, key)
      const row = find(table, key)
      if (row !== null) written[table].set(key, merge(row))
    },
    /** False when there was none. */
    async remove(table: TableName, key: string): Promise<boolean> {
      await take(table, key)
      const isThere = find(table, key) !== null
      written[table].delete(key)
      deleted.add(lockName(table, key))
      return isThere
    },
    commit(): void {
      const apply = <Name extends TableName>(table: Name) => {
        for (const key of [...committed[table].keys()])
          if (deleted.has(lockName(table, key))) committed[table].delete(key)
        for (const [key, row] of written[table]) committed[table].set(key, row)
      }
      for (const table of tableNames) apply(table)
    },
    end: () => locks.releaseAll(holder),
  }
}
export type MemoryTransaction = ReturnType<typeof createMemoryTransaction>

/** Throws where a transaction waits for a lock out of the order of ports/lock-order.ts. `isThere`: others may hold the row. */
function createLockOrder(isThere: (table: TableName, key: string) => boolean) {
  const ranks: Partial<Record<TableName, number>> = lockRanks
  const held = new Set<string>()
  let last = { rank: 0, table: "" }
  return (table: TableName, key: string, how: "waits" | "at-once"): void => {
    const name = `${table} ${key}`
    if (held.has(name) || !isThere(table, key)) return
    held.add(name)
    const rank = ranks[table] ?? lockRanks.row
    if (rank < last.rank && how === "waits")
      throw new Error(`locks out of order: ${table} after ${last.table}; see ports/lock-order.ts`)
    if (rank > last.rank) last = { rank, table }
  }
}
