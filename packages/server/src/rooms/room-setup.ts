import type { AuditReason } from "@kalends/domain/audit-reason"
import { parseDialPattern } from "@kalends/domain/dial-pattern"
import { parseTenantConnectionId, type UserId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import {
  type DialRulesView,
  type ImportedRoomsView,
  type ImportRoomsInput,
  type RoomMethodsView,
  type RoomScriptInput,
  roomMethodNames,
} from "@kalends/protocol/rooms"
import type { Caller } from "../ports/call.ts"
import type { AccountTables } from "../ports/store.ts"
import { providerOf } from "./connect-room.ts"
import { newRoom, requireZone } from "./new-room.ts"
import type { RoomsDeps } from "./rooms.ts"

/** What is set up for rooms together: how they are opened, those of a directory, and the organisation's dial rules. */
export function createRoomSetup(deps: Omit<RoomsDeps, "remover" | "connectRoom">) {
  const { store, agendas, world } = deps
  const { clock } = world

  const audit = (tables: AccountTables, { userId }: Caller, subjectId: UserId, reason: AuditReason) =>
    tables.appendAudit({ actor: { kind: "user", userId }, action: "room-changed", subjectId, reason }, clock.now())

  return {
    /** Those who are here already stay as they are, and are connected where they are not, and not about to be. */
    importRooms: (user: Caller, { tenantConnectionId, zone, rooms }: ImportRoomsInput): Promise<ImportedRoomsView> =>
      store.inAccount(user.accountId, async (tables) => {
        const tenant = tenantConnectionId === null ? null : parseTenantConnectionId(tenantConnectionId)
        if (tenant !== null && (await tables.tenants.find(tenant)) === null)
          throw new Problem("not-found", "There is no such connection to an organisation.", { code: "no-tenant" })
        const known = new Map(
          (await tables.rooms.findByAddresses(rooms.map(({ address }) => address.toLowerCase()))).map((row) => [
            row.address,
            row,
          ]),
        )
        const fresh = rooms.filter(({ address }) => !known.has(address.toLowerCase()))
        const added = fresh.map((room) =>
          newRoom(user, deps.world, {
            ...room,
            address: room.address.toLowerCase(),
            zone: requireZone(zone),
            tenantConnectionId: tenant,
          }),
        )
        for (const row of added) {
          await tables.rooms.insert(row)
          await audit(tables, user, row.roomId, "directory")
        }
        const unconnected = [...known.values()].filter(
          ({ connectionState, tenantConnectionId: other, problemKind }) =>
            connectionState === null && (other === null || other === tenant || problemKind !== null),
        )
        if (tenant === null) return { added: added.length, known: known.size }
        for (const { roomId } of unconnected) await tables.rooms.update(roomId, { tenantConnectionId: tenant })
        const toConnect = [...added, ...unconnected]
        const { accountId } = user
        await tables.addJobs(toConnect.map(({ roomId }) => ({ kind: "connect-room", accountId, roomId })))
        return { added: added.length, known: known.size }
      }),

    methods: async ({ accountId }: Caller): Promise<RoomMethodsView> => ({
      tenants: (await store.inAccount(accountId, ({ tenants }) => tenants.list())).map(
        ({ tenantConnectionId, provider, method, tenantId, identity }) => ({
          ...{ tenantConnectionId, provider, providerLabel: deps.labelOf(provider), method, tenantId, identity },
        }),
      ),
      providers: [...deps.providers.values()].flatMap(({ name, rooms }) =>
        rooms === null
          ? []
          : [
              {
                ...{ provider: name, label: deps.labelOf(name) },
                hasDirectory: rooms.ofTenant !== null || rooms.ofAccount !== null,
                methods: rooms.methods.flatMap(({ name: method, ...rest }) =>
                  roomMethodNames.flatMap((known) => (known === method ? [{ name: known, ...copied(rest) }] : [])),
                ),
              },
            ],
      ),
    }),

    /** Throws Problem "unsupported" (code "no-script"). */
    script({ provider, ...asked }: RoomScriptInput): { script: string } {
      const make = providerOf(deps.providers, provider).rooms?.script ?? null
      if (make === null)
        throw new Problem("unsupported", "There is nothing to run for this calendar service.", { code: "no-script" })
      return { script: make(asked) }
    },

    dialRules: (user: Caller): Promise<DialRulesView> =>
      store.inAccount(user.accountId, async ({ rooms }) => ({ rules: (await rooms.dialRules()).map(copiedRule) })),

    /** Throws Problem "malformed" (code "dial-pattern") for a pattern that cannot be read. */
    async setDialRules(user: Caller, { rules }: DialRulesView): Promise<DialRulesView> {
      for (const { patterns, also } of rules)
        if ([...patterns, ...also].some((pattern) => parseDialPattern(pattern) === null))
          throw new Problem("malformed", "One of the patterns cannot be read.", { code: "dial-pattern" })
      await store.inAccount(user.accountId, async (tables) => {
        await tables.rooms.setDialRules(rules, clock.now())
        await audit(tables, user, user.userId, "dial-rules")
      })
      agendas.renewAll(user.accountId)
      return { rules }
    },
  }
}

export type RoomSetup = ReturnType<typeof createRoomSetup>

type Method = RoomMethodsView["providers"][number]["methods"][number]
type Data = NonNullable<ReturnType<typeof providerOf>["rooms"]>["methods"][number]

function copied({ tenantMethods, permissions, isRecommended, hasScript }: Omit<Data, "name">): Omit<Method, "name"> {
  return {
    tenantMethods: [...tenantMethods],
    permissions: permissions.map((one) => ({ ...one })),
    ...{ isRecommended, hasScript },
  }
}

type Rule = DialRulesView["rules"][number]
type KeptRule = Awaited<ReturnType<AccountTables["rooms"]["dialRules"]>>[number]
const copiedRule = ({ patterns, also, ...rule }: KeptRule): Rule => ({
  ...rule,
  patterns: [...patterns],
  also: [...also],
})
