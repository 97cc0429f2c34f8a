import { type DisplayKind, parsePairingCode, roomsMostOf } from "@kalends/domain/display"
import { type DisplayId, parseDisplayId, parseUserId, type RoomId } from "@kalends/domain/ids"
import { quietDisplayMinutes } from "@kalends/domain/in-trouble"
import { Problem } from "@kalends/domain/problem"
import type { DisplayChangeInput, DisplaysView, DisplayView, PairInput, Pairing } from "@kalends/protocol/display"
import type { Caller } from "../ports/call.ts"
import type { Clock } from "../ports/clock.ts"
import type { ListedDisplay } from "../ports/display-tables.ts"
import type { FanOut } from "../ports/fan-out.ts"
import { pageOf } from "../ports/page.ts"
import type { Random } from "../ports/random.ts"
import type { AccountTables, AuditEntry, Store } from "../ports/store.ts"
import { displayHash, newDisplayToken, newPairingCode } from "./display-token.ts"

export type DisplaysDeps = {
  readonly store: Store
  readonly fanOut: FanOut
  readonly clock: Clock
  readonly random: Random
}

export type DisplaysQuery = {
  readonly after?: string | undefined
  readonly roomId?: string | undefined
  readonly search?: string | undefined
  readonly trouble?: "yes" | undefined
}

const codeMinutes = 10
const pollSeconds = 4
/** Codes that wait at one time, in all: a screen asks for another when its own is over. */
const pairingsMost = 1_000
const pageSize = 100

const gone = () => new Problem("not-found", "There is no such screen.", { code: "no-display" })
const codeWrong = () =>
  new Problem("not-found", "No screen shows this code, or it is over.", { code: "pairing-code-wrong" })

/** Screens: how they are paired, and what administrators do with them. */
export function createDisplays({ store, fanOut, clock, random }: DisplaysDeps) {
  const tellScreen = ({ accountId }: Caller, displayId: DisplayId) =>
    fanOut.publish({ kind: "display", accountId, displayId }, { kind: "display-changed" })

  const audit = (tables: AccountTables, { userId }: Caller, entry: Pick<AuditEntry, "action" | "subjectId">) =>
    tables.appendAudit({ actor: { kind: "user", userId }, reason: "asked", ...entry }, clock.now())

  async function requireDisplay(tables: AccountTables, displayId: DisplayId): Promise<ListedDisplay> {
    const found = await tables.displays.find(displayId)
    if (found === null) throw gone()
    return found
  }

  return {
    /** A code for a screen to show. Throws Problem "rate-limited" where too many wait, "unavailable" before set-up. */
    async beginPairing(deviceName: string): Promise<Pairing> {
      const now = clock.now()
      const accountId = await store.asSystem((tables) => tables.findAccountId())
      if (accountId === null) throw new Problem("unavailable", "The service is not set up yet.", { code: "not-set-up" })
      const [code, token] = [newPairingCode(random), newDisplayToken(random)]
      const expiresAt = now.add({ minutes: codeMinutes })
      const hashes = { codeHash: displayHash("pairing-code", code), tokenHash: displayHash("display", token) }
      const isTaken = await store.inAccount(accountId, (tables) =>
        tables.displays.insertPairing({ accountId, ...hashes, deviceName, expiresAt }, now, pairingsMost),
      )
      if (!isTaken)
        throw new Problem("rate-limited", "Too many screens wait to be paired.", {
          ...{ code: "too-many-pairings", retryAt: now.add({ minutes: 1 }) },
        })
      return { code, token, expiresAt: expiresAt.toString(), now: now.toString(), pollSeconds }
    },

    /** Throws Problem "auth-expired" (code "pairing-over"). */
    async pairingState(token: string): Promise<{ readonly state: "waiting" | "paired" }> {
      const hash = displayHash("display", token)
      return store.asSystem(async (tables) => {
        if ((await tables.findDisplay(hash)) !== null) return { state: "paired" }
        if (await tables.hasPairing(hash, clock.now())) return { state: "waiting" }
        throw new Problem("auth-expired", "This code is over.", { code: "pairing-over" })
      })
    },

    /** Throws Problem "not-found" (codes "pairing-code-wrong", "no-room"), "unsupported" (code "too-many-rooms"). */
    async pair(by: Caller, input: PairInput): Promise<DisplayView> {
      const code = parsePairingCode(input.code)
      if (code === null) throw codeWrong()
      const now = clock.now()
      return store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const roomIds = await requireRooms(tables, input.kind, input.roomIds)
        const pairing = await tables.displays.takePairing(displayHash("pairing-code", code), now)
        if (pairing === null) throw codeWrong()
        const displayId = parseDisplayId(random.uuid())
        const { name, kind, settings } = input
        await tables.displays.insert(
          {
            ...{ accountId: by.accountId, displayId, tokenHash: pairing.tokenHash, name, kind, ...settings },
            ...{ deviceName: pairing.deviceName, pairedBy: by.userId, pairedAt: now, lastSeenAt: null },
          },
          roomIds,
        )
        await audit(tables, by, { action: "display-paired", subjectId: displayId })
        return displayView(await requireDisplay(tables, displayId))
      })
    },

    async list({ accountId }: Caller, query: DisplaysQuery): Promise<DisplaysView> {
      const after = query.after === undefined ? null : parseDisplayId(query.after)
      const roomId = query.roomId === undefined ? null : parseUserId(query.roomId)
      const asked = {
        ...{ after, roomId, search: query.search || null, limit: pageSize + 1 },
        troubledSince: query.trouble === "yes" ? clock.now().subtract({ minutes: quietDisplayMinutes }) : null,
      }
      const found = await store.inAccount(accountId, (tables) => tables.displays.list(asked))
      const { shown, last } = pageOf(found, pageSize)
      return { displays: shown.map(displayView), now: clock.now().toString(), after: last?.displayId ?? null }
    },

    /** Throws as pair, and "not-found" (code "no-display"). */
    async change(
      by: Caller,
      displayId: DisplayId,
      { name, settings, roomIds }: DisplayChangeInput,
    ): Promise<DisplayView> {
      const view = await store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        const { kind } = await requireDisplay(tables, displayId)
        await tables.displays.update(displayId, { ...(name === undefined ? {} : { name }), ...settings })
        if (roomIds !== undefined) await tables.displays.setRooms(displayId, await requireRooms(tables, kind, roomIds))
        await audit(tables, by, { action: "display-changed", subjectId: displayId })
        return displayView(await requireDisplay(tables, displayId))
      })
      tellScreen(by, displayId)
      return view
    },

    /** Its token opens nothing from now on, and what it shows is gone at once. Throws "not-found" (code "no-display"). */
    async remove(by: Caller, displayId: DisplayId): Promise<void> {
      await store.inAccount(by.accountId, async (tables) => {
        await tables.lockAccount()
        if (!(await tables.displays.delete(displayId))) throw gone()
        await audit(tables, by, { action: "display-removed", subjectId: displayId })
      })
      tellScreen(by, displayId)
    },

    /** The screen that a token is of. Throws Problem "auth-expired" (code "display-unknown"). */
    async requireShown(token: string | undefined): Promise<ListedDisplay> {
      const place =
        token === undefined ? null : await store.asSystem((tables) => tables.findDisplay(displayHash("display", token)))
      const display =
        place === null
          ? null
          : await store.inAccount(place.accountId, (tables) => tables.displays.find(place.displayId))
      if (display === null) throw new Problem("auth-expired", "Pair this screen first.", { code: "display-unknown" })
      return display
    },
  }
}
export type Displays = ReturnType<typeof createDisplays>

async function requireRooms(
  tables: AccountTables,
  kind: DisplayKind,
  wanted: readonly string[],
): Promise<readonly RoomId[]> {
  const roomIds = [...new Set(wanted)].map(parseUserId)
  if (roomIds.length > roomsMostOf[kind])
    throw new Problem("unsupported", "That is more rooms than this kind of screen shows.", { code: "too-many-rooms" })
  for (const roomId of roomIds)
    if ((await tables.rooms.find(roomId)) === null)
      throw new Problem("not-found", "There is no such room.", { code: "no-room" })
  return roomIds
}

function displayView({ displayId, name, kind, deviceName, rooms, ...row }: ListedDisplay): DisplayView {
  return {
    ...{ displayId, name, kind, deviceName, rooms: [...rooms] },
    settings: { language: row.language, hours: row.hours, look: row.look },
    ...{ pairedAt: row.pairedAt.toString(), lastSeenAt: row.lastSeenAt?.toString() ?? null },
  }
}
