import { type AccountId, type ConnectionId, parseSessionId } from "@kalends/domain/ids"
import { createBroker } from "../broker/broker.ts"
import { createConnections } from "../connections/connections.ts"
import { createConnectionLife } from "../connections/life.ts"
import type { CalendarProvider } from "../ports/calendar-provider.ts"
import type { Clock } from "../ports/clock.ts"
import type { FanOut, Hint } from "../ports/fan-out.ts"
import type { Random } from "../ports/random.ts"
import type { SessionRow, Store, UserRow } from "../ports/store.ts"
import { createKeyFileCustody } from "../vault/custodians/key-file/index.ts"
import { createStateBox } from "../vault/state-box.ts"
import { fakeClock } from "./fake-clock.ts"
import { createMemoryProvider } from "./memory-provider.ts"
import { createMemoryStore } from "./memory-store.ts"
import { sampleRows } from "./rows.ts"
import { scriptedHttp } from "./scripted-http.ts"
import { seededRandom } from "./seeded-random.ts"
import { silentMetrics } from "./silent-metrics.ts"
import { vaultWith } from "./vault-with.ts"

export type ConnectedOptions = {
  /** The store underneath; a memory store where none is given. */
  readonly base?: Store
  /** Which sample rows, and which chance. */
  readonly seed?: number
  /** Puts something between the features and the store, or the provider. */
  readonly dressStore?: (store: Store) => Store
  readonly dress?: (provider: CalendarProvider) => CalendarProvider
  readonly more?: readonly CalendarProvider[]
}

/** The features that connect, hold and remove, on a store of one's choice with the memory provider and a clock that stands still. */
export async function connectedWorld(options: ConnectedOptions = {}) {
  const {
    base = createMemoryStore(),
    seed = 1,
    dressStore = (same) => same,
    dress = (same) => same,
    more = [],
  } = options
  const clock = fakeClock()
  const random = seededRandom(seed + 100)
  const store = dressStore(base)
  const remote = createMemoryProvider({ clock, cursorComes: "after-the-last" })
  const provider = dress(remote.provider)
  const providers = new Map([provider, ...more].map((one) => [one.name, one]))
  const hints: Hint[] = []
  const fanOut = keeping(hints)
  const notices: string[] = []
  const write = (message: string) => void notices.push(message)
  const metrics = silentMetrics
  const vault = vaultWith(createKeyFileCustody(random.bytes(32), random), { clock, random }).vault
  const life = createConnectionLife({ store, clock, fanOut, metrics, log: { info: write, warn: write, error: write } })
  const brokerNode = () => createBroker({ store, vault, providers, life, clock, metrics })
  const broker = brokerNode()
  const addresses = addressesWith(createStateBox(random.bytes(32), random))
  const http = scriptedHttp([])
  const parts = { opening: { vault, broker, life, http }, world: { clock, random, metrics } }
  const connections = createConnections({ store, providers, fanOut, addresses, ...parts })
  const rows = sampleRows(seed)
  await base.asSystem((tables) => tables.insertAccount(rows.account))
  await base.inAccount(rows.account.accountId, (tables) => tables.insertUser(rows.user))
  const session = sessionOf(rows.user, clock, random)
  const asker: { readonly user: UserRow; readonly session: SessionRow } = { user: rows.user, session }

  async function connect(answer: "agree" | "withhold" = "agree") {
    const begun = await connections.begin(asker, { provider: "memory", signIn: "oauth", permission: "read" })
    if (begun.next !== "authorize") throw new Error("the memory provider signs in with OAuth")
    const url = new URL(begun.authorizeUrl)
    const code = await remote.consent(url, answer)
    return connections.finish(asker, { state: url.searchParams.get("state") ?? "", code })
  }

  const accountId: AccountId = rows.account.accountId
  return {
    accountId,
    asker,
    broker,
    brokerNode,
    clock,
    connect,
    ...{ connections, fanOut },
    hints,
    http,
    life,
    base,
    notices,
    provider,
    random,
    remote,
    rows,
    store,
    vault,
    /** What is stored of the user's connection, read past everything that is dressed. */
    see: () => seeConnection(base, rows.user),
    credentialOf: (connectionId: ConnectionId) =>
      base.inAccount(accountId, (tables) => tables.findCredential(connectionId)),
  }
}

/** Keeps what is published; nobody listens. */
function keeping(hints: Hint[]): FanOut {
  return {
    publish: (_topic, hint) => void hints.push(hint),
    listen: () => () => {},
    isConnected: true,
    close: async () => {},
  }
}

function sessionOf(user: UserRow, clock: Clock, random: Random): SessionRow {
  return {
    accountId: user.accountId,
    sessionId: parseSessionId(random.uuid()),
    userId: user.userId,
    tokenHash: random.bytes(32),
    deviceName: "Test",
    kind: "person",
    signedInBy: "password",
    issuer: null,
    secondFactor: null,
    secondFactorAt: null,
    awaitsSecondFactor: false,
    createdAt: clock.now(),
    usedAt: clock.now(),
    expiresAt: clock.now().add({ hours: 24 }),
    endsAt: clock.now().add({ hours: 24 }),
  }
}

function addressesWith(stateBox: ReturnType<typeof createStateBox>) {
  return {
    publicUrl: "https://kalends.example",
    handsOverPasswords: false,
    redirectUri: "https://kalends.example/v1/oauth/callback",
    consentUri: "https://kalends.example/v1/consent/callback",
    stateBox,
    labelOf: (name: string) => name,
    stalenessBoundSeconds: () => 900,
  }
}

function seeConnection(base: Store, { accountId, userId }: UserRow) {
  return base.inAccount(accountId, async (tables) => {
    const connection = await tables.findConnectionOfUser(userId)
    const calendars = connection === null ? [] : await tables.listCalendars(connection.connectionId)
    return {
      connection,
      credential: connection === null ? null : await tables.findCredential(connection.connectionId),
      calendars,
      audit: await tables.listAudit({ after: 0, limit: 10_000 }),
    }
  })
}
