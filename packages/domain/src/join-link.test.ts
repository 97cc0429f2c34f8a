import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findJoinLink, vendors } from "./join-link.ts"

const inText = (description: string) => findJoinLink({ onlineMeetingUrl: null, location: null, description })

test.each([
  ["Zoom", "https://us02web.zoom.us/j/88812345678?pwd=QWxhZGRpbg.1"],
  ["Zoom", "https://zoom.us/my/ada.lovelace"],
  ["Zoom", "https://observatory.zoom.us/s/123456789"],
  ["Zoom", "https://agency.zoomgov.com/j/1612345678"],
  ["Zoom", "https://zoom.us/w/123456789?tk=abc"],
  [
    "Microsoft Teams",
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NjQ%40thread.v2/0?context=%7b%22Tid%22%3a%22x%22%7d",
  ],
  ["Microsoft Teams", "https://teams.microsoft.com/meet/2345678901234?p=abc"],
  ["Microsoft Teams", "https://teams.live.com/meet/9412345678901"],
  ["Google Meet", "https://meet.google.com/abc-defg-hij"],
  ["Google Meet", "https://meet.google.com/lookup/standup"],
  ["Webex", "https://observatory.webex.com/meet/ada"],
  ["Webex", "https://observatory.webex.com/observatory/j.php?MTID=m1234"],
  ["Webex", "https://meet123.webex.com/join/pr1234"],
  ["Jitsi Meet", "https://meet.jit.si/ObservatoryStandup"],
  ["Jitsi Meet", "https://8x8.vc/vpaas-magic-cookie-1/room"],
  ["BigBlueButton", "https://bbb.example.org/b/ada-xyz-123"],
  ["BigBlueButton", "https://calendar.example.org/m/abcdefghijklmnopqrstuv23"],
  ["BigBlueButton", "https://example.org/kalends/m/abcdefghijklmnopqrstuv23"],
  ["BigBlueButton", "https://learn.example.org/rooms/abc-def-ghi-jkl/join"],
  ["GoTo Meeting", "https://global.gotomeeting.com/join/123456789"],
  ["GoTo Meeting", "https://meet.goto.com/123456789"],
  ["BlueJeans", "https://bluejeans.com/123456789/1234"],
  ["Whereby", "https://observatory.whereby.com/standup"],
  ["Skype", "https://join.skype.com/AbCdEfGhIjKl"],
  ["Amazon Chime", "https://chime.aws/1234567890"],
  ["RingCentral", "https://v.ringcentral.com/join/123456789"],
  ["Dialpad", "https://meetings.dialpad.com/room/observatory"],
  ["Zoho Meeting", "https://meeting.zoho.com/join?key=1234567890"],
  ["Lifesize", "https://call.lifesizecloud.com/1234567"],
  ["StarLeaf", "https://meet.starleaf.com/4123456789/app"],
  ["Pexip", "https://pexip.me/meet/ada"],
  ["Gather", "https://app.gather.town/app/AbCdEf/observatory"],
  ["Discord", "https://discord.gg/abcdef"],
  ["Slack", "https://app.slack.com/huddle/T01234567/C01234567"],
  ["Riverside", "https://riverside.fm/studio/observatory"],
  ["Livestorm", "https://app.livestorm.co/p/abcdef-123456/live"],
  ["Doxy.me", "https://doxy.me/drada"],
  ["Demio", "https://my.demio.com/ref/abcdef123"],
  ["Nextcloud Talk", "https://cloud.example.org/call/abcd2345"],
  ["VooV Meeting", "https://meeting.tencent.com/dm/abcdefgh"],
  ["Lark", "https://vc.larksuite.com/j/123456789"],
  ["DingTalk", "https://meeting.dingtalk.com/j/abcdefg"],
  ["Daily", "https://observatory.daily.co/standup"],
  ["Around", "https://meet.around.co/r/standup"],
])("%s: %s", (vendor, url) => {
  expect(inText(`Join here: ${url}.`)).toEqual({ vendor, url: new URL(url).href })
})

describe("what is no meeting", () => {
  test.each([
    "https://zoom.us.evil.example/j/123456789",
    "https://evil.example/?next=https://zoom.us/j/1",
    "https://notzoom.us/j/123456789",
    "http://zoom.us/j/123456789",
    "https://user:pass@zoom.us/j/123456789",
    "https://zoom.us/pricing",
    "https://teams.microsoft.com/downloads",
    "https://www.google.com/search?q=zoom",
    "https://meet.google.com/",
    "javascript:alert(1)//zoom.us/j/1",
    "https://docs.example.org/b/ada",
  ])("%s", (text) => {
    expect(inText(text)?.url.startsWith("https://zoom.us/j/1") ?? false).toBe(false)
    if (!text.includes("next=")) expect(inText(text)).toBeNull()
  })
})

describe("where a link is found", () => {
  test("the provider's own field comes first, then the place, then the text", () => {
    const sources = {
      onlineMeetingUrl: "https://meet.google.com/abc-defg-hij",
      location: "https://zoom.us/j/111222333",
      description: "https://meet.jit.si/Other",
    }
    expect(findJoinLink(sources)?.vendor).toBe("Google Meet")
    expect(findJoinLink({ ...sources, onlineMeetingUrl: null })?.vendor).toBe("Zoom")
    expect(findJoinLink({ ...sources, onlineMeetingUrl: null, location: "Room 5" })?.vendor).toBe("Jitsi Meet")
  })

  test("behind Safe Links, a Google redirect or Proofpoint", () => {
    const link = "https://us02web.zoom.us/j/88812345678?pwd=abc"
    const encoded = encodeURIComponent(link)
    expect(inText(`https://eur01.safelinks.protection.outlook.com/?url=${encoded}&data=05%7C`)?.url).toBe(link)
    expect(inText(`https://www.google.com/url?q=${encoded}&sa=D`)?.url).toBe(link)
    expect(inText("https://urldefense.com/v3/__https://zoom.us/j/123456789__;!!abc$")?.url).toBe(
      "https://zoom.us/j/123456789",
    )
    expect(inText("https://urldefense.proofpoint.com/v2/url?u=https-3A__zoom.us_j_123456789&d=x")?.url).toBe(
      "https://zoom.us/j/123456789",
    )
  })

  test("on a host that the organisation runs itself", () => {
    expect(
      findJoinLink(
        { onlineMeetingUrl: null, location: "https://talk.example.org/any/thing", description: null },
        { "talk.example.org": "Jitsi Meet" },
      )?.vendor,
    ).toBe("Jitsi Meet")
  })

  test("in the provider's own field even where the vendor is unknown", () => {
    expect(
      findJoinLink({ onlineMeetingUrl: "https://video.example.org/x/1", location: null, description: null }),
    ).toEqual({ vendor: "video.example.org", url: "https://video.example.org/x/1" })
  })

  test("whatever the text, only https comes out, and soon", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3000 }), (text) => {
        const found = inText(`${text} https://${text} https://zoom.us/j/${text}`)
        return found === null || found.url.startsWith("https://")
      }),
    )
    expect(inText("https://zoom.us/j/".repeat(20_000))).toBeNull()
  })
})

test("there are more than twenty vendors, each named once", () => {
  expect(vendors.length).toBeGreaterThan(20)
  expect(new Set(vendors.map(({ name }) => name)).size).toBe(vendors.length)
})
