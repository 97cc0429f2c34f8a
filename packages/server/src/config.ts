import type { Issuer } from "@kalends/domain/issuer"
import { isLoopbackName } from "@kalends/domain/loopback"
import { checkContact, contactOptions } from "./config-contact.ts"
import { type CustodianName, checkCustody, completeCustody, custodyOptions } from "./config-custody.ts"
import { issuerOptions, issuersOption, optionsOfIssuers, readIssuers } from "./config-issuers.ts"
import { ConfigError, type Option, oneOf, option } from "./config-option.ts"
import { checkPlain, plainOptions } from "./config-plain.ts"
import { sessionOptions } from "./config-sessions.ts"

export const options = [
  option("host", "KALENDS_HOST", "text", { default: "127.0.0.1", text: "Address to listen on." }),
  option("port", "KALENDS_PORT", "integer", {
    default: "8080",
    least: 0,
    most: 65535,
    text: "Port to listen on; 0 takes a free one.",
  }),
  option("publicUrl", "KALENDS_PUBLIC_URL", "url", {
    default: null,
    text: "Address people's browsers use. Default: http://localhost:<port>.",
  }),
  option("hookUrl", "KALENDS_HOOK_URL", "url", {
    default: null,
    text: "Address at which providers reach this service, where it differs from the public one. Notifications need https with a trusted certificate; without it calendars are polled, or listened to where the provider can be.",
  }),
  option("tlsCertificate", "KALENDS_TLS_CERTIFICATE", "path", {
    default: null,
    text: "PEM file with the certificate chain, to serve https directly.",
  }),
  option("tlsKey", "KALENDS_TLS_KEY", "path", { default: null, text: "PEM file with the certificate's private key." }),
  option("behindProxy", "KALENDS_BEHIND_PROXY", "yes-no", {
    default: "no",
    text: "A proxy on this machine or in this network ends TLS and sets X-Forwarded-For, -Proto and -Host.",
  }),
  option("webFolder", "KALENDS_WEB_FOLDER", "path", {
    default: null,
    text: "Folder with the built pages (portal/dist, agenda/dist). Default: those of this checkout.",
  }),
  option("dataFolder", "KALENDS_DATA", "path", {
    default: "./data",
    text: "Folder of the embedded database and the key file.",
  }),
  option("databaseUrl", "DATABASE_URL", "text", {
    default: null,
    secret: true,
    text: "PostgreSQL 15 or newer. Without it the embedded one runs under the data folder. On another machine it needs sslmode=verify-full. The role must not be a superuser, or row-level security does not apply.",
  }),
  option("databaseConnections", "KALENDS_DATABASE_CONNECTIONS", "integer", {
    default: "12",
    least: 4,
    most: 200,
    text: "Database connections of this node at most.",
  }),
  option("natsUrl", "KALENDS_NATS_URL", "text", {
    default: null,
    secret: true,
    text: "NATS server that carries hints between nodes, tls:// on another machine. Needed as soon as there are two nodes.",
  }),
  ...plainOptions,
  option("keyFile", "KALENDS_KEY_FILE", "path", {
    default: null,
    text: "File with the 32 bytes (base64url) that everything secret is derived from; made at first start. Default: <data folder>/key. Keep a copy elsewhere: without it every calendar must be connected again.",
  }),
  ...custodyOptions,
  ...contactOptions,
  option("microsoftClientId", "KALENDS_MICROSOFT_CLIENT_ID", "text", {
    default: null,
    text: "Application (client) id of the Entra app registration. Without it Microsoft 365 is not offered.",
  }),
  option("microsoftClientSecret", "KALENDS_MICROSOFT_CLIENT_SECRET", "text", {
    default: null,
    secret: true,
    text: "Client secret of that registration.",
  }),
  option("microsoftClientSecretExpires", "KALENDS_MICROSOFT_CLIENT_SECRET_EXPIRES", "text", {
    default: null,
    text: "The day on which that secret ends, as Entra shows it (2027-05-31). Administrators are told of it 30 days ahead.",
  }),
  option("microsoftTenant", "KALENDS_MICROSOFT_TENANT", "text", {
    default: "common",
    text: "Tenant id, or common, organizations or consumers.",
  }),
  option("microsoftLoginUrl", "KALENDS_MICROSOFT_LOGIN_URL", "url", {
    default: "https://login.microsoftonline.com",
    text: "Entra's address; others only for national clouds and tests.",
  }),
  option("microsoftApiUrl", "KALENDS_MICROSOFT_API_URL", "url", {
    default: "https://graph.microsoft.com/v1.0",
    text: "Microsoft Graph's address.",
  }),
  option("outlookSignInUrl", "KALENDS_OUTLOOK_SIGN_IN_URL", "url", {
    default: "https://login.microsoftonline.com",
    text: "Where the Outlook add-in's pages may sign people in; others only for national clouds.",
  }),
  option("outlookHosts", "KALENDS_OUTLOOK_HOSTS", "text", {
    default:
      "https://outlook.office.com https://outlook.office365.com https://outlook.live.com https://outlook.cloud.microsoft",
    text: "Origins of the Outlooks on the web that may show the Outlook add-in. With an Exchange server of your own, add its address.",
  }),
  option("officeLibraryUrl", "KALENDS_OFFICE_LIBRARY_URL", "url", {
    default: "https://appsforoffice.microsoft.com",
    text: "Where the Outlook add-in's pages load Office's library from; others only for tests.",
  }),
  option("googleClientId", "KALENDS_GOOGLE_CLIENT_ID", "text", {
    default: null,
    text: "Client id of the Google Cloud OAuth client. Without it Google is not offered.",
  }),
  option("googleClientSecret", "KALENDS_GOOGLE_CLIENT_SECRET", "text", {
    default: null,
    secret: true,
    text: "Client secret of that client.",
  }),
  option("googleAccountsUrl", "KALENDS_GOOGLE_ACCOUNTS_URL", "url", {
    default: "https://accounts.google.com",
    text: "Google's sign-in address; others only for tests.",
  }),
  option("googleTokenUrl", "KALENDS_GOOGLE_TOKEN_URL", "url", {
    default: "https://oauth2.googleapis.com",
    text: "Google's token address.",
  }),
  option("googleApiUrl", "KALENDS_GOOGLE_API_URL", "url", {
    default: "https://www.googleapis.com/calendar/v3",
    text: "Google Calendar's address.",
  }),
  option("googlePeopleUrl", "KALENDS_GOOGLE_PEOPLE_URL", "url", {
    default: "https://people.googleapis.com/v1",
    text: "Address of Google's People API, from which apps read contacts.",
  }),
  option("googleDirectoryUrl", "KALENDS_GOOGLE_DIRECTORY_URL", "url", {
    default: "https://admin.googleapis.com/admin/directory/v1",
    text: "Address of Google's Admin SDK directory, where an administrator has connected the organisation.",
  }),
  option("ews", "KALENDS_EWS", "yes-no", {
    default: "yes",
    text: "Offer Exchange Server, through Exchange Web Services.",
  }),
  option("exchangeHandOver", "KALENDS_EXCHANGE_HAND_OVER", "text", {
    default: "session",
    text: "What apps of a person on Exchange get: session (calls on their own calendar are made for them, and the password stays here) or credential (user name and password, for apps that sign in at the server themselves).",
  }),
  option("caldav", "KALENDS_CALDAV", "yes-no", { default: "yes", text: "Offer CalDAV." }),
  option("allowedPrivateHosts", "KALENDS_ALLOWED_PRIVATE_HOSTS", "list", {
    default: "",
    text: "Host names (or host:port) in private networks that people may name as their Exchange or CalDAV server, separated by commas.",
  }),
  option("deviceNetworks", "KALENDS_DEVICE_NETWORKS", "list", {
    default: "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7",
    text: "Networks in which video systems of rooms may be, separated by commas. Passwords that room administrators give are sent to no other.",
  }),
  option("policyGraceSeconds", "KALENDS_POLICY_GRACE_SECONDS", "integer", {
    default: "30",
    least: 0,
    most: 3_600,
    unit: "seconds",
    text: "How long a change of policy can be taken back before calendars that it is at odds with are disconnected.",
  }),
  option("reconcilePushSeconds", "KALENDS_RECONCILE_PUSH_SECONDS", "integer", {
    default: "900",
    least: 5,
    most: 86_400,
    unit: "seconds",
    text: "How often a calendar with notifications is compared with its provider all the same. Sets the staleness bound.",
  }),
  option("reconcilePollSeconds", "KALENDS_RECONCILE_POLL_SECONDS", "integer", {
    default: "300",
    least: 5,
    most: 86_400,
    unit: "seconds",
    text: "How often a calendar without notifications is asked.",
  }),
  option("concurrentPasses", "KALENDS_CONCURRENT_PASSES", "integer", {
    default: "10",
    least: 1,
    most: 200,
    text: "Jobs this node runs at once.",
  }),
  ...sessionOptions,
  issuersOption,
  option("toolMicrosoftClientIds", "KALENDS_TOOLS_MICROSOFT_CLIENT_IDS", "list", {
    default: "",
    text: "Application (client) ids of the Outlook add-in in Entra, whose tokens (nested app authentication) sign it in. Needs KALENDS_TOOLS_MICROSOFT_TENANT.",
  }),
  option("toolMicrosoftTenant", "KALENDS_TOOLS_MICROSOFT_TENANT", "text", {
    default: null,
    text: "Tenant id of the one organisation whose people's add-ins may sign in so.",
  }),
  option("toolGoogleClientIds", "KALENDS_TOOLS_GOOGLE_CLIENT_IDS", "list", {
    default: "",
    text: "OAuth client ids of the Google Workspace add-on, whose identity tokens sign it in.",
  }),
  option("toolGoogleDomain", "KALENDS_TOOLS_GOOGLE_DOMAIN", "text", {
    default: null,
    text: "The one Workspace domain whose people's add-ons may sign in so; none for any.",
  }),
  option("toolExchangeServers", "KALENDS_TOOLS_EXCHANGE_SERVERS", "list", {
    default: "",
    text: "Hosts of Exchange servers on-premises whose identity tokens are believed, such as mail.example.org, separated by commas.",
  }),
  option("toolAddresses", "KALENDS_TOOLS_TRUST_ADDRESSES", "yes-no", {
    default: "no",
    text: "Whether tools that sign in so are their person's by the organisation's e-mail address, too. Otherwise people must have connected that calendar themselves, or link the tool once by a code.",
  }),
  option("metricsToken", "KALENDS_METRICS_TOKEN", "text", {
    default: null,
    secret: true,
    text: "Bearer token for GET /metrics from other machines; without it /metrics answers on loopback only.",
  }),
  option("zoomAccountId", "KALENDS_ZOOM_ACCOUNT_ID", "text", {
    default: null,
    text: "Account id of a Zoom server-to-server OAuth application. With it, meetings are made in Zoom.",
  }),
  option("zoomClientId", "KALENDS_ZOOM_CLIENT_ID", "text", {
    default: null,
    text: "Client id of that application.",
  }),
  option("zoomClientSecret", "KALENDS_ZOOM_CLIENT_SECRET", "text", {
    default: null,
    secret: true,
    text: "Client secret of that application.",
  }),
  option("zoomUser", "KALENDS_ZOOM_USER", "text", {
    default: "me",
    text: "E-mail address of the Zoom user who hosts the meetings; me is the application's owner.",
  }),
  option("zoomWebhookSecret", "KALENDS_ZOOM_WEBHOOK_SECRET", "text", {
    default: null,
    secret: true,
    text: "Secret token of that application, whose event subscription sends meeting.updated and meeting.deleted to <address>/hooks/zoom. Without it, what is changed in Zoom is found within the hour.",
  }),
  option("zoomTokenUrl", "KALENDS_ZOOM_TOKEN_URL", "url", {
    default: "https://zoom.us/oauth/token",
    text: "Zoom's token address; others only for tests.",
  }),
  option("zoomApiUrl", "KALENDS_ZOOM_API_URL", "url", {
    default: "https://api.zoom.us/v2",
    text: "Zoom's API; others only for tests.",
  }),
  option("bbbUrl", "KALENDS_BBB_URL", "url", {
    default: null,
    text: "Address of a BigBlueButton server, as bbb-conf --secret shows it on that server. With it, meetings are held there.",
  }),
  option("bbbSecret", "KALENDS_BBB_SECRET", "text", {
    default: null,
    secret: true,
    text: "Shared secret of that server, shown by the same command.",
  }),
  option("bbbGuests", "KALENDS_BBB_GUESTS", "text", {
    default: "enter",
    text: "What becomes of people with the link who are not signed in here: enter; wait (until the meeting's owner, signed in here, lets them in); refuse.",
  }),
  option("meetingUrl", "KALENDS_MEETING_URL", "text", {
    default: null,
    text: 'Join link of the built-in meetings, https with {code} once, such as "https://meet.jit.si/{code}"; without it, and without another meeting service, no meetings are made. The demo organisation has a simulated Zoom, where none is set up.',
  }),
  option("meetingKeyword", "KALENDS_MEETING_KEYWORD", "text", {
    default: "@meet",
    text: "Written into an event's location, it makes a meeting for the event.",
  }),
  option("demoUrl", "KALENDS_DEMO_URL", "url", {
    default: null,
    text: "Address of the demo organisation's page, when this service runs on simulated providers.",
  }),
  option("firstOrganisations", "KALENDS_FIRST_ORGANISATIONS", "text", {
    default: null,
    secret: true,
    text: "Organisations that are connected, with their rooms, once the first administrator is made: JSON with the zone of the rooms, a list (organisations) of what POST /v1/tenants takes and, where not all are wanted, the addresses of its rooms, and one (devices) of video systems that ask, each with the room's address, family, name, username and password.",
  }),
  option("logLevel", "KALENDS_LOG_LEVEL", "text", { default: "info", text: "debug, info, warn, error or silent." }),
] as const satisfies readonly Option[]

/** What each sign-in service has besides, for the page on settings. */
export const optionsPerIssuer: readonly Option[] = issuerOptions("NAME")

type ValueOf<Type extends Option["type"]> = Type extends "integer"
  ? number
  : Type extends "yes-no"
    ? boolean
    : Type extends "list"
      ? readonly string[]
      : string
type Values = {
  readonly [Entry in (typeof options)[number] as Entry["name"]]: Entry["default"] extends null
    ? ValueOf<Entry["type"]> | null
    : ValueOf<Entry["type"]>
}

/** The settings, frozen. `publicUrl`, `keyFile` are filled in; addresses have no trailing slash. */
export type Config = Omit<
  Values,
  | "publicUrl"
  | "keyFile"
  | "logLevel"
  | "bbbGuests"
  | "exchangeHandOver"
  | "microsoftClientSecretExpires"
  | "securityContactExpires"
  | "custody"
  | "nextCustody"
  | "formerCustody"
  | "issuers"
> & {
  readonly issuers: readonly Issuer[]
  readonly microsoftClientSecretExpires: Temporal.Instant | null
  readonly securityContactExpires: Temporal.Instant | null
  readonly custody: CustodianName
  readonly nextCustody: readonly CustodianName[]
  readonly formerCustody: readonly CustodianName[]
  readonly publicUrl: string
  readonly keyFile: string
  readonly logLevel: "debug" | "info" | "warn" | "error" | "silent"
  readonly bbbGuests: "enter" | "wait" | "refuse"
  readonly exchangeHandOver: "session" | "credential"
  /** Where providers reach us; null when that is not possible and everything is polled. */
  readonly hookUrl: string | null
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the settings. Throws ConfigError on the first that is wrong. */
export function readConfig(environment: Environment): Config {
  const readFrom = (entry: Option) => readOption(entry, environment[entry.env])
  const values = Object.fromEntries(options.map((entry) => [entry.name, readFrom(entry)])) as Values
  refuseUnknown(environment, [...options, ...optionsOfIssuers(values.issuers)])
  const config = { ...complete(values), issuers: readIssuers(values.issuers, readFrom) }
  checkTogether(config)
  return Object.freeze(config)
}

/** The process's own environment. */
export const processEnvironment: Environment = process.env

function readOption(entry: Option, written: string | undefined): Values[keyof Values] | null {
  if (entry.retired !== undefined && written !== undefined)
    throw new ConfigError(`${entry.env} is retired: ${entry.retired}`)
  const text = written === undefined || written === "" ? entry.default : written.trim()
  if (text === null) return null
  switch (entry.type) {
    case "integer":
      return readInteger(entry, text)
    case "yes-no":
      if (!/^(yes|no|true|false|1|0)$/i.test(text)) throw new ConfigError(`${entry.env} is "${text}"; write yes or no.`)
      return /^(yes|true|1)$/i.test(text)
    case "list":
      return text
        .split(",")
        .map((item) => item.trim())
        .filter((item) => item !== "")
    case "url":
      return readUrl(entry, text)
    case "text":
    case "path":
      return text
  }
}

function readInteger(entry: Option, text: string): number {
  const value = Number(text)
  const { least = 0, most = Number.MAX_SAFE_INTEGER } = entry
  if (!Number.isInteger(value) || value < least || value > most)
    throw new ConfigError(
      `${entry.env} is "${text}"; write a whole number from ${least} to ${most}${entry.unit === undefined ? "" : ` (${entry.unit})`}.`,
    )
  return value
}

function readUrl(entry: Option, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "" || url.hash !== "")
    throw new ConfigError(
      `${entry.env} is not an http(s) address without query and credentials; write for example https://calendar.example.org.`,
    )
  if (url.protocol === "http:" && !isLoopbackName(url.hostname))
    throw new ConfigError(`${entry.env} is plain http to another machine; use https (plain http is for loopback only).`)
  return text.replace(/\/+$/, "")
}

function complete(values: Values): Omit<Config, "issuers"> {
  const publicUrl = values.publicUrl ?? `http://localhost:${values.port}`
  const hookUrl = values.hookUrl ?? (publicUrl.startsWith("https:") || values.demoUrl !== null ? publicUrl : null)
  const logLevel = oneOf(["debug", "info", "warn", "error", "silent"], "KALENDS_LOG_LEVEL", values.logLevel)
  const meetingUrl = values.meetingUrl ?? (values.demoUrl === null ? null : "https://meet.jit.si/{code}")
  if (meetingUrl !== null && !isMeetingUrl(meetingUrl))
    throw new ConfigError(
      'KALENDS_MEETING_URL must be an https address with {code} once in its path, such as "https://meet.jit.si/{code}".',
    )
  const bbbGuests = oneOf(["enter", "wait", "refuse"], "KALENDS_BBB_GUESTS", values.bbbGuests)
  const handOvers = ["session", "credential"] as const
  const exchangeHandOver = oneOf(handOvers, "KALENDS_EXCHANGE_HAND_OVER", values.exchangeHandOver)
  return {
    ...values,
    ...completeCustody(values),
    exchangeHandOver,
    securityContactExpires: dayOf("KALENDS_SECURITY_CONTACT_EXPIRES", values.securityContactExpires),
    microsoftClientSecretExpires: dayOf("KALENDS_MICROSOFT_CLIENT_SECRET_EXPIRES", values.microsoftClientSecretExpires),
    bbbGuests,
    meetingUrl,
    publicUrl,
    hookUrl,
    logLevel,
    keyFile: values.keyFile ?? `${values.dataFolder}/key`,
  }
}

function dayOf(env: string, written: string | null): Temporal.Instant | null {
  if (written === null) return null
  try {
    return Temporal.PlainDate.from(written).toZonedDateTime("UTC").toInstant()
  } catch {
    throw new ConfigError(`${env} is "${written}"; write a day such as 2027-05-31.`)
  }
}

function isMeetingUrl(template: string): boolean {
  const parts = template.split("{code}")
  const filled = parts.join("code")
  return (
    parts.length === 2 && URL.canParse(filled) && new URL(filled).protocol === "https:" && new URL(filled).hash === ""
  )
}

function checkTogether(config: Config): void {
  const pairs = [
    [
      "KALENDS_MICROSOFT_CLIENT_ID",
      config.microsoftClientId,
      "KALENDS_MICROSOFT_CLIENT_SECRET",
      config.microsoftClientSecret,
    ],
    ["KALENDS_GOOGLE_CLIENT_ID", config.googleClientId, "KALENDS_GOOGLE_CLIENT_SECRET", config.googleClientSecret],
    ["KALENDS_ZOOM_ACCOUNT_ID", config.zoomAccountId, "KALENDS_ZOOM_CLIENT_ID", config.zoomClientId],
    ["KALENDS_ZOOM_CLIENT_ID", config.zoomClientId, "KALENDS_ZOOM_CLIENT_SECRET", config.zoomClientSecret],
    ["KALENDS_BBB_URL", config.bbbUrl, "KALENDS_BBB_SECRET", config.bbbSecret],
    ["KALENDS_TLS_CERTIFICATE", config.tlsCertificate, "KALENDS_TLS_KEY", config.tlsKey],
  ] as const
  for (const [nameA, a, nameB, b] of pairs)
    if ((a === null) !== (b === null))
      throw new ConfigError(`${a === null ? nameA : nameB} is missing; ${nameA} and ${nameB} go together.`)
  if (config.zoomWebhookSecret !== null && config.zoomAccountId === null)
    throw new ConfigError("KALENDS_ZOOM_ACCOUNT_ID is missing; KALENDS_ZOOM_WEBHOOK_SECRET is of no use without it.")
  checkCustody(config)
  checkContact(config)
  checkPlain(config)
  const isLocal = isLoopbackName(config.host)
  if (!isLocal && config.tlsCertificate === null && !config.behindProxy)
    throw new ConfigError(
      `KALENDS_HOST is ${config.host}, but there is no TLS; set KALENDS_TLS_CERTIFICATE and KALENDS_TLS_KEY, or KALENDS_BEHIND_PROXY=yes.`,
    )
}

function refuseUnknown(environment: Environment, all: readonly Option[]): void {
  const known = new Set<string>(all.map((entry) => entry.env))
  const unknown = Object.keys(environment).find((name) => name.startsWith("KALENDS_") && !known.has(name))
  if (unknown === undefined) return
  throw new ConfigError(
    `${unknown} is not a setting; did you mean ${nearest(unknown, [...known])}? docs/config.md lists them all.`,
  )
}

function nearest(name: string, names: readonly string[]): string {
  const shared = (a: string, b: string) => a.split("_").filter((part) => b.split("_").includes(part)).length
  return names.reduce((best, next) => (shared(name, next) > shared(name, best) ? next : best))
}
