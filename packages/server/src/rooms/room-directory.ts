import { parseTenantConnectionId, type TenantConnectionId } from "@kalends/domain/ids"
import { Problem } from "@kalends/domain/problem"
import type { RoomDirectoryInput, RoomDirectoryView } from "@kalends/protocol/rooms"
import type { Caller } from "../ports/call.ts"
import type { RoomEntries } from "../ports/room-source.ts"
import type { SecretVault } from "../ports/secret-vault.ts"
import type { AccountTables } from "../ports/store.ts"
import { type ConnectRoomDeps, providerOf, signInOf } from "./connect-room.ts"

export type RoomDirectoryDeps = Pick<ConnectRoomDeps, "store" | "providers"> & { readonly vault: SecretVault }

const timeoutMs = 30_000
const pageMost = 200

/** An organisation's rooms as its own directory has them, beside those that are here. Read each time, never kept. */
export function createRoomDirectory({ store, providers, vault }: RoomDirectoryDeps) {
  /** What one tenant connection shows. Throws Problem "unsupported" (code "no-directory"). */
  async function ofTenant(user: Caller, id: TenantConnectionId, next: string | null): Promise<RoomEntries> {
    const { accountId, userId, call } = user
    const { secret, source } = await store.inAccount(accountId, async (tables) => {
      const tenant = await tables.tenants.find(id)
      if (tenant === null)
        throw new Problem("not-found", "There is no such connection to an organisation.", { code: "no-tenant" })
      const opening = {
        connectionId: id,
        kind: "tenant",
        actor: { kind: "user", userId },
        reason: "directory",
        call,
      } as const
      const secret = await vault.openSecret(tables, opening, tenant.sealedSecret)
      return { secret, source: providerOf(providers, tenant.provider).rooms?.ofTenant ?? null }
    })
    if (source === null) throw noDirectory()
    return source(secret, { next, signal: AbortSignal.timeout(timeoutMs) })
  }

  async function ofAccount(input: Extract<RoomDirectoryInput, { by: "password" }>): Promise<RoomEntries> {
    const provider = providerOf(providers, input.provider)
    const source = provider.rooms?.ofAccount ?? null
    if (source === null) throw noDirectory()
    const { access } = await signInOf(provider).discover(input)
    return source(access, { next: input.next, signal: AbortSignal.timeout(timeoutMs) })
  }

  return async (user: Caller, input: RoomDirectoryInput): Promise<RoomDirectoryView> => {
    const tenantId = input.by === "tenant" ? parseTenantConnectionId(input.tenantConnectionId) : null
    const found =
      input.by === "tenant"
        ? await ofTenant(user, parseTenantConnectionId(input.tenantConnectionId), input.next)
        : await ofAccount(input)
    const isWhole = input.next === null && found.next === null
    return store.inAccount(user.accountId, async (tables) => ({
      entries: await marked(tables, found.entries),
      next: found.next,
      gone: isWhole && tenantId !== null ? await goneOf(tables, tenantId, found.entries) : null,
    }))
  }
}

async function marked(
  { rooms }: AccountTables,
  entries: RoomEntries["entries"],
): Promise<RoomDirectoryView["entries"]> {
  const known = new Map(
    (await rooms.findByAddresses(entries.map(({ address }) => address))).map((row) => [row.address, row]),
  )
  return entries.map((entry) => ({
    ...entry,
    roomId: known.get(entry.address)?.roomId ?? null,
    connectionState: known.get(entry.address)?.connectionState ?? null,
  }))
}

/** Rooms of ours that this organisation opens and its directory names no more; looked for among the first rooms alone. */
async function goneOf({ rooms }: AccountTables, id: TenantConnectionId, entries: RoomEntries["entries"]) {
  const there = new Set(entries.map(({ address }) => address))
  const ours = await rooms.list({ after: null, limit: pageMost, search: null, state: null })
  return ours
    .filter(({ tenantConnectionId, address }) => tenantConnectionId === id && !there.has(address))
    .map(({ roomId, name, address }) => ({ roomId, name, address }))
}

const noDirectory = () =>
  new Problem("unsupported", "The rooms of this calendar service cannot be listed.", { code: "no-directory" })
