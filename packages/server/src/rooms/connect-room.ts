import type { Access } from "@kalends/domain/access"
import { type ProviderName, parseTenantConnectionId, type TenantConnectionId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import { isPassing, isProblem, Problem } from "@kalends/domain/problem"
import type { RoomConnectionInput } from "@kalends/protocol/rooms"
import { type EstablishDeps, type Established, establishIn, listChosen } from "../connections/establish.ts"
import type { TenantBroker } from "../ports/access-broker.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Call } from "../ports/call.ts"
import type { FanOut } from "../ports/fan-out.ts"
import type { JobQueue } from "../ports/job-queue.ts"
import type { RoomRef } from "../ports/room-agendas.ts"
import type { RoomRow } from "../ports/room-tables.ts"
import type { AuditEntry, Store } from "../ports/store.ts"
import { noRoom } from "./room-place.ts"

export type ConnectRoomDeps = EstablishDeps & {
  readonly store: Store
  readonly broker: TenantBroker
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
  readonly fanOut: FanOut
  readonly queue: JobQueue
}

type Asking = { readonly actor: AuditEntry["actor"]; readonly call: Call }

const retryMinutes = 5

/** Connects rooms' calendars: by an administrator's connection, or with a sign-in of the room's own. */
export function createConnectRoom(deps: ConnectRoomDeps) {
  const { store, fanOut, world } = deps

  const requireRoom = (ref: RoomRef): Promise<RoomRow> =>
    store.inAccount(ref.accountId, async ({ rooms }) => {
      const room = await rooms.find(ref.roomId)
      if (room === null) throw noRoom()
      return room
    })

  /** What the first try met, beside who is to open it, so that it can be shown and looked into. */
  function keepProblem(ref: RoomRef, tenantConnectionId: TenantConnectionId, { kind, code }: Problem): Promise<void> {
    return store.inAccount(ref.accountId, async (tables) => {
      const isConnected = (await tables.findConnectionOfUser(ref.roomId)) !== null
      if (isConnected || (await tables.tenants.find(tenantConnectionId)) === null) return
      await tables.rooms.update(ref.roomId, {
        ...{ tenantConnectionId, problemKind: kind, problemCode: code, problemAt: world.clock.now() },
      })
    })
  }

  async function connect(ref: RoomRef, input: RoomConnectionInput, asking: Asking): Promise<void> {
    await open(ref, input, asking).catch(async (error: unknown) => {
      if (isProblem(error) && input.by === "tenant")
        await keepProblem(ref, parseTenantConnectionId(input.tenantConnectionId), error)
      throw error
    })
  }

  async function open(ref: RoomRef, input: RoomConnectionInput, asking: Asking): Promise<void> {
    const room = await requireRoom(ref)
    const { provider, made } =
      input.by === "tenant" ? await byTenant(room, input, asking) : await byPassword(deps, input)
    const chosen = await listChosen(provider, made.access)
    const user = { accountId: ref.accountId, userId: ref.roomId, role: "user" } as const
    const { connectionId, state } = await store.inAccount(ref.accountId, async (tables) => {
      const connection = await establishIn(deps, tables, { user, provider, made, chosen, actor: asking.actor })
      const { tenantConnectionId } = made
      await tables.rooms.update(ref.roomId, {
        ...{ tenantConnectionId, problemKind: null, problemCode: null, problemAt: null },
      })
      return connection
    })
    fanOut.publish(
      { kind: "user", accountId: ref.accountId, userId: ref.roomId },
      { kind: "connection-changed", connectionId, state },
    )
  }

  async function byTenant(
    { accountId, address }: RoomRow,
    input: { readonly tenantConnectionId: string },
    { actor, call }: Asking,
  ) {
    const tenantConnectionId = parseTenantConnectionId(input.tenantConnectionId)
    const tenant = await store.inAccount(accountId, (tables) => tables.tenants.find(tenantConnectionId))
    const provider = tenant === null ? undefined : deps.providers.get(tenant.provider)
    if (tenant === null || provider === undefined)
      throw new Problem("not-found", "There is no such connection to an organisation.", { code: "no-tenant" })
    const { permission, tenantId } = tenant
    const target = { accountId, tenantConnectionId, permission, mailbox: address }
    const access = await deps.broker.accessByTenant(target, { actor, reason: "room", call })
    const subject = { id: `${tenantId}/${address}`, email: address, tenantId }
    return { provider, made: establishedOf(access, { subject, permission, tenantConnectionId }) }
  }

  return {
    /** Throws the provider's Problem where the calendar does not open, and keeps it; "conflict" where another service is connected. */
    connect,

    /** As an administrator asked when the room was added. What passes by itself is tried again; what does not, is kept to be shown. */
    async connectByJob(ref: RoomRef, call: Call): Promise<void> {
      const room = await requireRoom(ref).catch(() => null)
      if (room === null || room.tenantConnectionId === null) return
      const { tenantConnectionId } = room
      try {
        await connect(ref, { by: "tenant", tenantConnectionId }, { actor: { kind: "service", part: "rooms" }, call })
      } catch (error) {
        if (!isProblem(error)) throw error
        if (isPassing(error))
          await deps.queue.add(
            [{ kind: "connect-room", ...ref }],
            error.retryAt ?? world.clock.now().add({ minutes: retryMinutes }),
          )
      }
    },
  }
}

export type ConnectRoom = ReturnType<typeof createConnectRoom>

type Opened = {
  readonly subject: Established["subject"]
  readonly permission: Permission
  readonly tenantConnectionId: TenantConnectionId | null
}

function establishedOf(access: Access, opened: Opened): Established {
  return { access, ...opened, contacts: "none", grant: null }
}

type SignIn = Extract<RoomConnectionInput, { by: "password" }>

async function byPassword({ providers }: Pick<ConnectRoomDeps, "providers">, input: Omit<SignIn, "by">) {
  const provider = providerOf(providers, input.provider)
  const { access, subject } = await signInOf(provider).discover(input)
  return { provider, made: establishedOf(access, { subject, permission: "read-write", tenantConnectionId: null }) }
}

/** Throws Problem "unsupported" where the service is not set up here. */
export function providerOf(providers: ConnectRoomDeps["providers"], name: string): CalendarProvider {
  const provider = [...providers.values()].find((one) => one.name === name)
  if (provider === undefined)
    throw new Problem("unsupported", "This calendar service is not set up here.", { code: "provider-not-configured" })
  return provider
}

/** Throws Problem "unsupported" where one does not sign in with a password. */
export function signInOf({ signIn }: CalendarProvider) {
  if (signIn.kind !== "password")
    throw new Problem("unsupported", "This calendar service is connected in another way.", {
      code: "wrong-sign-in-kind",
    })
  return signIn
}
