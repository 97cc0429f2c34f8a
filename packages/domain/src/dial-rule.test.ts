import { expect, test } from "vitest"
import { fillDialTemplate, matchDialPattern, parseDialPattern } from "./dial-pattern.ts"
import { builtInDialRules, type DialRule, dialStringsFrom } from "./dial-rule.ts"

const numbers = (texts: readonly (string | null)[], rules = builtInDialRules) =>
  dialStringsFrom(texts, rules)?.strings.map(({ protocol, number }) => `${protocol} ${number}`) ?? []

const lines = (...texts: readonly string[]) => texts.join("\n")

// Invitations as they are sent, with numbers and names of nobody. Each was seen, on 2026-11-29 or 2026-11-30, in the place
// that is named: "mail" is an invitation in a public archive of mail, or in a public collection of notes of meetings.
test.each([
  [
    "Zoom, with the passcode of its invitation (support.zoom.com, invitation)",
    ["https://us02web.zoom.us/j/85364147796?pwd=abc.1", "Meeting ID: 853 6414 7796\nPasscode: 110292"],
    ["sip 85364147796.110292@zoomcrc.com", "h323 162.255.37.11##85364147796#110292"],
  ],
  [
    "Zoom under a company's own name, with a passcode of letters that telephones have in digits (mail)",
    [
      "https://acme.zoom.us/j/85364147796?pwd=a",
      "Passcode: 12ab34x\n+13017158592,,85364147796#,,,,*110292# US (Washington DC)",
    ],
    ["sip 85364147796.110292@zoomcrc.com"],
  ],
  [
    "Zoom, where no passcode is shown",
    ["https://zoom.us/j/5364147796"],
    ["sip 5364147796@zoomcrc.com", "h323 162.255.37.11##5364147796"],
  ],
  ["Zoom in Japanese", ["https://zoom.us/j/5364147796", "パスコード: 110292"], ["sip 5364147796.110292@zoomcrc.com"]],
  ["Zoom in a browser", ["https://app.zoom.us/wc/85364147796/join"], ["sip 85364147796@zoomcrc.com"]],
  [
    "Zoom's personal link, whose number the invitation has (mail)",
    ["https://acme.zoom.us/my/ada.lovelace", "Meeting ID: 536 414 7796"],
    ["sip 5364147796@zoomcrc.com"],
  ],
  [
    "Zoom, by its addresses alone (mail)",
    [
      "Meeting ID:\n853 6414 7796\nPasscode:\n1507305560\nSIP:\n85364147796@zoomcrc.com<mailto:85364147796@zoomcrc.com>",
    ],
    ["sip 85364147796.1507305560@zoomcrc.com"],
  ],
  [
    "Zoom behind a mail filter (learn.microsoft.com, Safe Links)",
    [
      "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fus02web.zoom.us%2Fj%2F85364147796%3Fpwd%3Dabc&data=05",
    ],
    ["sip 85364147796@zoomcrc.com"],
  ],
  [
    "Zoom for Government, where the invitation says an address",
    ["https://agency.zoomgov.com/j/1602639518", "1602639518@gateway.zoomgov.com\nPasscode: 110292"],
    ["sip 1602639518.110292@gateway.zoomgov.com"],
  ],
  [
    "Teams by Pexip's gateway (docs.pexip.com, teams)",
    [
      "Alternate VTC instructions<https://vc.example.com/teams/?conf=1127180739&ivr=teams&d=vc.example.com&ip=192.0.2.1>",
    ],
    ["sip 1127180739@vc.example.com", "h323 1127180739@vc.example.com"],
  ],
  [
    "Teams by Pexip's gateway that several organisations share, each with a prefix (mail)",
    [
      lines(
        "Meeting ID: 393 410 478 838\nPasscode: dT6Sf7\n\nJoin with a video conferencing device",
        "org.teams@video.example.fi<mailto:org.teams@video.example.fi>\nVideo Conference ID: 126 085 103 8",
        "Alternate VTC instructions<https://meet.video.example.fi/teams/?conf=1260851038&ivr=org.teams&d=video.example.fi&prefix=org.>",
      ),
    ],
    ["sip org.1260851038@video.example.fi"],
  ],
  ["Teams by Pexip's service", ["https://pexip.me/teams/example.com/1127180739"], ["sip 1127180739@example.com"]],
  [
    "Teams by Webex's gateway (help.webex.com, nffx8kj)",
    ["Join on a video conferencing device\nTenant key: acme@m.webex.com\nVideo ID: 115 123 456 3"],
    ["sip 1151234563.acme@m.webex.com"],
  ],
  [
    "Teams by Webex's gateway in Finnish, by its link (mail)",
    [
      "acme@m.webex.com\nVideoneuvottelun tunnus:\n125 977 202 6\nhttps://www.webex.com/msteams?confid=1259772026&amp;tenantkey=acme&amp;domain=m.webex.com",
    ],
    ["sip 1259772026.acme@m.webex.com"],
  ],
  [
    "Teams by Poly's gateway (learn.microsoft.com, cloud-video-interop; mail)",
    [
      lines(
        "Join with a video conferencing device\n813878896@t.plcm.vc<mailto:813878896@t.plcm.vc> VTC Conference ID: 017920684",
        "Alternate VTC dialing instructions<https://dialin.plcm.vc/teams/?key=813878896&conf=017920684>",
      ),
    ],
    ["sip 813878896.017920684@t.plcm.vc", "h323 813878896.017920684@t.plcm.vc"],
  ],
  [
    "Teams by Poly's gateway, in mail without links",
    ["Join with a video conferencing device\n813878896@t.plcm.vc VTC Conference ID: 017920684"],
    ["sip 813878896.017920684@t.plcm.vc"],
  ],
  [
    "Teams by BlueJeans' gateway (a public parser of invitations, by Mividas)",
    ["Join with a video conferencing device\n453426348@teams.bjn.vc\nVTC Conference ID: 1172345678"],
    ["sip 453426348.1172345678@teams.bjn.vc"],
  ],
  [
    "Teams by a gateway that we do not know: its address, which asks for the number (mail)",
    ["Join with a video conferencing device \n453426348@teamsconnect.example.com \nVideo Conference ID: 123 887 981 0"],
    ["sip 453426348@teamsconnect.example.com"],
  ],
  [
    "Webex (mail)",
    [
      "https://acme.webex.com/acme/j.php?MTID=mb83\nMeeting number: 2435 772 4034\nPassword: yJdA8B3JsA3\n\nJoin by video system\nDial 24357724034@acme.webex.com\nYou can also dial 173.243.2.68",
    ],
    ["sip 24357724034@acme.webex.com"],
  ],
  [
    "Webex, where the invitation leaves the address out",
    ["https://acme.webex.com/acme/j.php?MTID=mb83", "Meeting number (access code): 2634 123 4567"],
    ["sip 26341234567@acme.webex.com"],
  ],
  [
    "a personal room of Webex (cisco.com, WBS30 FAQ)",
    ["https://acme.webex.com/meet/ada.lovelace"],
    ["sip ada.lovelace@acme.webex.com"],
  ],
  [
    "a personal room of Webex as it was once written (mail)",
    [
      "https://acme.webex.com/join/ada.lovelace | 490 282 179\nDial sip:ada.lovelace@acme.webex.com\nDial sip:490282179.acme@lync.webex.com",
    ],
    ["sip ada.lovelace@acme.webex.com"],
  ],
  [
    "Meet by a gateway, in the conference's data (developers.google.com, Calendar API, entryPoints)",
    ["sip:1234567890123@meet.example.org", "https://meet.google.com/abc-defg-hij"],
    ["sip 1234567890123@meet.example.org"],
  ],
  ["Meet by a gateway", ["Join using SIP: 2345678@meet.example.org"], ["sip 2345678@meet.example.org"]],
  [
    "Pexip's own rooms (docs.pexip.com, otj_meetings_rules)",
    ["pexip://ada.meeting@example.org"],
    ["sip ada.meeting@example.org"],
  ],
  ["an own address", [null, "sip:room7@meet.example.org;transport=tls"], ["sip room7@meet.example.org"]],
  ["H.323 alone", ["h323:hall@gk.example.org"], ["h323 hall@gk.example.org"]],
  ["H.323 through a gateway (Polycom RMX 500, 3-8)", ["h323:172.22.30.40##1001"], ["h323 172.22.30.40##1001"]],
  ["the same with a passcode", ["Room: gw.example.org##1001#1111"], ["h323 gw.example.org##1001#1111"]],
])("%s", (_name, texts, expected) => {
  expect(numbers(texts).slice(0, expected.length)).toEqual(expected)
})

test.each([
  ["nothing of the kind", ["Lunch with Bo at 12:30"]],
  ["a link that only looks like Zoom's", ["https://zoom.example/j/85364147796"]],
  [
    "Zoom for Government without an address: its meetings are not at Zoom's own",
    ["https://agency.zoomgov.com/j/1602639518"],
  ],
  ["Zoom's personal link without a number", ["https://zoom.us/my/ada"]],
  ["a mail address at Webex, or Meet without a gateway", ["ada@webex.com", "https://meet.google.com/abc-defg-hij"]],
  ["no text at all", [null, null]],
])("%s leads nowhere", (_name, texts) => {
  expect(dialStringsFrom(texts, builtInDialRules)).toBeNull()
})

test("the organisation's own rule goes before those that are built in", () => {
  const jitsi: DialRule = {
    name: "Our Jitsi gateway",
    patterns: ["meet.example.org/{room}"],
    also: [],
    sip: "{room}@sip.example.org",
    h323: null,
  }
  const texts = ["https://meet.example.org/Stand-up", "https://zoom.us/j/5364147796"]
  expect(dialStringsFrom(texts, [jitsi, ...builtInDialRules])).toEqual({
    rule: "Our Jitsi gateway",
    strings: [{ protocol: "sip", number: "Stand-up@sip.example.org" }],
    found: { room: "Stand-up" },
  })
})

test("a rule that can fill no template leaves the word to the next", () => {
  const rule: DialRule = { name: "Half", patterns: ["zoom.us/j/*"], also: [], sip: "{meeting}@example.org", h323: null }
  expect(dialStringsFrom(["https://zoom.us/j/5364147796"], [rule, ...builtInDialRules])?.rule).toBe("Zoom")
})

test("the patterns that are built in are all readable", () => {
  const sources = builtInDialRules.flatMap(({ patterns, also }) => [...patterns, ...also])
  expect(sources.filter((source) => parseDialPattern(source) === null)).toEqual([])
})

test.each([
  "",
  "  ",
  "{a}{b}",
  "{a#}*",
  "{a} and {a}",
  "{A}",
  "{a",
  "a}",
  "{a%}",
  "* * * * * * * * *",
  "x".repeat(201),
])("the pattern %j is refused", (source) => {
  expect(parseDialPattern(source)).toBeNull()
})

test("signs of regular expressions mean themselves in a pattern", () => {
  const pattern = parseDialPattern("(a+)+$ {x}")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "aaaa b")).toBeNull()
  expect(matchDialPattern(pattern, "(A+)+$ b")).toEqual({ x: "b" })
})

test("a hyphen is a hyphen: in a host, and between numbers", () => {
  const pattern = parseDialPattern("meet-1.example.org/{room} -- {pin#}")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "https://meet-1.example.org/stand-up -- 12-34")).toEqual({
    room: "stand-up",
    pin: "1234",
  })
  expect(matchDialPattern(pattern, "https://meet1.example.org/stand-up -- 12-34")).toBeNull()
})

test("two stars are a star", () => {
  const pattern = parseDialPattern("a*,**{pin#}#")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "a and b,*1234#")).toEqual({ pin: "1234" })
  expect(matchDialPattern(pattern, "a and b,1234#")).toBeNull()
})

test("a number is whole: a word that begins with one is none", () => {
  const pattern = parseDialPattern("Passcode: {passcode#}")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "Passcode: 123abc")).toBeNull()
  expect(matchDialPattern(pattern, "Passcode: 123.")).toEqual({ passcode: "123" })
})

test("a pattern without a name only says that a text fits", () => {
  const pattern = parseDialPattern("board   meeting")
  if (pattern === null) throw new Error("it can be read")
  expect(matchDialPattern(pattern, "the Board meeting")).toEqual({})
  expect(matchDialPattern(pattern, "boardmeeting")).toBeNull()
})

test.each([
  ["{a}@x", { a: "1" }, "1@x"],
  ["{a}[.{b}]@x", { a: "1" }, "1@x"],
  ["{a}[.{b}]@x", { a: "1", b: "2" }, "1.2@x"],
  ["{a}@x", {}, null],
])("the template %j filled with %j gives %j", (template, found, expected) => {
  expect(fillDialTemplate(template, found)).toBe(expected)
})
