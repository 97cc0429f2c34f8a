import type { ProviderName } from "@kalends/domain/ids"
import { isLoopbackName } from "@kalends/domain/loopback"
import { productVersion } from "@kalends/domain/product-version"
import type { ServiceView } from "@kalends/protocol/api"
import { protocolVersion } from "@kalends/protocol/version"
import type { FastifyInstance } from "fastify"
import { createAudit } from "./audit/audit.ts"
import { createBroker } from "./broker/broker.ts"
import type { Config } from "./config.ts"
import { createConnections } from "./connections/connections.ts"
import type { ConnectionAddresses, ConnectionsDeps } from "./connections/deps.ts"
import { createFarewells } from "./connections/farewells.ts"
import { createForecast } from "./connections/forecast.ts"
import { createConnectionLife } from "./connections/life.ts"
import { createOverview, idleLivesOf } from "./connections/overview.ts"
import { createManyRemover } from "./connections/remove-many.ts"
import { createRevocations } from "./connections/revocations.ts"
import { createRunRevocation } from "./connections/run-revocation.ts"
import { createTenantLife } from "./connections/tenant-life.ts"
import { createFigures } from "./figures/figures.ts"
import { createApp } from "./http/app.ts"
import { auditRoutes } from "./http/audit-routes.ts"
import { changesRoute } from "./http/changes-route.ts"
import { connectionRoutes } from "./http/connection-routes.ts"
import { edgeLimits } from "./http/edge-limits.ts"
import { figuresRoutes } from "./http/figures-routes.ts"
import { createFreshGuard } from "./http/fresh-guard.ts"
import { groupRoutes } from "./http/group-routes.ts"
import { hooksRoute } from "./http/hooks-route.ts"
import { joinRoute } from "./http/join-route.ts"
import { keyRoutes } from "./http/key-routes.ts"
import { meetingHooksRoute } from "./http/meeting-hooks-route.ts"
import { meetingRoutes } from "./http/meeting-routes.ts"
import { metricsRoute } from "./http/metrics-route.ts"
import { overviewRoutes } from "./http/overview-routes.ts"
import { peopleRoutes } from "./http/people-routes.ts"
import { personRoutes } from "./http/person-routes.ts"
import { policyRoutes } from "./http/policy-routes.ts"
import { providerSignInRoutes } from "./http/provider-sign-in-routes.ts"
import { proxyRoute } from "./http/proxy-route.ts"
import { revocationRoutes } from "./http/revocation-routes.ts"
import type { MountedRoute } from "./http/route-table.ts"
import { securityTextRoute } from "./http/security-text.ts"
import { createSessionGuard, createVisitorGuard, oncePerRequest } from "./http/session-guard.ts"
import { signInRoutes } from "./http/sign-in-routes.ts"
import { tenantRoutes } from "./http/tenant-routes.ts"
import { toolRoutes } from "./http/tool-routes.ts"
import { type ReconcilePace, reconcilePace } from "./jobs/pace.ts"
import { createPass } from "./jobs/pass.ts"
import { createReconcile } from "./jobs/reconcile.ts"
import { createTaskList, startRunner } from "./jobs/runner.ts"
import { createBackends, createMeetingPushes } from "./meeting-backends/registry.ts"
import { createDigests } from "./meetings/digest.ts"
import { createDoors } from "./meetings/doors.ts"
import type { EventAccessDeps } from "./meetings/event-access.ts"
import { createLookout } from "./meetings/lookout.ts"
import { createMeetings } from "./meetings/meetings.ts"
import { createChangeStreams } from "./notifier/change-streams.ts"
import { createPeople } from "./people/people.ts"
import { createHttpClient } from "./platform/http-client.ts"
import { createLog } from "./platform/log.ts"
import { createMetrics } from "./platform/metrics.ts"
import { createNatsFanOut } from "./platform/nats-fan-out.ts"
import { createOAuthClient } from "./platform/oauth-client.ts"
import type { PlatformSecret } from "./platform/platform-secret.ts"
import { createProcessFanOut } from "./platform/process-fan-out.ts"
import { createGroups } from "./policy/groups.ts"
import { createOwnPolicy } from "./policy/own-policy.ts"
import { createPolicy } from "./policy/policy.ts"
import { createRunPolicyChange } from "./policy/run-change.ts"
import type { AccessBroker, KeepAlive, TenantBroker } from "./ports/access-broker.ts"
import { createAuditKey } from "./ports/audit-signature.ts"
import type { CalendarProvider } from "./ports/calendar-provider.ts"
import type { Clock } from "./ports/clock.ts"
import type { ManyRemover } from "./ports/connection-removal.ts"
import type { FanOut } from "./ports/fan-out.ts"
import type { HttpClient } from "./ports/http-client.ts"
import type { JobQueue, NoticeLog } from "./ports/job-queue.ts"
import type { Log } from "./ports/log.ts"
import type { Metrics } from "./ports/metrics.ts"
import type { Passwords } from "./ports/passwords.ts"
import type { Random } from "./ports/random.ts"
import type { SecretVault } from "./ports/secret-vault.ts"
import { livesOf } from "./ports/session-lives.ts"
import type { ConnectionRow, Store } from "./ports/store.ts"
import { createDatabase, createPool } from "./postgres/database.ts"
import { createJobQueue, jobSchema } from "./postgres/job-queue.ts"
import { migrate } from "./postgres/migrate.ts"
import { createNoticeLog } from "./postgres/notice-log.ts"
import { createStore } from "./postgres/store.ts"
import { registry, serviceSecretsOf, settingsFrom } from "./providers/registry.ts"
import { createArm } from "./subscriptions/arm.ts"
import { createHookSecrets } from "./subscriptions/hook-secret.ts"
import { createListening } from "./subscriptions/listen.ts"
import { createReceiver } from "./subscriptions/receiver.ts"
import { createCalendarSync } from "./sync/calendar-sync.ts"
import { createMeetingReceiver } from "./sync/meeting-receiver.ts"
import { createSettle } from "./sync/settle.ts"
import { type CheckupDeps, createCheckup } from "./tenants/checkup.ts"
import type { TenantsDeps } from "./tenants/deps.ts"
import { createRollouts } from "./tenants/rollouts.ts"
import { createRunRollout } from "./tenants/run-rollout.ts"
import { createServiceSignIn } from "./tenants/service-sign-in.ts"
import { createTenants } from "./tenants/tenants.ts"
import { createStateBox } from "./vault/state-box.ts"
import { createDeviceParts } from "./wire-devices.ts"
import { createKeyParts, type KeyFiles, readKeyFiles } from "./wire-keys.ts"
import { pageRoutes } from "./wire-pages.ts"
import { createPersonParts, personRoutesDeps } from "./wire-people.ts"
import { createRoomParts, peopleWithFirst, roomRoutesOf } from "./wire-rooms.ts"
import { createSignInParts } from "./wire-sign-in.ts"
import { createToolParts } from "./wire-tools.ts"

export type World = {
  readonly config: Config
  readonly databaseUrl: string
  readonly secret: PlatformSecret
  readonly clock: Clock
  readonly random: Random
  /** Folder that holds portal/dist, agenda/dist and rooms/dist; null to serve no pages. */
  readonly webFolder: string | null
}

/** A running node. */
export type Node = {
  /** Where it listens, e.g. "http://127.0.0.1:8080". */
  readonly url: string
  /** With which the first administrator is made; null when there is one. */
  readonly setupCode: string | null
  readonly routes: readonly MountedRoute[]
  stop(): Promise<void>
}

/** Connections that a node listens for at most: each costs a socket and some ten kilobytes. */
const listenersMost = 5_000

/** Makes one node of the parts and starts it. The order of what is started is the reverse of how it is stopped. */
export async function startNode(world: World, passwords: Passwords): Promise<Node> {
  const { config, random } = world
  const log = createLog(config.logLevel)
  await migrate(world.databaseUrl)
  const pool = createPool(world.databaseUrl, config.databaseConnections)
  const jobPool = createPool(
    world.databaseUrl,
    Math.max(4, Math.min(config.concurrentPasses + 2, config.databaseConnections)),
  )
  const database = createDatabase(pool)
  const store = createStore(database, auditKey(world.secret))
  const fanOut = config.natsUrl === null ? createProcessFanOut() : await createNatsFanOut(config.natsUrl)
  const notices = createNoticeLog({ database, clock: world.clock, log })
  const queue = createJobQueue(database)
  const keyFiles = await readKeyFiles(config)
  const features = createFeatures(world, { log, store, fanOut, notices, queue, passwords, keyFiles })
  // Who has a database of their own knows that whoever took these is gone.
  if (config.databaseUrl === null)
    await Promise.all([queue.release(world.clock.now()), store.asSystem((tables) => tables.letGoOfMeetings())])
  const setupCode = (await store.asSystem((tables) => tables.hasAccounts())) ? null : newSetupCode(random)
  const app = await createApp(appOptions(world, features, { log, store, setupCode }))
  const stopReconcile = features.reconcile.start()
  const stopNotices = notices.start()
  const stopRunner = await startRunner(features.tasks, {
    pool: jobPool,
    schema: jobSchema,
    concurrentJobs: config.concurrentPasses,
    log,
  })
  const stopListening = features.listening.start()
  const stopFigures = features.figures.start()
  const stopRooms = features.startRooms()
  const stopConnector = features.connector.start()
  await app.listen({ host: config.host, port: config.port })
  return {
    url: listeningUrl(app),
    routes: app.routeTable,
    setupCode,
    async stop() {
      features.streams.close()
      features.displays.streams.close()
      await app.close()
      features.deviceFronts.stop()
      await stopConnector()
      await stopRooms()
      await stopListening()
      await stopReconcile()
      await stopNotices()
      await features.runRevocations.stop()
      await stopRunner()
      await stopFigures()
      await fanOut.close()
      await features.http.close()
      features.vault.forget()
      await Promise.all([pool.end(), jobPool.end()])
    },
  }
}

/** Signs the audit log; whoever has its public half checks it. */
const auditKey = (secret: PlatformSecret) => createAuditKey(secret.derive("audit-log"))

type Base = {
  readonly log: Log
  readonly store: Store
  readonly fanOut: FanOut
  readonly queue: JobQueue
  readonly notices: NoticeLog
  readonly passwords: Passwords
  readonly keyFiles: KeyFiles
}

function createFeatures({ config, clock, random, secret }: World, base: Base) {
  const { log, store, fanOut, queue, notices, passwords } = base
  const pace = reconcilePace({ pushed: config.reconcilePushSeconds, polled: config.reconcilePollSeconds })
  const figures = createFigures({ store, clock, log, ...pace })
  const metrics = createMetrics(figures)
  const world = { clock, random, metrics, log }
  const http = createHttpClient({ allowedPrivateHosts: config.allowedPrivateHosts })
  const oauth = createOAuthClient({ http, clock })
  const providers = createProviders(config, { http, clock, random, oauth })
  const { vault, contentBox, keyWork, keyMinder, keysFeature } = createKeyParts(config, {
    ...base,
    http,
    secret,
    world,
  })
  const life = createConnectionLife({ store, fanOut, clock, metrics, log })
  const broker = createBroker({ store, vault, providers, life, clock, metrics })
  const secrets = createHookSecrets(secret.derive("hooks"))
  const providerOf = ({ provider }: Pick<ConnectionRow, "provider">) => providers.get(provider) ?? null
  const hookUrlOf = ({ name }: CalendarProvider) => config.hookUrl && `${config.hookUrl}/hooks/${name}`
  const meetingDeps = { store, broker, providerOf, http, world }
  const { sync, settle, ...meetingParts } = createMeetingParts(config, secret, meetingDeps)
  const pass = createPass({ store, broker, life, fanOut, sync, providerOf, world: { ...world, pace } })
  const arm = createArm({ store, broker, providerOf, secrets, hookUrlOf, world })
  const tenantDeps = { store, vault, broker, providers, fanOut, world: { clock, random, labelOf } }
  const addresses = addressesOf(config, createStateBox(secret.derive("connect-state"), random), pace)
  const { run, ...tenantParts } = createTenantParts(tenantDeps, { http, hookUrl: config.hookUrl, addresses })
  const overviewParts = createOverviewParts({ store, providers, broker, addresses, fanOut, vault, world }, config)
  const connections = createConnections({
    ...{ store, providers, fanOut, addresses, opening: { vault, broker, life, http }, world },
  })
  const { policyChanges, ...policyParts } = createPolicyParts(config, { ...overviewParts, ...world, store, providers })
  const roomParts = createRoomParts({
    ...{ store, providerOf, fanOut, secret, queue, world },
    opening: { vault, broker, providers, remover: connections.remover, labelOf },
  })
  const listeningDeps = { store, broker, life, fanOut, providerOf, notices, listenersMost, world }
  const work = { pass, arm, settle, rollouts: run, revocations: overviewParts.runRevocations, policyChanges }
  const people = createPeople({ store, passwords, fanOut, clock, random, lives: livesOf(config) })
  return {
    ...{ http, metrics, figures, vault, providers, people },
    listening: createListening(listeningDeps),
    signIn: createSignInParts({ config, store, vault, passwords, http, secret, world: { clock, random } }),
    connections,
    ...createPersonParts({ store, fanOut, passwords, remover: connections.remover, sessions: { clock, random } }),
    ...policyParts,
    ...roomParts,
    ...meetingParts,
    keys: keysFeature,
    ...createDeviceParts(config, { store, vault, contentBox, secret, agendas: roomParts.roomAgendas, fanOut, world }),
    audit: createAudit({ store, clock, publicKey: auditKey(secret).publicKey }),
    receiver: createReceiver({ providers, secrets, notices, fanOut, clock, metrics }),
    meetingReceiver: createMeetingReceiver({ pushes: createMeetingPushes(config), store, queue, world }),
    streams: createChangeStreams({ ...{ store, fanOut, clock, metrics }, useSessions: people.useSessions }),
    reconcile: createReconcile({ store, queue, clock, log, pace, keyMinder }),
    ...tenantParts,
    ...overviewParts,
    tasks: createTaskList({ ...work, rooms: roomParts.connectRoom, broker, queue, keyWork, world: { clock, log } }),
  }
}

/** Where providers send browsers back to, and how apps reach us. */
function addressesOf(
  { publicUrl, exchangeHandOver }: Config,
  stateBox: ConnectionAddresses["stateBox"],
  { stalenessBoundSeconds }: ReconcilePace,
): ConnectionAddresses {
  const handsOverPasswords = exchangeHandOver === "credential"
  const [redirectUri, consentUri] = [`${publicUrl}/v1/oauth/callback`, `${publicUrl}/v1/consent/callback`]
  return { publicUrl, redirectUri, consentUri, handsOverPasswords, stateBox, labelOf, stalenessBoundSeconds }
}

/** The calendar service's name for people. */
const labelOf = (name: string) => registry.find((entry) => entry.name === name)?.label ?? name

type PolicyParts = {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly remover: ManyRemover
  readonly providers: ReadonlyMap<ProviderName, CalendarProvider>
}

/** What is set by policy, and what follows from it. */
function createPolicyParts({ policyGraceSeconds }: Config, { store, clock, random, remover, providers }: PolicyParts) {
  const named = [...providers.keys()].map((provider) => ({ provider, label: labelOf(provider) }))
  return {
    groups: createGroups({ store, clock }),
    policy: createPolicy({
      ...{ store, world: { clock, random }, providers: named, graceSeconds: policyGraceSeconds },
    }),
    ownPolicy: createOwnPolicy({ store, labelOf }),
    policyChanges: createRunPolicyChange({ store, remover, clock }),
  }
}

/** Administrators' connections, and work over many people. */
function createTenantParts(
  deps: TenantsDeps,
  { addresses, ...reach }: Pick<CheckupDeps, "http" | "hookUrl"> & { readonly addresses: ConnectionAddresses },
) {
  const doctor = createCheckup({ ...deps, ...reach })
  const tenants = createTenants(deps)
  const { redirectUri, stateBox: box } = addresses
  const serviceSignIn = createServiceSignIn({ ...deps, tenants, redirectUri, box })
  return { tenants, serviceSignIn, rollouts: createRollouts(deps), run: createRunRollout(deps), doctor }
}

type OverviewParts = Pick<ConnectionsDeps, "store" | "providers" | "addresses" | "fanOut"> & {
  readonly broker: AccessBroker & TenantBroker & KeepAlive
  readonly vault: SecretVault
  readonly world: { readonly clock: Clock; readonly log: Log; readonly random: Random; readonly metrics: Metrics }
}

/** What those see and do who answer for all connections of an organisation. */
function createOverviewParts(parts: OverviewParts, config: Config) {
  const { store, providers, broker, addresses, fanOut, vault, world } = parts
  const { clock, log, random, metrics } = world
  const farewells = createFarewells(clock)
  const tell = { broker, providers, clock, metrics }
  const runRevocations = createRunRevocation({ store, vault, tell, fanOut, farewells, clock })
  const tenantLife = createTenantLife({ store, fanOut, clock, metrics, log })
  const idle = idleLivesOf(providers)
  return {
    overview: createOverview({ store, providers, broker, tenantLife, addresses, clock }),
    forecast: createForecast({ store, idle, labelOf, clock, serviceSecrets: serviceSecretsOf(config) }),
    revocations: createRevocations({ store, farewells, runs: runRevocations, labelOf, clock, random }),
    runRevocations,
    remover: createManyRemover({ store, fanOut, farewells, runs: runRevocations, clock, random }),
  }
}

type MeetingParts = EventAccessDeps & {
  readonly http: HttpClient
  readonly world: { readonly clock: Clock; readonly random: Random; readonly metrics: Metrics }
}

/** What makes meetings, and keeps them and calendars in step. */
function createMeetingParts(config: Config, secret: PlatformSecret, deps: MeetingParts) {
  const codes = secret.derive("meeting-codes")
  const backends = createBackends({ http: deps.http, clock: deps.world.clock, codes }, config)
  const digests = createDigests(secret.derive("sync-digests"))
  const lookout = createLookout([...backends.values()], config.meetingKeyword)
  return {
    sync: createCalendarSync({ store: deps.store, lookout, digests, backends, world: deps.world }),
    settle: createSettle({ ...deps, backends, content: { lookout, digests } }),
    meetings: createMeetings({ ...deps, backends, digests }),
    tools: createToolParts({ ...deps, backends }, config),
    doors: createDoors({ store: deps.store, backends, clock: deps.world.clock }),
  }
}

type Features = ReturnType<typeof createFeatures>

function createProviders(
  config: Config,
  deps: Parameters<(typeof registry)[number]["create"]>[0],
): ReadonlyMap<ProviderName, CalendarProvider> {
  const settings = settingsFrom(config)
  const made = registry.map(({ create }) => create(deps, settings)).filter((provider) => provider !== null)
  return new Map(made.map((provider) => [provider.name, provider]))
}

type Edge = { readonly log: Log; readonly store: Store; readonly setupCode: string | null }

function appOptions(
  world: World,
  features: Features,
  { log, store, setupCode }: Edge,
): Parameters<typeof createApp>[0] {
  const { config, clock } = world
  const publicOrigins = [new URL(config.publicUrl).origin]
  const first = { people: features.people, first: { ...features, log }, written: config.firstOrganisations }
  const people = peopleWithFirst(first)
  const requireUser = oncePerRequest(createSessionGuard(features.people, publicOrigins, clock))
  const requireFresh = createFreshGuard(requireUser, features.signIn.factors)
  const tls =
    config.tlsCertificate === null || config.tlsKey === null
      ? null
      : { certificateFile: config.tlsCertificate, keyFile: config.tlsKey }
  return {
    log,
    clock,
    hosts: hostsOf(config),
    behindProxy: config.behindProxy,
    tls,
    ...{ edge: edgeLimits, requireUser },
    service: () => serviceView(config, features, store),
    isReady: async () => void (await store.asSystem((tables) => tables.hasAccounts())),
    async routes(app) {
      await peopleRoutes(app, {
        ...{ people, store, requireUser, requireFresh, clock, setupCode, publicUrl: config.publicUrl },
      })
      await signInRoutes(app, {
        ...{ ...features.signIn, people: features.people, requireUser, requireFresh },
        ...{ clock, publicUrl: config.publicUrl },
      })
      await providerSignInRoutes(app, {
        ...{ signIn: features.signIn.providerSignIn, requireUser, publicUrl: config.publicUrl },
        visitorOf: createVisitorGuard(features.people, publicOrigins),
        world: { clock, random: world.random },
      })
      const { connections, serviceSignIn } = features
      await connectionRoutes(app, { connections, serviceSignIn, requireUser, clock })
      const { policy } = features
      await meetingRoutes(app, { meetings: features.meetings, requireUser })
      await toolRoutes(app, {
        ...{ tools: features.tools, requireUser, clock, publicUrl: config.publicUrl, webFolder: world.webFolder },
      })
      await groupRoutes(app, { groups: features.groups, requireUser })
      await policyRoutes(app, { policy, ownPolicy: features.ownPolicy, requireUser })
      await personRoutes(app, personRoutesDeps(features, { store, requireUser, clock, publicUrl: config.publicUrl }))
      await changesRoute(app, { streams: features.streams, requireUser })
      await keyRoutes(app, { keys: features.keys, requireUser, requireFresh, clock })
      await auditRoutes(app, { audit: features.audit, requireUser, clock })
      await figuresRoutes(app, { figures: features.figures, requireUser })
      await tenantRoutes(app, {
        tenants: features.tenants,
        serviceSignIn: features.serviceSignIn,
        rollouts: features.rollouts,
        revocations: features.revocations,
        ...{ doctor: features.doctor, policy },
        ...{ requireUser, requireFresh },
        clock,
      })
      await overviewRoutes(app, {
        overview: features.overview,
        forecast: features.forecast,
        requireUser,
        clock,
      })
      await roomRoutesOf(app, features, { requireUser, clock })
      await revocationRoutes(app, { revocations: features.revocations, requireUser, requireFresh })
      await app.register(async (own) => proxyRoute(own, { proxied: features.connections.proxied, clock }))
      await app.register(async (own) => hooksRoute(own, { receiver: features.receiver, metrics: features.metrics }))
      await app.register(async (own) =>
        joinRoute(own, {
          ...{ doors: features.doors, clock, log, signInUrl: `${config.publicUrl}/` },
          visitorOf: createVisitorGuard(features.people, publicOrigins),
        }),
      )
      await app.register(async (own) =>
        meetingHooksRoute(own, { receiver: features.meetingReceiver, metrics: features.metrics }),
      )
      metricsRoute(app, { token: config.metricsToken, metrics: features.metrics })
      securityTextRoute(app, config, clock)
      if (world.webFolder !== null) await pageRoutes(app, config, world.webFolder)
    },
  }
}

function hostsOf(config: Config): ReadonlySet<string> {
  const named = [config.publicUrl, config.hookUrl].filter((url) => url !== null).map((url) => new URL(url).hostname)
  const isLocal = isLoopbackName(new URL(config.publicUrl).hostname)
  return new Set([...named, config.host, ...(isLocal ? ["localhost", "127.0.0.1", "[::1]"] : [])])
}

async function serviceView(config: Config, features: Features, store: Store): Promise<ServiceView> {
  const isSetUp = await store.asSystem((tables) => tables.hasAccounts())
  const configured = new Set<string>(features.providers.keys())
  return {
    name: "Kalends",
    version: productVersion,
    protocolVersion,
    needsSetup: !isSetUp,
    demoUrl: config.demoUrl,
    signInIssuers: features.signIn.providerSignIn.issuers,
    providers: registry.map(({ name, label, signIn, hasAdminConsent, hasContacts }) => ({
      name,
      label,
      signIn,
      hasAdminConsent,
      hasContacts,
      isConfigured: configured.has(name),
    })),
  }
}

function newSetupCode(random: Random): string {
  return Buffer.from(random.bytes(9)).toString("base64url")
}

function listeningUrl(app: FastifyInstance): string {
  const address = app.server.address()
  if (address === null || typeof address === "string") throw new Error("not listening")
  const scheme = app.initialConfig.https === undefined ? "http" : "https"
  return `${scheme}://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`
}
