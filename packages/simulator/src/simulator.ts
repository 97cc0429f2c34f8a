import { createBigBlueButton } from "./bigbluebutton/bigbluebutton.ts"
import { createCallLog } from "./call-log.ts"
import { createCodecs } from "./cisco/codecs.ts"
import type { SimulatorContext } from "./context.ts"
import { demoCodecRoutes } from "./demo/codecs.ts"
import { type DemoOrganisation, demoRoutes } from "./demo/page.ts"
import { createRoomSystems, demoRoomSystemRoutes } from "./demo/room-systems.ts"
import { demoZoomRoutes } from "./demo/zoom.ts"
import { createExchange } from "./exchange/exchange.ts"
import { googleCalendarRoutes } from "./google/calendar.ts"
import { createChannels } from "./google/channels.ts"
import { peopleRoutes } from "./google/people.ts"
import { createServiceAccounts } from "./google/service-accounts.ts"
import { googleSignInRoutes } from "./google/sign-in.ts"
import { createGrants } from "./grants.ts"
import { freshKnobs, type Knobs } from "./knobs.ts"
import { createApplications } from "./microsoft/applications.ts"
import { directoryRoutes } from "./microsoft/directory.ts"
import { entraRoutes } from "./microsoft/entra.ts"
import { graphRoutes } from "./microsoft/graph.ts"
import { copyToMicrosoft } from "./microsoft/move-mailbox.ts"
import { createSubscriptions } from "./microsoft/subscriptions.ts"
import { Organisation, type Person, type Service, type Tenant } from "./org.ts"
import { type SimulatorPlatform, systemPlatform } from "./platform.ts"
import { createPushes } from "./pushes.ts"
import { type Route, serve } from "./server.ts"
import { createZoom } from "./zoom/zoom.ts"

export type SimulatorOptions = {
  readonly port?: number
  readonly seed?: number
  readonly clock?: () => Temporal.Instant
  readonly platform?: SimulatorPlatform
}

export const clients = {
  microsoft: { id: "11111111-2222-4333-8444-555555555555", secret: "simulated-microsoft-secret" },
  google: { id: "simulated.apps.googleusercontent.com", secret: "simulated-google-secret" },
} as const

export const tenants = {
  microsoft: { id: "aaaaaaaa-0000-4000-8000-000000000001", service: "microsoft", domain: "northwind.example" },
  google: { id: "northwind-labs.example", service: "google", domain: "northwind-labs.example" },
  exchange: { id: "exchange.northwind-works.example", service: "exchange", domain: "northwind-works.example" },
} as const satisfies Readonly<Record<string, Tenant>>

/** What all simulated services share. */
function createContext(options: SimulatorOptions) {
  const system = options.platform ?? systemPlatform(options.seed ?? 1)
  const platform = options.clock === undefined ? system : { ...system, now: options.clock }
  const org = new Organisation(platform)
  const knobs = new Map<string, Knobs>()
  const knobsOf = (tenantId: string): Knobs => {
    const known = knobs.get(tenantId) ?? freshKnobs()
    knobs.set(tenantId, known)
    return known
  }
  const calls = createCallLog(platform)
  const pushes = createPushes(platform, knobsOf)
  const context: SimulatorContext = { platform, org, knobs: knobsOf, calls, pushes }
  return { context, knobsOf }
}

const nothing = { status: 404, body: { error: { code: "notFound", message: "simulated" } } }

/** Starts the simulated services on one loopback port, with nobody in them. */
export async function startSimulator(options: SimulatorOptions = {}) {
  const { context, knobsOf } = createContext(options)
  const { platform, org, calls, pushes } = context
  const microsoft = await createMicrosoft(context)
  const google = await createGrants(platform, clients.google)
  const channels = createChannels(context)
  const serviceAccounts = createServiceAccounts(context, google)
  const zoom = createZoom(platform, {}, "/zoom")
  const bigbluebutton = createBigBlueButton(platform)
  const exchange = createExchange(context, tenants.exchange)
  const video = createVideoSystems(platform)
  const organisations: DemoOrganisation[] = []
  const routes = [
    ...[...zoom.routes, ...bigbluebutton.routes, ...exchange.routes, ...microsoftRoutes(context, microsoft)],
    ...[...googleSignInRoutes(context, google, serviceAccounts), ...serviceAccounts.routes],
    ...[...googleCalendarRoutes(context, google, channels), ...peopleRoutes(context, google)],
    ...[...demoZoomRoutes(zoom), ...video.routes],
    ...demoRoutes(context, {
      grants: { microsoft: microsoft.grants, google },
      ...{ exchange, organisations, roomSystems: video.systems.roomSystems },
      expirePushes(person) {
        microsoft.subscriptions.expire(person)
        channels.expire(person)
        exchange.subscriptions.expire(person)
      },
    }),
  ]
  const server = await serve(routes, options.port ?? 0, () => nothing)
  return {
    url: server.url,
    baseUrls: baseUrlsOf(server.url),
    clients,
    tenants,
    org,
    knobs: (service: Service) => knobsOf(tenants[service].id),
    grants: { microsoft: microsoft.grants, google },
    /** What the demo's page tells administrators. */
    organisations,
    /** A Zoom account with its own knobs and calls; nobody is in it. */
    zoom,
    /** A BigBlueButton server with its own knobs and calls. */
    bigbluebutton,
    /** An Exchange server: accounts, delegates, rooms, streams. Its knobs are `knobs("exchange")`. */
    exchange,
    /** Registrations of the Microsoft tenant: secrets, certificates, permissions, limits. */
    applications: microsoft.applications,
    /** Room lists of the Microsoft tenant, by address. */
    roomLists: microsoft.roomLists,
    /** Google's service accounts, and who administers the domain. */
    serviceAccounts,
    /** A mailbox of the Exchange server, copied to Microsoft 365 with new ids; the old one stays. */
    copyToMicrosoft: (person: Person): Person => copyToMicrosoft(org, tenants.microsoft, person),
    ...video.systems,
    calls,
    subscriptions: microsoft.subscriptions,
    channels,
    /** What became of a service's notifications so far, as its knobs would have it. */
    pushFates: (service: "microsoft" | "google") => pushes.fatesOf(tenants[service].id),
    /** Sends what is held back or waits, and resolves once every notification that is under way is answered. */
    deliverPushes: () => pushes.deliver(),
    close: closing([video.close, pushes.close, zoom.webhooks.close, exchange.streams.drop, server.close]),
  }
}

/** Video systems of rooms; none at first. */
function createVideoSystems(platform: SimulatorPlatform) {
  const systems = {
    /** Each on a port of its own. */
    codecs: createCodecs(platform),
    /** That ask for their calendar by themselves. */
    roomSystems: createRoomSystems(platform),
  }
  return {
    systems,
    routes: [...demoCodecRoutes(systems.codecs), ...demoRoomSystemRoutes(systems.roomSystems)],
    close: closing([systems.codecs.close, systems.roomSystems.close]),
  }
}

/** One after the other. */
const closing = (steps: readonly (() => unknown)[]) => async (): Promise<void> => {
  for (const step of steps) await step()
}

async function createMicrosoft(context: SimulatorContext) {
  const registration = { clientId: clients.microsoft.id, knobs: context.knobs }
  return {
    grants: await createGrants(context.platform, clients.microsoft),
    applications: createApplications(context.platform, [tenants.microsoft], registration),
    roomLists: new Map<string, { readonly name: string; readonly rooms: readonly Person[] }>(),
    subscriptions: createSubscriptions(context),
  }
}

type Microsoft = Awaited<ReturnType<typeof createMicrosoft>>

const microsoftRoutes = (
  context: SimulatorContext,
  { grants, subscriptions, applications, roomLists }: Microsoft,
): readonly Route[] => [
  ...entraRoutes(context, grants, { applications, ownSecret: clients.microsoft.secret }),
  ...directoryRoutes(context, grants, { applications, roomLists }),
  ...graphRoutes(context, grants, subscriptions),
]

const baseUrlsOf = (url: string) => ({
  microsoftLogin: `${url}/login`,
  microsoftApi: `${url}/v1.0`,
  googleAccounts: `${url}/accounts`,
  googleToken: `${url}/oauth`,
  googleApi: `${url}/calendar/v3`,
  googlePeople: `${url}/v1`,
  googleDirectory: `${url}/admin/directory/v1`,
  zoomToken: `${url}/zoom/oauth/token`,
  zoomApi: `${url}/zoom/v2`,
  bigbluebutton: `${url}/bigbluebutton/`,
  exchange: `${url}/EWS/Exchange.asmx`,
  exchangeAutodiscover: `${url}/autodiscover/autodiscover.svc`,
})

export type Simulator = Awaited<ReturnType<typeof startSimulator>>
