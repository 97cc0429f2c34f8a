import type { DialRule } from "@kalends/domain/dial-rule"
import type { AccountId, DisplayId, GroupId, RoomId, UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  CamelCasePlugin,
  type ColumnType,
  type Dialect,
  type Generated,
  Kysely,
  type KyselyPlugin,
  OperationNodeTransformer,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  PostgresQueryCompiler,
  PrimitiveValueListNode,
  ValueNode,
} from "kysely"
import pg from "pg"
import type { DeviceRow } from "../ports/device-tables.ts"
import type { DisplayRow, PairingRow } from "../ports/display-tables.ts"
import type { KeyWorkRow } from "../ports/key-tables.ts"
import type { ListeningRow } from "../ports/listening-tables.ts"
import type { GroupRow, LinkRow, MeetingRow } from "../ports/meeting-tables.ts"
import type { PasswordLinkRow } from "../ports/person-tables.ts"
import type { PolicyChangeRow, PolicyNoticeRow } from "../ports/policy-tables.ts"
import type { RevocationRow, RevocationStepRow } from "../ports/revocation-tables.ts"
import type { RolloutRow, StepRow } from "../ports/rollout-tables.ts"
import type { RoomMarkRow, RoomMissRow } from "../ports/room-tables.ts"
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
import type { EditJson } from "./policy-change-tables.ts"
import type { RoomRecord } from "./room-tables.ts"

type UserKind = "person" | "room"

/** The tables. Columns are the rows' names in snake case (CamelCasePlugin); the migrations and schema.sql say the rest. */
export type Database = {
  account: AccountRow & { asksSecondFactor: Generated<boolean> }
  /** People and rooms. */
  appUser: UserRow & { kind: ColumnType<UserKind, UserKind | undefined, never> }
  session: SessionRow
  dataKey: DataKeyRow
  keyWork: KeyWorkRow
  connection: ConnectionRow
  credential: CredentialRow
  calendar: CalendarRow
  subscription: SubscriptionRow
  listening: ListeningRow
  tenantConnection: TenantConnectionRow
  rollout: RolloutRow
  rolloutStep: StepRow
  totp: TotpRow
  recoveryCode: { accountId: AccountId; userId: UserId; codeHash: Uint8Array; createdAt: Temporal.Instant }
  passkey: PasskeyRow
  identity: IdentityRow
  passwordLink: PasswordLinkRow
  spentChallenge: { accountId: AccountId; challengeHash: Uint8Array; expiresAt: Temporal.Instant }
  revocation: RevocationRow
  revocationStep: RevocationStepRow
  room: RoomRecord
  roomMark: RoomMarkRow
  roomMiss: RoomMissRow
  display: DisplayRow
  displayRoom: { accountId: AccountId; displayId: DisplayId; roomId: RoomId }
  displayPairing: PairingRow
  dialRules: {
    accountId: AccountId
    rules: ColumnType<readonly DialRule[], string, string>
    changedAt: Temporal.Instant
  }
  meeting: MeetingRow
  meetingLink: LinkRow
  userGroup: GroupRow
  groupMember: { accountId: AccountId; userId: UserId; groupId: GroupId }
  accountPolicy: { accountId: AccountId; setting: string; value: string; isLocked: boolean }
  groupPolicy: { accountId: AccountId; groupId: GroupId; setting: string; value: string; isLocked: boolean }
  policyChoice: { accountId: AccountId; userId: UserId; setting: string; value: string }
  policyChange: Omit<PolicyChangeRow, "edits"> & { edits: ColumnType<readonly EditJson[], string, never> }
  policyNotice: PolicyNoticeRow
  device: DeviceRow
  toolTemplate: TemplateRow
  toolDefault: ToolDefaultRow
  toolPairing: ToolPairingRow
  delegate: DelegateRow
  audit: Omit<AuditRow, "actor"> & { actorKind: string; actor: string }
}

/** Writes instants into queries as text: the driver knows no Temporal. */
class InstantTransformer extends OperationNodeTransformer {
  protected override transformValue(node: ValueNode): ValueNode {
    return node.value instanceof Temporal.Instant ? ValueNode.create(node.value.toString()) : node
  }
  protected override transformPrimitiveValueList(node: PrimitiveValueListNode): PrimitiveValueListNode {
    return PrimitiveValueListNode.create(
      node.values.map((value) => (value instanceof Temporal.Instant ? value.toString() : value)),
    )
  }
}

const instants = new InstantTransformer()
const instantPlugin: KyselyPlugin = {
  transformQuery: ({ node, queryId }) => instants.transformNode(node, queryId),
  transformResult: async ({ result }) => result,
}

const timestamptzOid = 1184
const int8Oid = 20

/** Timestamps are instants, and bigints numbers: ours stay far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string) => {
    if (oid === timestamptzOid) return (text: string) => Temporal.Instant.from(text.replace(" ", "T"))
    if (oid === int8Oid) return Number
    return pg.types.getTypeParser(oid, format === "binary" ? "binary" : "text")
  },
}

/** A pool on the database. `size`: connections at most. */
export function createPool(url: string, size: number): pg.Pool {
  const options = "-c search_path=kalends -c timezone=UTC"
  const pool = new pg.Pool({ connectionString: url, max: size, types, options, application_name: "kalends" })
  // An idle connection that breaks is replaced on its next use; without a listener the process would end.
  pool.on("error", () => {})
  pool.on("connect", (client) => void client.on("error", () => {}))
  return pool
}

/** A transaction is begun by its first statement, which says whose rows it may see as well (`inScope`, store.ts). */
class BegunByStatement extends PostgresDriver {
  override async beginTransaction(): Promise<void> {}
}

const dialect = (pool: pg.Pool): Dialect => ({
  createDriver: () => new BegunByStatement({ pool }),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (database) => new PostgresIntrospector(database),
})

export function createDatabase(pool: pg.Pool): Kysely<Database> {
  return new Kysely<Database>({
    dialect: dialect(pool),
    plugins: [new CamelCasePlugin(), instantPlugin],
  })
}

/** PostgreSQL's unique_violation. */
const uniqueViolation = "23505"

/** Throws Problem "conflict" where `work` breaks a unique constraint. */
export async function unique(work: Promise<unknown>, message: string, code: string): Promise<void> {
  try {
    await work
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === uniqueViolation)
      throw new Problem("conflict", message, { code })
    throw error
  }
}
