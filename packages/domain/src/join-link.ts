/** A meeting that can be joined from an event. */
export type JoinLink = { readonly vendor: string; readonly url: string }

type Vendor = {
  readonly name: string
  /** Registered names whose hosts, and hosts below them, are the vendor's. */
  readonly hosts: readonly string[]
  /** What the path of a meeting looks like; the query where the meeting is named there. Linear: no nested repetition. */
  readonly path: RegExp
  readonly query?: RegExp
}

/** What the codes of our own join links look like: 24 signs of base 32 in lower case. Source of a pattern, without anchors. */
export const ownCodePattern = "[a-z2-7]{24}"

const anyName = /^\/[\w.~%+-]{2,200}\/?$/

/**
 * Vendors by their public link shapes, each as seen in the vendor's own invitations. A host is matched whole or below a
 * dot, never as a part of a longer name: "zoom.us.evil.example" is nobody's.
 */
export const vendors: readonly Vendor[] = [
  {
    name: "Zoom",
    hosts: ["zoom.us", "zoom.com", "zoomgov.com", "zoom.com.cn"],
    path: /^\/(?:j|s|w|wc|my)\/[\w.-]{3,200}(?:\/join|\/start)?\/?$|^\/(?:meeting|webinar)\/register\/[\w-]+$|^\/wc\/join\/\d+$/,
  },
  {
    name: "Microsoft Teams",
    hosts: ["teams.microsoft.com", "teams.live.com", "teams.microsoft.us", "gov.teams.microsoft.us"],
    path: /^\/l\/meetup-join\/[^/]{3,600}(?:\/[^/]{0,200}){0,2}$|^\/meet\/\w{5,40}\/?$/,
  },
  {
    name: "Google Meet",
    hosts: ["meet.google.com"],
    path: /^\/(?:[a-z]{3,4}-[a-z]{3,4}-[a-z]{3,4}|lookup\/[\w-]{3,100})\/?$/,
  },
  {
    name: "Webex",
    hosts: ["webex.com", "webex.com.cn"],
    path: /^\/(?:meet|join)\/[\w.-]{2,100}\/?$|^\/[\w.-]+\/j\.php$|^\/webappng\/sites\/[\w.-]+\/meeting\/|^\/wbxmjs\/joinservice\/|^\/m\/[\w-]{8,}$/,
  },
  {
    name: "Jitsi Meet",
    hosts: ["meet.jit.si", "8x8.vc", "moderated.jitsi.net"],
    path: /^\/[\w.~%+-]{2,200}(?:\/[\w.~%+-]{2,200})?\/?$/,
  },
  {
    name: "BigBlueButton",
    hosts: [],
    // The last one is the page of this service that opens a meeting there.
    path: new RegExp(
      String.raw`^/(?:b|rooms)/[a-z\d]{3}(?:-[a-z\d]{3}){2,3}(?:/join)?/?$|^/bigbluebutton/api/join$|^/(?:[\w.-]{1,60}/)?m/${ownCodePattern}/?$`,
    ),
  },
  {
    name: "GoTo Meeting",
    hosts: ["gotomeeting.com", "goto.com", "gotomeet.me", "gotowebinar.com"],
    path: /^\/(?:join|install|app|meeting\/join|register)?\/?[\w-]{3,100}\/?$/,
  },
  { name: "BlueJeans", hosts: ["bluejeans.com"], path: /^\/[\d/]{3,40}(?:webrtc)?$|^\/a2m\/live-event\/\w+/ },
  { name: "Whereby", hosts: ["whereby.com", "appear.in"], path: anyName },
  { name: "Skype", hosts: ["join.skype.com", "meet.lync.com"], path: /^\/[\w.~%/-]{3,200}$/ },
  { name: "Amazon Chime", hosts: ["chime.aws"], path: /^\/(?:meetings\/)?\w{4,60}\/?$/ },
  {
    name: "RingCentral",
    hosts: ["v.ringcentral.com", "meetings.ringcentral.com", "video.ringcentral.com"],
    path: /^\/(?:j|join|conf\/on)\/[\w-]{3,60}\/?$/,
  },
  {
    name: "Dialpad",
    hosts: ["meetings.dialpad.com", "uberconference.com", "dialpad.com"],
    path: /^\/(?:room\/)?[\w.-]{3,100}\/?$/,
  },
  {
    name: "Zoho Meeting",
    hosts: ["meeting.zoho.com", "meeting.zoho.eu", "meet.zoho.com", "meeting.zoho.in"],
    path: /^\/(?:join|meeting\/join|meeting\/public\/videoprv)?\/?[\w-]{0,60}$/,
    query: /(?:^|&)(?:key|meetingKey)=\w+|^$/,
  },
  {
    name: "Lifesize",
    hosts: ["call.lifesizecloud.com", "guest.lifesize.com", "call.lifesize.com"],
    path: /^\/(?:otm\/)?\d{3,20}\/?$/,
  },
  { name: "StarLeaf", hosts: ["meet.starleaf.com"], path: /^\/\d{3,20}(?:\/app)?\/?$/ },
  { name: "Pexip", hosts: ["pexip.me", "pexipdemo.com"], path: /^\/(?:meet|webapp\d?|join)\/[\w.@%/-]{2,200}$/ },
  {
    name: "Gather",
    hosts: ["gather.town", "app.gather.town"],
    path: /^\/(?:app|i|events)\/[\w%-]{2,100}(?:\/[\w%-]{2,200})?\/?$/,
  },
  {
    name: "Discord",
    hosts: ["discord.gg", "discord.com"],
    path: /^\/(?:invite\/)?[\w-]{2,60}\/?$|^\/channels\/\d+\/\d+$/,
  },
  { name: "Slack", hosts: ["app.slack.com", "slack.com"], path: /^\/huddle\/\w{5,20}\/\w{5,20}\/?$/ },
  { name: "Riverside", hosts: ["riverside.fm"], path: /^\/studio\/[\w-]{2,200}\/?$/ },
  { name: "Livestorm", hosts: ["app.livestorm.co"], path: /^\/p\/[\w-]{5,100}(?:\/live)?\/?$|^\/[\w-]+\/[\w-]+\/live/ },
  { name: "Doxy.me", hosts: ["doxy.me"], path: anyName },
  {
    name: "Demio",
    hosts: ["demio.com", "event.demio.com", "my.demio.com"],
    path: /^\/(?:ref|recording|event)\/\w{5,60}\/?$/,
  },
  { name: "Nextcloud Talk", hosts: [], path: /^\/(?:index\.php\/)?call\/[a-z\d]{8}\/?$/ },
  { name: "Element Call", hosts: ["call.element.io"], path: /^\/(?:room\/)?#?[\w/!?=:.%-]{0,300}$/ },
  { name: "VooV Meeting", hosts: ["voovmeeting.com", "meeting.tencent.com"], path: /^\/(?:dm|s|p)\/\w{5,60}\/?$/ },
  { name: "Lark", hosts: ["vc.larksuite.com", "vc.feishu.cn"], path: /^\/j\/\d{6,20}\/?$/ },
  { name: "DingTalk", hosts: ["meeting.dingtalk.com"], path: /^\/j\/\w{5,60}\/?$/ },
  { name: "Daily", hosts: ["daily.co"], path: anyName },
  { name: "Butter", hosts: ["app.butter.us"], path: /^\/[\w-]{2,100}\/[\w-]{2,200}\/?$/ },
  { name: "Around", hosts: ["meet.around.co"], path: /^\/r\/[\w-]{2,100}\/?$/ },
  { name: "Vonage", hosts: ["freeconferencecall.com", "meetings.vonage.com"], path: /^\/(?:wall\/)?[\w-]{3,100}\/?$/ },
  { name: "Proton Meet", hosts: ["meet.proton.me"], path: /^\/(?:join\/)?(?:id-)?[\w-]{6,60}\/?$/ },
]

/** Where an event's link may stand, the surest place first. */
export type JoinSources = {
  readonly onlineMeetingUrl: string | null
  readonly location: string | null
  readonly description: string | null
}

/** Hosts that an organisation runs itself (Jitsi, BigBlueButton, Nextcloud): name of the vendor by host. */
export type OwnHosts = Readonly<Record<string, string>>

const textMost = 50_000
const urlsMost = 50
// A link ends at white space, quotes and angle brackets; sentence punctuation behind it is not part of it.
const urlInText = /https:\/\/[^\s<>"'`\\{}|^]{4,2000}/gi
const trailing = /(?<![.,;:!?)\]}»”’>])[.,;:!?)\]}»”’>]+$/

/** The link that joins the event's meeting; null when there is none that is recognised. */
export function findJoinLink(sources: JoinSources, ownHosts: OwnHosts = {}): JoinLink | null {
  for (const source of [sources.onlineMeetingUrl, sources.location, sources.description]) {
    for (const url of urlsIn(source)) {
      const found = recognise(url, ownHosts)
      if (found !== null) return found
    }
  }
  // The provider's own field names a meeting even where the vendor is unknown.
  const own = urlsIn(sources.onlineMeetingUrl)[0]
  return own === undefined ? null : { vendor: new URL(own).hostname, url: own }
}

function urlsIn(source: string | null): readonly string[] {
  if (source === null) return []
  const text = source.slice(0, textMost).replaceAll("&amp;", "&")
  return [...text.matchAll(urlInText)]
    .slice(0, urlsMost)
    .map(([url]) => unwrap(url.replace(trailing, ""), 0))
    .filter((url) => url !== null)
}

/** The text with links as they were before mail filters wrapped them. */
export function unwrappedLinks(text: string): string {
  return text.replaceAll("&amp;", "&").replaceAll(urlInText, (url) => {
    const bare = url.replace(trailing, "")
    return (URL.canParse(bare) && wrapped(new URL(bare)) !== null ? unwrap(bare, 0) : null) ?? url
  })
}

/** Takes off what mail filters put around a link: Outlook Safe Links, Google redirects, Proofpoint. Only https passes. */
function unwrap(url: string, depth: number): string | null {
  if (!URL.canParse(url)) return null
  const parsed = new URL(url)
  if (parsed.protocol !== "https:" || parsed.username !== "" || parsed.password !== "") return null
  const inner = depth < 3 ? wrapped(parsed) : null
  return inner === null ? parsed.href : unwrap(inner, depth + 1)
}

function wrapped(url: URL): string | null {
  if (isHost(url.hostname, "safelinks.protection.outlook.com")) return url.searchParams.get("url")
  if (isHost(url.hostname, "google.com") && url.pathname === "/url")
    return url.searchParams.get("q") ?? url.searchParams.get("url")
  if (!isHost(url.hostname, "urldefense.proofpoint.com") && !isHost(url.hostname, "urldefense.com")) return null
  const v3 = /^\/v3\/__(https:\/\/?.{1,2000}?)__;/.exec(url.pathname + url.search)?.[1]
  if (v3 !== undefined) return v3.replace(/^https:\/(?!\/)/, "https://")
  const v2 = url.pathname.startsWith("/v2/") ? url.searchParams.get("u") : null
  return v2 === null ? null : decodeQuietly(v2.replaceAll("-", "%").replaceAll("_", "/"))
}

function decodeQuietly(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

function recognise(url: string, ownHosts: OwnHosts): JoinLink | null {
  const { hostname, pathname, search, hash } = new URL(url)
  const own = ownHosts[hostname]
  if (own !== undefined) return { vendor: own, url }
  const path = pathname === "/" ? `${pathname}${hash}` : pathname
  const vendor = vendors.find(
    ({ hosts, path: shape, query }) =>
      (hosts.length === 0 || hosts.some((host) => isHost(hostname, host))) &&
      shape.test(path) &&
      (query === undefined || query.test(search.slice(1))),
  )
  return vendor === undefined ? null : { vendor: vendor.name, url }
}

function isHost(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`)
}
