import { type DialPattern, fillDialTemplate, matchDialPattern, parseDialPattern } from "./dial-pattern.ts"
import { unwrappedLinks } from "./join-link.ts"

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
  /**
   * Looked for besides, all of them; of two that give the same name the first counts. What is not found is left out of the
   * bracketed parts of the templates.
   */
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

/** The last is from a number to be tapped on a telephone (`,,85364147796#,,,,*110292#`), whatever the invitation's language. */
const passcodes = [
  ...["Passcode: {passcode#}", "Password: {passcode#}", "パスコード: {passcode#}", "Kenncode: {passcode#}"],
  ...["Passcode {passcode#}", "#,,,,**{passcode#}#"],
]
const conferences = [
  ...["Video Conference ID: {conference#}", "VTC Conference ID: {conference#}"],
  ...["Video ID: {conference#}", "VTC ID: {conference#}"],
]

/**
 * The rules that are built in, seen 2026-11-29 and 2026-11-30. The invitations that they were made from, and where those
 * are to be seen, are in dial-rule.test.ts.
 *
 *   addresses       docs.pexip.com/admin/otj_meetings_rules.htm: sip:, sips: and h323: are looked for whatever else there is
 *   Zoom            `IP##meeting#passcode` and `meeting.passcode@zoomcrc.com`: the room connector's guide; 162.255.37.11 is
 *                   its address for the US west, as in its invitations. That of Zoom for Government is not known to us: its
 *                   meetings are dialled where the invitation says an address, and never at zoomcrc.com
 *   Teams           Pexip: help.pexip.com/service/teams-integration.htm and the link behind "Alternate VTC instructions";
 *                   Webex: help.webex.com/nffx8kj and its link; Poly: Microsoft's cloud-video-interop page and the link;
 *                   BlueJeans as Poly
 *   Webex           the video address of the invitation, which a personal room has by its name (Cisco, WBS30 FAQ)
 *   Google Meet     the address that a gateway writes into the conference's data, or "Join using SIP"
 *   gateways        a number behind the gateway's address, as H.323 has it (Polycom RMX, "172.22.30.40##1001")
 */
export const builtInDialRules: readonly DialRule[] = [
  {
    name: "SIP address",
    patterns: ["sip:{address@}", "sips:{address@}", "pexip://{address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  { name: "H.323 address", patterns: ["h323:{address@}"], also: [], sip: null, h323: "{address}" },
  {
    name: "Zoom",
    patterns: [
      ...["zoom.us/j/{meeting#}", "zoom.com/j/{meeting#}", "zoom.us/s/{meeting#}", "zoom.us/w/{meeting#}"],
      ...["zoom.us/wc/join/{meeting#}", "zoom.us/wc/{meeting#}", "{meeting#}.{passcode#}@zoomcrc.com"],
      ...["{meeting#}@zoomcrc.com", "zoom.us/my/"],
    ],
    // A personal link has no number; the invitation says it.
    also: [...passcodes, "Meeting ID: {meeting#}", "ミーティングID: {meeting#}", "Meeting-ID: {meeting#}"],
    sip: "{meeting}[.{passcode}]@zoomcrc.com",
    h323: "162.255.37.11##{meeting}[#{passcode}]",
  },
  {
    name: "Zoom for Government",
    patterns: ["{meeting#}@{gateway}.zoomgov.com"],
    also: passcodes,
    sip: "{meeting}[.{passcode}]@{gateway}.zoomgov.com",
    h323: null,
  },
  {
    name: "Microsoft Teams through Pexip",
    patterns: [
      "/teams/?conf={conference#}&ivr=*&d={domain}&*prefix={prefix}",
      "/teams/?conf={conference#}&ivr=*&d={domain}",
      "pexip.me/teams/{domain}/{conference#}",
    ],
    also: [],
    sip: "[{prefix}]{conference}@{domain}",
    h323: "[{prefix}]{conference}@{domain}",
  },
  {
    name: "Microsoft Teams through Webex",
    patterns: ["/msteams?confid={conference#}&tenantkey={tenant}&domain=m.webex.com", "{tenant}@m.webex.com"],
    also: conferences,
    sip: "[{conference}.]{tenant}@m.webex.com",
    h323: null,
  },
  {
    name: "Microsoft Teams through Poly",
    patterns: ["plcm.vc/teams/?key={tenant}&conf={conference#}", "{tenant}@t.plcm.vc"],
    also: conferences,
    sip: "{tenant}[.{conference}]@t.plcm.vc",
    h323: "{tenant}[.{conference}]@t.plcm.vc",
  },
  {
    name: "Microsoft Teams through BlueJeans",
    patterns: ["{tenant}@teams.bjn.vc"],
    also: conferences,
    sip: "{tenant}[.{conference}]@teams.bjn.vc",
    h323: "{tenant}[.{conference}]@teams.bjn.vc",
  },
  {
    // Its voice asks for the number: how that is dialled with the address is each gateway's own affair.
    name: "Microsoft Teams through another gateway",
    patterns: ["video conferencing device {address@}", "video conferencing device * {address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  {
    name: "Webex",
    patterns: [
      ...["{number#}@{site}.webex.com", "Dial {number}@{site}.webex.com"],
      ...["{site}.webex.com/meet/{number}", "{site}.webex.com/join/{number}", "{site}.webex.com/{folder}/j.php"],
    ],
    also: ["Meeting number (access code): {number#}", "Meeting number: {number#}"],
    sip: "{number}@{site}.webex.com",
    h323: null,
  },
  {
    name: "Google Meet through a gateway",
    patterns: ["Join using SIP: {address@}", "SIP: {address@}"],
    also: [],
    sip: "{address}",
    h323: null,
  },
  {
    name: "Number behind a gateway",
    patterns: ["{gateway}##{number#}#{passcode#}", "{gateway}##{number#}"],
    also: [],
    sip: null,
    h323: "{gateway}##{number}[#{passcode}]",
  },
]

/** What the texts of an event lead to by the first rule that fits; null where none does. */
export function dialStringsFrom(texts: readonly (string | null)[], rules: readonly DialRule[]): DialFinding | null {
  const shown = unwrappedLinks(texts.filter((text) => text !== null).join("\n"))
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
