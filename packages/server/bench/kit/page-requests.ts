import { figureMeasures } from "@kalends/domain/figures"
import { idOf, size } from "./organisation.ts"

/** One request that a page makes. */
export type PageRequest = {
  readonly route: string
  readonly path: string
  readonly what: string
  /** The number of the owner who asks, where it is about something of their own. */
  readonly by?: number
}

type Parameter = { readonly name: string; readonly in: string; readonly schema?: unknown }
type Document = {
  readonly paths: Readonly<Record<string, { readonly get?: { readonly parameters?: readonly Parameter[] } }>>
}

/** Routes that are not measured, each with why. */
export const leftOut: Readonly<Record<string, string>> = {
  "/v1/connections/{connectionId}/calendars/{calendarId}/window":
    "the provider's time: it streams the provider's answer",
  "/v1/tenants/{tenantConnectionId}/directory": "the provider's time: it is the provider's own page",
  "/v1/oauth/callback": "a redirect of the provider's; not data of a page",
  "/v1/sign-in/callback": "a redirect of an issuer's; not data of a page",
  "/v1/consent/{provider}": "a redirect to the provider; not data of a page",
  "/v1/consent/callback": "a redirect of the provider's; not data of a page",
  "/m/{code}": "a page by itself, which asks the meeting service; not data of a page",
  "/v1/changes": "a stream that does not end",
  "/v1/admin/revocations/{revocationId}/report": "a file of 20,000 lines; not data of a page",
  "/v1/tools/sessions/code": "no page of the portal: a tool asks it about its own code",
  "/v1/tools/meetings/{meetingId}": "no page of the portal: a tool asks it, and it may ask the meeting service",
  "/v1/tools/downloads/{tool}/{file}": "a file; not data of a page",
  "/v1/display/agendas": "no page of the portal: a stream of a screen, which has a token of its own",
  "/v1/displays/pairings/current": "no page of the portal: a screen asks it with a token of its own",
  "/v1/room-agenda": "no page of the portal: a room system asks it with a token of its own",
  "/v1/audit/export": "the whole log as a file, limited to a few in an hour; not data of a page",
  "/v1/audit/table": "a file of whatever length; not data of a page",
}

/** What stands in a path. */
const inPath: Readonly<Record<string, string>> = {
  connectionId: idOf("connection", 7),
  groupId: idOf("group", 3),
  userId: idOf("user", 4711),
  meetingId: idOf("meeting", 600),
  rolloutId: idOf("rollout", 2),
  tenantConnectionId: idOf("tenant", 0),
  changeId: idOf("change", 2),
  revocationId: idOf("revocation", 2),
  roomId: idOf("room", 77),
  deviceId: idOf("device", 77),
}

type Values = Readonly<Record<string, string>>
const searches: Values = {
  "a common part of a name": "tanaka",
  "two letters": "ng",
  "one letter": "e",
  "two Japanese characters": "田中",
  "an address": "ada.hopper7@",
  "nobody's name": "qqxzv",
  "text that means something to SQL": "%_'",
}

/** Whose they are that stand in those paths. */
const ownersOf: Readonly<Record<string, number>> = {
  "/v1/connections/{connectionId}": 7,
  "/v1/meetings/{meetingId}": 1,
}

/** Values of parameters that no list in the API's description names. */
const valuesOf: Readonly<Record<string, Values>> = {
  search: searches,
  groupId: { "of one group": idOf("group", 3), "of another group": idOf("group", 299) },
  group: { "of one group": idOf("group", 3) },
  roomId: { "of one room": idOf("room", 77) },
  building: { "of one building": "House 3", "of no building": "nothing" },
  floor: { "of one floor": "2" },
  provider: { "of one provider": "ews", "of a provider nobody has": "none" },
  tenant: { "of one tenant": "tenant-1", "of no tenant": "nothing" },
  endsWithinDays: { "ending in 30 days": "30", "ending in a year": "366" },
  actor: { "of one person": idOf("user", 21), "of nobody": idOf("user", 99_999_999) },
  reason: { "for a frequent reason": "pass", "for a reason that nobody had": "nothing" },
  subject: { "about one thing": idOf("connection", 444), "about nothing": "nothing" },
  from: { "from a day on": "2026-09-01T00:00:00Z", "from the future on": "2099-01-01T00:00:00Z" },
  to: { "until a day": "2026-02-01T00:00:00Z", "until before all": "2020-01-01T00:00:00Z" },
}

/** Where the pages of a list go on: a middle page and the last, besides the first. */
const cursorsOf: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  "/v1/users": { after: { "a middle page": "li.", "the last page": "zoë.tanaka9" } },
  "/v1/rooms": {
    next: { "a middle page": Buffer.from(JSON.stringify(["Room 25000", idOf("room", 1)])).toString("base64url") },
  },
  "/v1/devices": { after: { "a middle page": idOf("device", size.rooms / 2) } },
  "/v1/displays": { after: { "a middle page": idOf("display", size.rooms / 2) } },
  "/v1/admin/connections": { after: { "a middle page": "li.", "the last page": "zoë.tanaka9" } },
  "/v1/audit": { before: { "a middle page": String(size.auditEntries / 2), "the last page": "50" } },
  "/v1/meetings": { before: {} },
  "/v1/rollouts/{rolloutId}/steps": {
    after: {
      "a middle page": idOf("user", size.stepsOfRollout / 2),
      "the last page": idOf("user", size.stepsOfRollout - 3),
    },
  },
  "/v1/admin/revocations/{revocationId}/steps": {
    after: {
      "a middle page": idOf("connection", size.stepsOfRevocation / 2),
      "the last page": idOf("connection", size.stepsOfRevocation - 3),
    },
  },
}

/** Filters that the portal sets together, and that meet in few rows. */
const together: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  "/v1/users": {
    "of a group by name": { groupId: idOf("group", 3), search: "山田" },
    "users of a group without a calendar": { groupId: idOf("group", 3), state: "none", role: "user" },
    "broken ones by a name that nobody has": { state: "needs-reauth", search: "qqxzv" },
  },
  "/v1/admin/connections": {
    "broken ones by name": { state: "needs-reauth", search: "田中" },
    "broken ones of a provider": { state: "disabled", provider: "caldav" },
    "of a group by a name that nobody has": { group: idOf("group", 3), search: "qqxzv" },
  },
  "/v1/audit": {
    "a rare act of one day": { action: "policy-changed", from: "2026-05-01T00:00:00Z", to: "2026-05-02T00:00:00Z" },
    "a frequent act of one old day": {
      action: "secret-opened",
      from: "2026-02-01T00:00:00Z",
      to: "2026-02-02T00:00:00Z",
    },
    "one person on one old day": { actor: idOf("user", 21), from: "2026-02-01T00:00:00Z", to: "2026-02-02T00:00:00Z" },
    "one old day": { from: "2026-02-01T00:00:00Z", to: "2026-02-02T00:00:00Z" },
  },
}

const ago = (hours: number) => Temporal.Now.instant().subtract({ hours }).round("minute").toString()
const figuresOver = (hours: number, step: number) => ({
  ...{ measure: figureMeasures.slice(0, 24).join(","), from: ago(hours), to: ago(0), step: String(step) },
})

/** Routes that answer to nothing but all of these at once. */
const wholeQueries: Readonly<Record<string, Readonly<Record<string, Values>>>> = {
  "/v1/figures": {
    "an hour": figuresOver(1, 60),
    "a day, as the page shows it": figuresOver(24, 900),
    "a day in five minutes": figuresOver(24, 300),
    "a month": figuresOver(720, 10_800),
    "a year": figuresOver(8_760, 86_400),
  },
}

/** What a list parameter may be, as far as it is written in the description. */
function listed(schema: unknown): readonly string[] {
  const text = JSON.stringify(schema ?? {})
  const one = /"const":"([^"]+)"/.exec(text)?.[1]
  if (one !== undefined) return [one]
  const many = /"enum":\[([^\]]*)\]/.exec(text)?.[1]
  return many === undefined ? [] : (JSON.parse(`[${many}]`) as unknown[]).map(String)
}

const pathWith = (path: string, values: Values) => {
  const query = new URLSearchParams(values).toString()
  return query === "" ? path : `${path}?${query}`
}

/**
 * Every GET of the API's description: bare, with each value of each filter, and at each place of a list. A route that
 * nothing is known of is measured bare; one with a parameter that has no value here is an error, so that it is not
 * forgotten.
 */
export function pageRequests(document: Document): readonly PageRequest[] {
  const requests: PageRequest[] = []
  const unknown: string[] = []
  for (const [route, { get }] of Object.entries(document.paths)) {
    if (get === undefined || route in leftOut) continue
    const parameters = get.parameters ?? []
    const path = route.replace(/\{(\w+)\}/g, (_, name: string) => {
      if (inPath[name] === undefined) unknown.push(`${route}: {${name}}`)
      return inPath[name] ?? ""
    })
    const add = (what: string, values: Values = {}) =>
      requests.push({
        ...{ route, path: pathWith(path, values), what },
        ...(ownersOf[route] === undefined ? {} : { by: ownersOf[route] }),
      })
    const whole = Object.entries(wholeQueries[route] ?? {})
    for (const [what, values] of whole) add(what, values)
    if (whole.length > 0) continue
    add("the first page")
    for (const { name, in: place, schema } of parameters) {
      if (place !== "query") continue
      const values = cursorsOf[route]?.[name] ?? valuesOf[name]
      const choices =
        values === undefined ? listed(schema).map((value) => [`${name}=${value}`, value]) : Object.entries(values)
      if (values === undefined && choices.length === 0) unknown.push(`${route}: ${name}`)
      for (const [what = "", value = ""] of choices) add(what, { [name]: value })
    }
    for (const [what, values] of Object.entries(together[route] ?? {})) add(what, values)
  }
  if (unknown.length > 0) throw new Error(`No value is known for:\n${unknown.join("\n")}`)
  return requests
}
