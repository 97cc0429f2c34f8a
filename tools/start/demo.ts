import type { Child, Launch } from "./children.ts"

/** Settings that say that a real provider is configured; with any of them there is no demo. */
const providerSettings = ["KALENDS_MICROSOFT_CLIENT_ID", "KALENDS_GOOGLE_CLIENT_ID", "KALENDS_DEMO_URL"]

/** Ports that the demo's servers take when they are free; the same at each start, so that connections stay valid. */
export const demoPorts = { simulator: 8090, caldav: 8091 }

/** The account of the demo's CalDAV server. */
export const demoCaldavUser = { name: "demo", password: "demo" }

/** True where nothing says which real provider to use. */
export function isDemoWanted(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[],
): boolean {
  return !args.includes("--no-demo") && providerSettings.every((name) => (environment[name] ?? "") === "")
}

/**
 * The environment that makes the server take the simulated organisation for the real providers: only base addresses and
 * client ids differ. This is the one place that knows the simulator's paths.
 */
export function demoSettings(simulatorUrl: string, caldavUrl: string | null): Readonly<Record<string, string>> {
  return {
    KALENDS_MICROSOFT_CLIENT_ID: "11111111-2222-4333-8444-555555555555",
    KALENDS_MICROSOFT_CLIENT_SECRET: "simulated-microsoft-secret",
    KALENDS_MICROSOFT_LOGIN_URL: `${simulatorUrl}/login`,
    KALENDS_MICROSOFT_API_URL: `${simulatorUrl}/v1.0`,
    KALENDS_GOOGLE_CLIENT_ID: "simulated.apps.googleusercontent.com",
    KALENDS_GOOGLE_CLIENT_SECRET: "simulated-google-secret",
    KALENDS_GOOGLE_ACCOUNTS_URL: `${simulatorUrl}/accounts`,
    KALENDS_GOOGLE_TOKEN_URL: `${simulatorUrl}/oauth`,
    KALENDS_GOOGLE_API_URL: `${simulatorUrl}/calendar/v3`,
    KALENDS_GOOGLE_PEOPLE_URL: `${simulatorUrl}/v1`,
    KALENDS_GOOGLE_DIRECTORY_URL: `${simulatorUrl}/admin/directory/v1`,
    KALENDS_DEMO_URL: simulatorUrl,
    // The demo's CalDAV server has no notifications; nobody who tries it is to wait for five minutes.
    KALENDS_RECONCILE_POLL_SECONDS: "10",
    KALENDS_ALLOWED_PRIVATE_HOSTS: [
      ...loopbackHosts(simulatorUrl),
      ...(caldavUrl === null ? [] : loopbackHosts(caldavUrl)),
    ].join(","),
    // The simulated codecs are on this machine; real ones may be tried beside them.
    KALENDS_DEVICE_NETWORKS: "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7",
  }
}

/** Both names of a server on this machine: its own page may use the one, the person who reads it the other. */
const loopbackHosts = (url: string): readonly string[] =>
  ["localhost", "127.0.0.1"].map((name) => `${name}:${new URL(url).port}`)

/** Settings that say where meetings are to be held; with any of them it is not the simulated Zoom. */
const meetingSettings = /^KALENDS_(?:ZOOM|BBB)_|^KALENDS_MEETING_URL$/

/** The environment that holds meetings in the simulated Zoom; empty where `environment` says another place. */
export function demoMeetingSettings(
  simulatorUrl: string,
  environment: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const isElsewhere = Object.entries(environment).some(([name, value]) => value !== "" && meetingSettings.test(name))
  if (isElsewhere) return {}
  return {
    KALENDS_ZOOM_ACCOUNT_ID: "simulated-zoom-account",
    KALENDS_ZOOM_CLIENT_ID: "simulated-zoom-client",
    KALENDS_ZOOM_CLIENT_SECRET: "simulated-zoom-secret",
    KALENDS_ZOOM_WEBHOOK_SECRET: "simulated-zoom-webhook-secret",
    KALENDS_ZOOM_TOKEN_URL: `${simulatorUrl}/zoom/oauth/token`,
    KALENDS_ZOOM_API_URL: `${simulatorUrl}/zoom/v2`,
  }
}

type Offered = {
  readonly organisations: readonly {
    readonly service: string
    readonly connect: {
      readonly method: string
      readonly given: Readonly<Record<string, string>>
      readonly rooms?: readonly string[]
    }
  }[]
  /** Of rooms of theirs, which ask for their bookings. */
  readonly roomSystems: readonly { readonly room: string; readonly name: string; readonly username: string }[]
}

/** Our names of the simulated services. */
const providers: Readonly<Record<string, string>> = { "Microsoft 365": "graph", Google: "google", Exchange: "ews" }

/** The environment with which the first administrator finds the simulated organisations connected, rooms and all. */
export function demoOrganisations(offered: Offered, zone: string): Readonly<Record<string, string>> {
  const organisations = offered.organisations.flatMap(({ service, connect }) => {
    const provider = providers[service]
    return provider === undefined ? [] : [{ provider, permission: "read-write", ...connect }]
  })
  const devices = offered.roomSystems.map((system) => ({ ...system, family: "poly" }))
  return { KALENDS_FIRST_ORGANISATIONS: JSON.stringify({ zone, organisations, devices }) }
}

/** What the simulated room systems are to be told once the server listens: where to ask. */
export function demoRoomSystems(
  simulatorUrl: string,
  serverUrl: string,
): { readonly url: string; readonly body: string } {
  return { url: `${simulatorUrl}/demo/poly/server`, body: JSON.stringify({ url: new URL(serverUrl).origin }) }
}

/** What the simulated Zoom is to be asked once the server listens: to tell it of edits, as an administrator would set up. */
export function demoSubscription(
  simulatorUrl: string,
  serverUrl: string,
): { readonly url: string; readonly body: string } {
  return {
    url: `${simulatorUrl}/demo/zoom/subscribe`,
    body: JSON.stringify({ url: new URL("/hooks/zoom", serverUrl).href }),
  }
}

/** The simulated organisation as a child process. */
export function launchSimulator(launch: Launch, port: number, environment: Readonly<Record<string, string>>): Child {
  return launch({
    name: "simulated organisation",
    script: "packages/simulator/src/main.ts",
    args: ["--port", String(port)],
    environment,
  })
}
