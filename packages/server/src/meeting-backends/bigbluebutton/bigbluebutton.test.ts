import { describe, expect, test } from "vitest"
import type { Entrant, GuestRule } from "../../ports/meeting-backend.ts"
import { fakeClock } from "../../testing/fake-clock.ts"
import { scriptedHttp } from "../../testing/scripted-http.ts"
import { classifyBigBlueButton, signedQuery } from "./calls.ts"
import { createBigBlueButtonBackend } from "./index.ts"

const created = "<response><returncode>SUCCESS</returncode><createTime>1766480400000</createTime></response>"
const code = "a".repeat(24)
const now = Temporal.Instant.from("2026-11-23T09:00:00Z")

function backendOn(
  http: ReturnType<typeof scriptedHttp>,
  change: {
    readonly url?: string
    readonly guests?: GuestRule
    readonly publicUrl?: string
    readonly byte?: number
  } = {},
) {
  const {
    url = "https://bbb.example.org/bigbluebutton",
    guests = "enter",
    publicUrl = "https://cal.example.org",
  } = change
  return createBigBlueButtonBackend(
    { http, clock: fakeClock(), codes: new Uint8Array(32).fill(change.byte ?? 7) },
    { url, guests, publicUrl, secret: "639259d4" },
  )
}

async function entering(guests: GuestRule, entrant: Entrant) {
  const http = scriptedHttp([{ body: created }])
  const entry = await backendOn(http, { guests }).door?.enter(code, { name: "Ada", entrant, title: "Meeting" })
  return {
    create: new URL(http.asked[0]?.url ?? "").searchParams,
    join: new URL(entry?.url ?? "").searchParams,
  }
}

describe("BigBlueButton's calls", () => {
  test("checksum-documented: are signed as in the example of BigBlueButton's documents", () => {
    const params = { name: "Test Meeting", meetingID: "abc123", attendeePW: "111222", moderatorPW: "333444" }
    const secret = "639259d4-9dd8-4b25-bf01-95f9567eaf4b"
    const query = "name=Test+Meeting&meetingID=abc123&attendeePW=111222&moderatorPW=333444"
    expect(signedQuery("create", params, secret, "sha1")).toBe(
      `${query}&checksum=1fcbb0c4fc1f039f73aa6d697d2db9ba7f803f17`,
    )
    expect(signedQuery("create", params, secret)).toMatch(/&checksum=[0-9a-f]{64}$/)
  })

  test.each([
    "https://bbb.example.org/bigbluebutton",
    "https://bbb.example.org/bigbluebutton/",
    "https://bbb.example.org/bigbluebutton/api",
  ])("go to the API of %s", async (url) => {
    const http = scriptedHttp([{ body: created }])
    await backendOn(http, { url }).door?.enter(code, { name: "Ada", entrant: "guest", title: "Meeting" })
    expect(http.asked[0]?.url).toMatch(/^https:\/\/bbb\.example\.org\/bigbluebutton\/api\/create\?/)
  })

  test("say what guests may do, and who is one", async () => {
    expect((await entering("enter", "guest")).create.get("guestPolicy")).toBe("ALWAYS_ACCEPT")
    expect((await entering("refuse", "owner")).create.get("guestPolicy")).toBe("ALWAYS_DENY")
    const guest = await entering("wait", "guest")
    expect(guest.create.get("guestPolicy")).toBe("ASK_MODERATOR")
    expect([guest.join.get("guest"), guest.join.get("role")]).toEqual(["true", "VIEWER"])
    expect((await entering("wait", "colleague")).join.get("guest")).toBeNull()
    expect((await entering("wait", "owner")).join.get("role")).toBe("MODERATOR")
  })

  test("bring people back to the join page, name the sitting, and tell no password to a browser", async () => {
    const { create, join } = await entering("enter", "guest")
    expect(create.get("logoutURL")).toBe(`https://cal.example.org/m/${code}`)
    expect(join.get("createTime")).toBe("1766480400000")
    expect(join.has("password")).toBe(false)
  })

  test("rate-limit-honoured: wait as long as they are told", () => {
    const busy = classifyBigBlueButton({ status: 429, headers: { "retry-after": "90" }, body: "" }, now)
    expect(busy).toMatchObject({ kind: "rate-limited" })
    expect(String(busy?.retryAt)).toBe("2026-11-23T09:01:30Z")
  })

  test.each([
    [
      200,
      "<response><returncode>FAILED</returncode><messageKey>checksumError</messageKey></response>",
      "misconfigured",
    ],
    [200, "<response><returncode>FAILED</returncode><messageKey>notFound</messageKey></response>", "not-found"],
    [200, "<response><returncode>FAILED</returncode><messageKey>idNotUnique</messageKey></response>", "unsupported"],
    [200, "<response><returncode><![CDATA[SUCCESS]]></returncode></response>", null],
    [200, "<html>Welcome to nginx</html>", "misconfigured"],
    [404, "<h1>Not found</h1>", "misconfigured"],
    [301, "", "misconfigured"],
    [502, "<h1>Bad gateway</h1>", "unavailable"],
  ])("take %i %s for %s", (status, body, kind) => {
    expect(classifyBigBlueButton({ status, headers: {}, body }, now)?.kind ?? null).toBe(kind)
  })

  test("do not send people to a meeting of which nobody knows which one it is", async () => {
    const http = scriptedHttp([{ body: "<response><returncode>SUCCESS</returncode></response>" }])
    const entering = backendOn(http).door?.enter(code, { name: "Ada", entrant: "guest", title: "Meeting" })
    await expect(entering).rejects.toMatchObject({ kind: "malformed" })
  })

  test("secrets-unlogged: the shared secret is in no address", async () => {
    const http = scriptedHttp([{ body: created }])
    const entry = await backendOn(http).door?.enter(code, { name: "Ada", entrant: "guest", title: "Meeting" })
    expect(`${entry?.url} ${http.asked[0]?.url}`).not.toContain("639259d4")
  })
})

describe("BigBlueButton's join links", () => {
  const face = {
    topic: "Observation night",
    schedule: {
      kind: "single",
      time: { kind: "timed", startsAt: now, endsAt: now.add({ minutes: 30 }), zone: "Europe/Berlin" },
    },
  } as const

  test("link-unguessable: the code depends on the secret, and has 120 bits of it", async () => {
    const key = "1".repeat(32)
    const [one, other] = await Promise.all(
      [7, 8].map((byte) => backendOn(scriptedHttp([]), { byte }).create({ key, face })),
    )
    expect(one?.backendId).toMatch(/^[a-z2-7]{24}$/)
    expect(one?.backendId).not.toBe(other?.backendId)
  })

  test("link-recognised: with what stands behind it, below a path, and no other page of ours", () => {
    const { recognise } = backendOn(scriptedHttp([]), { publicUrl: "https://example.org/calendar" })
    const found = (address: string) => recognise(new URL(address))
    expect(found(`https://example.org/calendar/m/${code}`)).toBe(code)
    expect(found(`https://example.org/calendar/m/${code}/?x=1#y`)).toBe(code)
    expect(found(`https://example.org/m/${code}`)).toBeNull()
    expect(found(`http://example.org/calendar/m/${code}`)).toBeNull()
    expect(found(`https://example.org/calendar/m/${code}a`)).toBeNull()
    expect(found(`https://example.org/calendar/m/${code.toUpperCase()}`)).toBeNull()
  })
})
