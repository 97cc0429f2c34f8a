import { type DialPattern, fillDialTemplate, matchDialPattern, parseDialPattern } from "./dial-pattern.ts"

/** How a video system without a browser gets into a meeting. */
export type DialString = { readonly protocol: "sip" | "h323"; readonly number: string }

/**
 * One way from an event's texts to a dial string. Rules are tried in order, and the first whose pattern fits counts; the
 * organisation may put its own before those that are built in, and take any of those out.
 */
export type DialRule = {
  /** For people, such as "Zoom". */
  readonly name: string
  /** Any of them; the first that fits (domain/dial-pattern.ts). */
  readonly patterns: readonly string[]
  /** Looked for besides; what is not found is left out of the bracketed parts of the templates. */
  readonly also: readonly string[]
  /** Templates; null where the meeting cannot be reached that way. */
  readonly sip: string | null
  readonly h323: string | null
}

/** What the rules made of an event's texts. */
export type DialFinding = {
  readonly rule: string
  readonly strings: readonly DialString[]
  /** What the patterns took out of the texts, for an administrator who tries a rule on a sample. */
  readonly found: Readonly<Record<string, string>>
}

const passcodes = ["Passcode: {passcode#}", "Password: {passcode#}", "パスコード: {passcode#}", "Kenncode: {passcode#}"]

/**
 * The rules that are built in. Sources, seen 2026-11-29: Zoom's SIP and H.323 forms in its room connector's guide and
 * invitations ("Join by SIP", "Join by H.323"; 162.255.37.11 is its address for the US west); Pexip's Teams gateway by its
 * page of alternative instructions (`?conf=…&d=…`, docs.pexip.com, integrate_teams); Webex's Teams gateway by the tenant
 * key and the video id (help.webex.com, nffx8kj); Webex's own meetings by the video address of the invitation; Google
 * Meet's interop through the line "Join using SIP" of its gateways.
 */
export const builtInDialRules: readonly DialRule[] = [
  {
    name: "SIP address",
    patterns: ["sip:{address@}", "sips:{address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  { name: "H.323 address", patterns: ["h323:{address@}"], also: [], sip: null, h323: "{address}" },
  {
    name: "Zoom",
    patterns: ["zoom.us/j/{meeting#}", "zoom.com/j/{meeting#}", "zoom.us/s/{meeting#}", "zoom.us/wc/join/{meeting#}"],
    also: passcodes,
    sip: "{meeting}[.{passcode}]@zoomcrc.com",
    h323: "162.255.37.11##{meeting}[#{passcode}]",
  },
  {
    name: "Microsoft Teams through Pexip",
    patterns: ["/teams/?conf={conference#}&ivr=*&d={domain}"],
    also: [],
    sip: "{conference}@{domain}",
    h323: null,
  },
  {
    name: "Microsoft Teams through Webex",
    patterns: ["{tenant}@m.webex.com*", "{tenant} @m.webex.com"],
    also: ["Video Conference ID: {conference#}", "Video ID: {conference#}", "VTC Conference ID: {conference#}"],
    sip: "[{conference}.]{tenant}@m.webex.com",
    h323: null,
  },
  {
    name: "Microsoft Teams through another gateway",
    patterns: ["video conferencing device * {address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  {
    name: "Webex",
    patterns: ["Dial {address@}", "{number#}@{site}.webex.com"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  {
    name: "Google Meet through a gateway",
    patterns: ["Join using SIP: {address@}", "SIP: {address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
]

/** What the texts of an event lead to by the first rule that fits; null where none does. */
export function dialStringsFrom(texts: readonly (string | null)[], rules: readonly DialRule[]): DialFinding | null {
  const shown = texts.filter((text) => text !== null).join("\n")
  for (const rule of rules) {
    const found = findBy(rule, shown)
    const strings = found === null ? [] : stringsOf(rule, found)
    if (found !== null && strings.length > 0) return { rule: rule.name, strings, found }
  }
  return null
}

function findBy(rule: DialRule, text: string): Readonly<Record<string, string>> | null {
  const { patterns, also } = readPatterns(rule)
  const main = firstMatch(patterns, text)
  return main === null ? null : { ...firstMatch(also, text), ...main }
}

function firstMatch(patterns: readonly DialPattern[], text: string): Readonly<Record<string, string>> | null {
  for (const pattern of patterns) {
    const found = matchDialPattern(pattern, text)
    if (found !== null) return found
  }
  return null
}

type ReadPatterns = { readonly patterns: readonly DialPattern[]; readonly also: readonly DialPattern[] }

/** A rule's patterns are read once, however many events it is tried on. */
const read = new WeakMap<DialRule, ReadPatterns>()

function readPatterns(rule: DialRule): ReadPatterns {
  const known = read.get(rule)
  if (known !== undefined) return known
  const fresh = { patterns: rule.patterns.flatMap(asPattern), also: rule.also.flatMap(asPattern) }
  read.set(rule, fresh)
  return fresh
}

const asPattern = (source: string) => parseDialPattern(source) ?? []

function stringsOf({ sip, h323 }: DialRule, found: Readonly<Record<string, string>>): readonly DialString[] {
  const made = [
    { protocol: "sip" as const, number: sip === null ? null : fillDialTemplate(sip, found) },
    { protocol: "h323" as const, number: h323 === null ? null : fillDialTemplate(h323, found) },
  ]
  return made.flatMap(({ protocol, number }) => (number === null || number === "" ? [] : [{ protocol, number }]))
}
