import { type AuditReason, tenantReasons } from "@kalends/domain/audit-reason"
import { parseProviderName, parseTenantConnectionId, type TenantConnectionId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import { Problem } from "@kalends/domain/problem"
import {
  type NewTenantInput,
  type TenantMethodsView,
  type TenantSecretInput,
  type TenantView,
  tenantFieldNames,
} from "@kalends/protocol/tenants"
import type { AccountTables, AuditEntry, UserRow } from "../ports/store.ts"
import type { TenantGiven, TenantOpened, TenantSource } from "../ports/tenant-source.ts"
import type { TenantConnectionRow } from "../ports/tenant-tables.ts"
import { actorOf, opensOf, requireTenant, type TenantsDeps, tenantSourceOf } from "./deps.ts"
import { createDirectory } from "./directory.ts"

/** Administrators' connections to whole organisations: made, given another secret, and looked into; removed by a revocation. */
export function createTenants(deps: TenantsDeps) {
  const { store, vault, providers, world } = deps
  const { clock, random, labelOf } = world

  async function view(tables: AccountTables, row: TenantConnectionRow): Promise<TenantView> {
    const { problemKind, problemCode, problemAt } = row
    const opens = opensOf(deps, row)
    const count = await tables.tenants.countConnections(row.tenantConnectionId)
    return {
      tenantConnectionId: row.tenantConnectionId,
      provider: row.provider,
      providerLabel: labelOf(row.provider),
      method: row.method,
      permission: row.permission,
      opens,
      tenantId: row.tenantId,
      identity: row.identity,
      secretExpiresAt: row.secretExpiresAt?.toString() ?? null,
      createdAt: row.createdAt.toString(),
      lastOkAt: row.lastOkAt?.toString() ?? null,
      problem:
        problemKind === null || problemAt === null
          ? null
          : { kind: problemKind, code: problemCode, at: problemAt.toString() },
      connectionCount: count.people,
      roomCount: count.rooms,
      hasDirectory: opens === "everybody" && (providers.get(row.provider)?.tenant?.directory ?? null) !== null,
    }
  }

  const audit = (tables: AccountTables, user: UserRow, entry: Omit<AuditEntry, "actor">) =>
    tables.appendAudit({ ...entry, actor: actorOf(user) }, clock.now())

  return {
    ...createDirectory(deps),

    methods(): TenantMethodsView {
      const offered = [...providers.values()].flatMap(({ name, tenant }) =>
        tenant === null ? [] : [{ provider: name, label: labelOf(name), ...methodsView(tenant) }],
      )
      return { providers: offered }
    },

    list: (user: UserRow): Promise<TenantView[]> =>
      store.inAccount(user.accountId, async (tables) => {
        const views: TenantView[] = []
        for (const row of await tables.tenants.list()) views.push(await view(tables, row))
        return views
      }),

    /** Throws the provider's Problem where what was given does not open it, "conflict" where it is connected already. */
    async connect(user: UserRow, { provider, method, permission, given }: NewTenantInput): Promise<TenantView> {
      const source = tenantSourceOf(deps, provider)
      const opened = await source.open(method, readGiven(source, method, given), permission)
      return keep(user, { provider, method, permission, opened })
    },

    /** Throws Problem "conflict" (code "another-tenant") when it opens another organisation than before. */
    async replaceSecret(user: UserRow, id: TenantConnectionId, input: TenantSecretInput): Promise<TenantView> {
      const known = await store.inAccount(user.accountId, (tables) => requireTenant(tables, id))
      const source = tenantSourceOf(deps, known.provider)
      const given = readGiven(source, input.method, input.given)
      return keepAnew(user, id, {
        method: input.method,
        opened: await source.open(input.method, given, known.permission),
      })
    },

    /** As `connect`, of an organisation whose secret was come by in another way. */
    keep,
    /** As `replaceSecret`. */
    keepAnew,
  }

  async function keep(user: UserRow, { provider, method, permission, opened }: Kept): Promise<TenantView> {
    const { secret, ...rest } = opened
    const tenantConnectionId = parseTenantConnectionId(random.uuid())
    return store.inAccount(user.accountId, async (tables) => {
      await tables.lockAccount()
      const place = { connectionId: tenantConnectionId, kind: "tenant" } as const
      const row: TenantConnectionRow = {
        ...{ accountId: user.accountId, tenantConnectionId, provider: parseProviderName(provider) },
        ...{ method, permission, ...rest, version: 1 },
        sealedSecret: await vault.sealSecret(tables, place, secret),
        ...{ createdAt: clock.now(), lastOkAt: clock.now() },
        ...{ problemKind: null, problemCode: null, problemAt: null },
      }
      await tables.tenants.insert(row)
      const entry = { action: "tenant-connected", subjectId: tenantConnectionId, reason: reasonOf(method) } as const
      await audit(tables, user, entry)
      return view(tables, row)
    })
  }

  function keepAnew(user: UserRow, id: TenantConnectionId, { method, opened }: KeptAnew): Promise<TenantView> {
    const { secret, ...rest } = opened
    return store.inAccount(user.accountId, async (tables) => {
      await tables.lockAccount()
      const current = await requireTenant(tables, id)
      if (opened.tenantId !== current.tenantId)
        throw new Problem("conflict", "This is the secret of another organisation.", { code: "another-tenant" })
      const changes = {
        ...{ ...rest, method, version: current.version + 1, lastOkAt: clock.now() },
        ...{ problemKind: null, problemCode: null, problemAt: null },
        sealedSecret: await vault.sealSecret(tables, { connectionId: id, kind: "tenant" }, secret),
      }
      await tables.tenants.update(id, changes)
      await audit(tables, user, { action: "tenant-connected", subjectId: id, reason: "secret-replaced" })
      return view(tables, { ...current, ...changes })
    })
  }
}

type KeptAnew = { readonly method: string; readonly opened: TenantOpened }
type Kept = KeptAnew & { readonly provider: string; readonly permission: Permission }

const reasonOf = (method: string): AuditReason => tenantReasons.find((known) => known === method) ?? "connect"

export type Tenants = ReturnType<typeof createTenants>

type FieldName = (typeof tenantFieldNames)[number]

function methodsView({
  methods,
  signIn,
  directory,
}: TenantSource): Omit<TenantMethodsView["providers"][number], "provider" | "label"> {
  const isKnown = (name: string): name is FieldName => tenantFieldNames.some((known) => known === name)
  return {
    hasDirectory: directory !== null,
    methods: [
      ...methods.map(({ name, fields }) => ({
        ...{ name, isBySignIn: false },
        fields: fields.flatMap(({ name: field, ...rest }) => (isKnown(field) ? [{ name: field, ...rest }] : [])),
      })),
      ...(signIn === null ? [] : [{ name: signIn.method, isBySignIn: true, fields: [] }]),
    ],
  }
}

/** What was given for the fields that the method has. Throws Problem "malformed" (code "field-missing") where one is left out. */
function readGiven({ methods, signIn }: TenantSource, name: string, given: NewTenantInput["given"]): TenantGiven {
  const all = [...methods, ...(signIn === null ? [] : [{ name: signIn.method, fields: signIn.fields }])]
  const method = all.find((known) => known.name === name)
  if (method === undefined)
    throw new Problem("unsupported", "This calendar service is let in another way.", { code: "wrong-method" })
  const entries = method.fields.flatMap(({ name: field, isOptional }) => {
    const value = given[field as FieldName]?.trim() ?? ""
    if (value === "" && !isOptional)
      throw new Problem("malformed", "Something is missing in the form.", { code: "field-missing", context: { field } })
    return value === "" ? [] : [[field, value] as const]
  })
  return Object.fromEntries(entries)
}
