import type { AccountId, ConnectionId, RevocationId, UserId } from "@kalends/domain/ids"
import { type RawBuilder, sql, type Transaction } from "kysely"
import type {
  Concerned,
  DoneStep,
  RevocationCounts,
  RevocationScope,
  RevocationTables,
  SystemRevocationTables,
  TakenCredential,
} from "../ports/revocation-tables.ts"
import { lockAccount } from "./audit-table.ts"
import type { Database } from "./database.ts"

/** Revocations of one account. */
export function createRevocationTables(tx: Transaction<Database>, accountId: AccountId): RevocationTables {
  const revocations = () => tx.selectFrom("revocation").selectAll().where("accountId", "=", accountId)
  return {
    async insert(row) {
      await tx.insertInto("revocation").values(row).execute()
    },
    async updateIf(revocationId, state, changes) {
      const { numUpdatedRows } = await tx
        .updateTable("revocation")
        .set(changes)
        .where("accountId", "=", accountId)
        .where("revocationId", "=", revocationId)
        .where("state", "=", state)
        .executeTakeFirstOrThrow()
      return numUpdatedRows > 0n
    },
    find: async (revocationId) =>
      (await revocations().where("revocationId", "=", revocationId).executeTakeFirst()) ?? null,
    list: (limit) =>
      revocations().where("scopeKind", "<>", "policy").orderBy("createdAt", "desc").limit(limit).execute(),
    async delete(revocationId) {
      for (const table of ["revocationStep", "revocation"] as const)
        await tx.deleteFrom(table).where("accountId", "=", accountId).where("revocationId", "=", revocationId).execute()
    },
    ...scopeTables(tx, accountId),
    ...stepTables(tx, accountId),
  }
}

/** Connections of the scope that none is revoking already, as `c`, with whose they are, as `u`. */
function concerned(accountId: AccountId, scope: RevocationScope): RawBuilder<unknown> {
  const ofScope = () => {
    switch (scope.kind) {
      case "connection":
        return sql`c.connection_id = ${scope.connectionId}`
      case "group":
        return sql`exists (select from group_member as m where m.account_id = c.account_id and m.user_id = c.user_id
          and m.group_id = ${scope.groupId})`
      case "tenant":
        return scope.tenantConnectionId === null
          ? sql`c.provider = ${scope.provider} and c.tenant_id = ${scope.tenantId}`
          : sql`c.tenant_connection_id = ${scope.tenantConnectionId}`
    }
  }
  return sql`connection as c join app_user as u on u.account_id = c.account_id and u.user_id = c.user_id
    where c.account_id = ${accountId} and ${ofScope()} and not ${isBeingRevoked(accountId, "c")}`
}

/** Whether a revocation has it to remove. Looked up once for all: of each by itself it is the square of them, while steps are added. */
function isBeingRevoked(accountId: AccountId, connection: string): RawBuilder<unknown> {
  return sql`${sql.ref(`${connection}.connection_id`)} in (
    select w.connection_id from revocation_step as w where w.account_id = ${accountId} and w.state = 'waiting')`
}

function scopeTables(
  tx: Transaction<Database>,
  accountId: AccountId,
): Pick<RevocationTables, "listConcerned" | "countConcerned" | "hold" | "addSteps" | "addStepsOf" | "takeCredentials"> {
  const addSteps = (revocationId: RevocationId, from: RawBuilder<unknown>) =>
    sql`
      insert into revocation_step (account_id, revocation_id, connection_id, user_id, provider, state,
        subscriptions_stopped, subscriptions_left)
      select c.account_id, ${revocationId}, c.connection_id, c.user_id, c.provider, 'waiting', 0, 0 from ${from}`.execute(
      tx,
    )
  return {
    hold: (connectionIds) => hold(tx, accountId, connectionIds),
    async addStepsOf(revocationId, connectionIds) {
      await addSteps(
        revocationId,
        sql`connection as c where c.account_id = ${accountId} and c.connection_id = any(${[...connectionIds]}::uuid[])`,
      )
    },
    async listConcerned(scope, { after, limit }) {
      const { rows } = await sql<Concerned>`
        select c.connection_id, c.user_id, c.provider, c.state, u.email, u.display_name
        from ${concerned(accountId, scope)} and u.email > ${after ?? ""} order by u.email limit ${limit}`.execute(tx)
      return rows
    },
    async countConcerned(scope) {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from ${concerned(accountId, scope)}`.execute(tx)
      return Number(rows[0]?.count ?? 0)
    },
    async addSteps(revocationId, scope) {
      const { numAffectedRows } = await addSteps(revocationId, concerned(accountId, scope))
      return Number(numAffectedRows ?? 0n)
    },
    async takeCredentials(revocationId, held) {
      const steps = sql`select s.connection_id, s.user_id from revocation_step as s
        where s.account_id = ${accountId} and s.revocation_id = ${revocationId} and s.state = 'waiting'`
      const { rows } = await sql<TakenCredential>`
        delete from credential as cr where ctid = any(array(
          select ctid from credential
          where account_id = ${accountId} and connection_id in (select connection_id from (${steps}) as x)
          order by connection_id for update ${held === "left-out" ? sql`skip locked` : sql``}
        ))
        returning cr.connection_id, cr.sealed_secret, cr.secret_kind, cr.sealed_access_token, cr.access_expires_at`.execute(
        tx,
      )
      await lockAccount(tx, accountId)
      await sql`
        update rollout_step set sealed_secret = null, sealed_access_token = null, state = 'skipped'
        where account_id = ${accountId} and (sealed_secret is not null or sealed_access_token is not null)
          and user_id in (select user_id from (${steps}) as x)`.execute(tx)
      return rows
    },
  }
}

/** A credential is held before its connection, as by whoever refreshes, connects or removes. */
async function hold(tx: Transaction<Database>, accountId: AccountId, connectionIds: readonly ConnectionId[]) {
  const ids = sql`any(${[...connectionIds]}::uuid[])`
  const { rows: free } = await sql<{ connectionId: ConnectionId }>`
    select connection_id from credential where account_id = ${accountId} and connection_id = ${ids}
    order by connection_id for update skip locked`.execute(tx)
  const { rows: all } = await sql<{ connectionId: ConnectionId }>`
    select connection_id from credential where account_id = ${accountId} and connection_id = ${ids}`.execute(tx)
  const held = new Set(free.map(({ connectionId }) => connectionId))
  const busy = all.flatMap(({ connectionId }) => (held.has(connectionId) ? [] : [connectionId]))
  await lockAccount(tx, accountId)
  const connections = await tx
    .selectFrom("connection")
    .selectAll()
    .where("accountId", "=", accountId)
    .where(sql<boolean>`connection_id = ${ids} and not connection_id = any(${busy}::uuid[])
      and not ${isBeingRevoked(accountId, "connection")}`)
    .orderBy("connectionId")
    .forUpdate()
    .execute()
  const userIds = connections.map(({ userId }) => userId)
  await sql`
    select 1 from rollout_step where account_id = ${accountId} and user_id = any(${userIds}::uuid[])
      and (sealed_secret is not null or sealed_access_token is not null)
    order by rollout_id, user_id for update`.execute(tx)
  return { connections, busyCount: busy.length }
}

type StepTables = Pick<RevocationTables, "removeSome" | "listSteps" | "endSteps" | "count">

function stepTables(tx: Transaction<Database>, accountId: AccountId): StepTables {
  return {
    removeSome: (revocationId, limit) => removeSome(tx, accountId, { revocationId, limit }),
    listSteps(revocationId, { state, after, limit }) {
      const found = tx
        .selectFrom("revocationStep as s")
        .leftJoin("appUser as u", (join) =>
          join.onRef("u.accountId", "=", "s.accountId").onRef("u.userId", "=", "s.userId"),
        )
        .selectAll("s")
        .select([
          sql<string>`coalesce(u.email, '')`.as("email"),
          sql<string>`coalesce(u.display_name, '')`.as("displayName"),
        ])
        .where("s.accountId", "=", accountId)
        .where("s.revocationId", "=", revocationId)
        .orderBy("s.connectionId")
        .limit(limit)
      const later = after === null ? found : found.where("s.connectionId", ">", after)
      return (state === null ? later.where("u.userId", "is not", null) : later.where("s.state", "=", state)).execute()
    },
    async endSteps(revocationId, done) {
      const column = <Name extends keyof DoneStep>(name: Name) => done.map((one) => one[name])
      const { rows } = await sql<{ connectionId: ConnectionId }>`
        update revocation_step as s set state = 'done', farewell = null, subscriptions_stopped = d.stopped,
          subscriptions_left = d.subscriptions_left, grant_outcome = d.outcome
        from unnest(${column("connectionId")}::uuid[], ${column("subscriptionsStopped")}::int[],
          ${column("subscriptionsLeft")}::int[], ${column("grantOutcome")}::text[]) as d (connection_id, stopped, subscriptions_left, outcome)
        where s.account_id = ${accountId} and s.revocation_id = ${revocationId} and s.connection_id = d.connection_id
          and s.state = 'removed'
        returning s.connection_id`.execute(tx)
      return rows.map(({ connectionId }) => connectionId)
    },
    async count(revocationId) {
      const { rows } = await sql<Counted>`
        select state, grant_outcome, count(*) as count, sum(subscriptions_stopped) as stopped, sum(subscriptions_left) as left
        from revocation_step where account_id = ${accountId} and revocation_id = ${revocationId}
        group by state, grant_outcome`.execute(tx)
      return countsOf(rows)
    },
  }
}

type Counted = {
  readonly state: "waiting" | "removed" | "done"
  readonly grantOutcome: keyof RevocationCounts["grants"] | null
  readonly count: number
  readonly stopped: number
  readonly left: number
}

function countsOf(rows: readonly Counted[]): RevocationCounts {
  const sum = (what: (row: Counted) => number) => rows.reduce((total, row) => total + Number(what(row)), 0)
  const inState = (state: Counted["state"]) => sum((row) => (row.state === state ? row.count : 0))
  const ended = (outcome: Counted["grantOutcome"]) => sum((row) => (row.grantOutcome === outcome ? row.count : 0))
  return {
    ...{ waiting: inState("waiting"), removed: inState("removed"), done: inState("done") },
    ...{ subscriptionsStopped: sum(({ stopped }) => stopped), subscriptionsLeft: sum(({ left }) => left) },
    grants: {
      ...{ revoked: ended("revoked"), reconnected: ended("reconnected") },
      ...{ "not-possible": ended("not-possible"), "not-confirmed": ended("not-confirmed") },
    },
  }
}

/**
 * Steps and connections are held before it is looked whether a credential came back: a reconnect writes its credential and
 * its connection in one transaction, so that it is seen whole or waits until the connection is gone.
 */
async function removeSome(
  tx: Transaction<Database>,
  accountId: AccountId,
  { revocationId, limit }: { readonly revocationId: RevocationId; readonly limit: number },
) {
  const { rows: steps } = await sql<{ connectionId: ConnectionId; userId: UserId }>`
    select connection_id, user_id from revocation_step
    where account_id = ${accountId} and revocation_id = ${revocationId} and state = 'waiting'
    order by connection_id limit ${limit} for update skip locked`.execute(tx)
  if (steps.length === 0) return []
  const ids = sql`any(${steps.map(({ connectionId }) => connectionId)}::uuid[])`
  await sql`select 1 from connection where account_id = ${accountId} and connection_id = ${ids}
    order by connection_id for update`.execute(tx)
  const { rows: left } = await sql<{ connectionId: ConnectionId }>`
    update revocation_step set state = 'done', grant_outcome = 'reconnected'
    where account_id = ${accountId} and revocation_id = ${revocationId} and connection_id = ${ids}
      and connection_id in (select connection_id from credential where account_id = ${accountId} and connection_id = ${ids})
    returning connection_id`.execute(tx)
  await sql`
    update revocation_step as r set state = 'removed', farewell = coalesce((
      select jsonb_build_object('permission', c.permission, 'contactsPermission', c.contacts_permission, 'tenantConnectionId', c.tenant_connection_id,
        'mailbox', c.subject_email, 'subscriptions', coalesce((
          select jsonb_agg(jsonb_build_object('providerSubscriptionId', x.provider_subscription_id,
            'providerResourceId', x.provider_resource_id) order by x.created_at)
          from calendar as k join subscription as x on x.account_id = k.account_id and x.calendar_id = k.calendar_id
          where k.account_id = c.account_id and k.connection_id = c.connection_id), '[]'::jsonb))
      from connection as c where c.account_id = r.account_id and c.connection_id = r.connection_id), null)
    where account_id = ${accountId} and revocation_id = ${revocationId} and connection_id = ${ids} and state = 'waiting'`.execute(
    tx,
  )
  const kept = new Set(left.map(({ connectionId }) => connectionId))
  const gone = steps.filter(({ connectionId }) => !kept.has(connectionId))
  const { rows: deleted } = await sql<{ connectionId: ConnectionId }>`delete from connection
    where account_id = ${accountId} and connection_id = any(${gone.map(({ connectionId }) => connectionId)}::uuid[])
    returning connection_id`.execute(tx)
  const removed = new Set(deleted.map(({ connectionId }) => connectionId))
  return steps.map((step) => ({ ...step, isRemoved: removed.has(step.connectionId) }))
}

/** Revocations across accounts. */
export function createSystemRevocations(tx: Transaction<Database>): SystemRevocationTables {
  return {
    async takeStalledRevocations({ untouchedSince, now, limit }) {
      const { rows } = await sql<{ accountId: AccountId; revocationId: RevocationId }>`
        update revocation set touched_at = ${now.toString()}
        where (account_id, revocation_id) in (
          select account_id, revocation_id from revocation
          where state <> 'done' and touched_at < ${untouchedSince.toString()}
          order by touched_at limit ${limit} for update skip locked
        )
        returning account_id, revocation_id`.execute(tx)
      return rows
    },
  }
}
