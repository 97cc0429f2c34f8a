import {
  type ConnectionId,
  parseCalendarId,
  parseConnectionId,
  parseCredentialId,
  parseGroupId,
  parseSubscriptionId,
  parseUserId,
} from "@kalends/domain/ids"
import { createFarewells } from "../connections/farewells.ts"
import { createRevocations } from "../connections/revocations.ts"
import { createRunRevocation } from "../connections/run-revocation.ts"
import type { Caller } from "../ports/call.ts"
import type { UserRow } from "../ports/store.ts"
import { type ConnectedOptions, connectedWorld } from "./connected-world.ts"
import { sampleRows } from "./rows.ts"
import { silentMetrics } from "./silent-metrics.ts"

type Options = ConnectedOptions & { readonly people?: number; readonly nameOf?: (number: number) => string }

/** An organisation of connected people, all of them in one group and of one tenant, and nodes that revoke. */
export async function revocationWorld({ people = 3, nameOf = () => "Ada", ...options }: Options = {}) {
  const world = await connectedWorld(options)
  const { base, accountId, random, clock, vault, store, broker, provider, hints } = world
  const groupId = parseGroupId(random.uuid())
  const administrator: Caller = { ...world.asker.user, call: "request:test" }
  await base.inAccount(accountId, (tables) => tables.groups.putGroup({ accountId, groupId, name: "Pilots" }))
  const connectionIds: ConnectionId[] = []
  const userIds: UserRow["userId"][] = []

  async function add(number: number): Promise<void> {
    const rows = sampleRows(number)
    const connectionId = parseConnectionId(random.uuid())
    const userId = parseUserId(random.uuid())
    const calendarId = parseCalendarId(random.uuid())
    const now = clock.now()
    connectionIds.push(connectionId)
    userIds.push(userId)
    await base.inAccount(accountId, async (tables) => {
      await tables.insertUser({
        ...rows.user,
        accountId,
        userId,
        email: `person${number}@example.org`,
        displayName: nameOf(number),
      })
      await tables.groups.setGroupOfUser(userId, groupId)
      const place = { accountId, connectionId }
      await tables.insertConnection({ ...rows.connection, ...place, userId, tenantId: "tenant-1" })
      const seal = (kind: "refresh-token" | "access-token", text: string) =>
        vault.sealSecret(tables, { connectionId, kind }, text)
      await tables.upsertCredential({
        ...{ ...rows.credential, ...place, credentialId: parseCredentialId(random.uuid()) },
        sealedSecret: await seal("refresh-token", `refresh-${number}`),
        sealedAccessToken: await seal("access-token", `access-${number}`),
        accessExpiresAt: now.add({ hours: 1 }),
      })
      await tables.insertCalendar({ ...rows.calendar, ...place, calendarId })
      await tables.insertSubscription({
        ...{ accountId, subscriptionId: parseSubscriptionId(random.uuid()), calendarId, provider: provider.name },
        ...{ providerSubscriptionId: `subscription-${number}`, providerResourceId: null },
        ...{ expiresAt: now.add({ hours: 24 }), renewAt: now.add({ hours: 12 }), createdAt: now },
      })
    })
  }
  for (let number = 1; number <= people; number++) await add(number)

  /** A node: what it has in memory is its own. One that waits only begins; what is left is run by the test. */
  function node({ waits = false }: { readonly waits?: boolean } = {}) {
    const farewells = createFarewells(clock)
    const fanOut = {
      publish: (_topic: unknown, hint: (typeof hints)[number]) => void hints.push(hint),
      ...{ listen: () => () => {}, isConnected: true, close: async () => {} },
    }
    const tell = { broker, providers: new Map([[provider.name, provider]]), clock, metrics: silentMetrics }
    const runs = createRunRevocation({ store, vault, tell, fanOut, farewells, clock })
    const revocations = createRevocations({
      ...{ store, farewells, runs: waits ? { start: () => {} } : runs, clock, random },
      labelOf: (name) => name,
    })
    return { farewells, runs, revocations }
  }

  return { ...world, groupId, administrator, connectionIds, userIds, node, add }
}

export type RevocationWorld = Awaited<ReturnType<typeof revocationWorld>>
