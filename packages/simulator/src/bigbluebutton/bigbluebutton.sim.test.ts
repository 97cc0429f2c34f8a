import { createHash } from "node:crypto"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type BigBlueButton, bigBlueButtonSecret, startBigBlueButton } from "./bigbluebutton.ts"

// The double against BigBlueButton's documents, in plain HTTP: each address is signed as they say.

let now: Temporal.Instant
let server: BigBlueButton

beforeEach(async () => {
  now = Temporal.Instant.from("2026-11-23T09:00:00Z")
  server = await startBigBlueButton({ clock: () => now })
})
afterEach(() => server.close())

function signed(call: string, params: Readonly<Record<string, string>> = {}, algorithm = "sha256"): string {
  const query = new URLSearchParams(params).toString()
  const checksum = createHash(algorithm).update(`${call}${query}${bigBlueButtonSecret}`).digest("hex")
  return `${server.url}api/${call}?${query}${query === "" ? "" : "&"}checksum=${checksum}`
}

async function get(address: string) {
  const answer = await fetch(address, { redirect: "manual" })
  const text = await answer.text()
  const all = (name: string) => [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, "g"))].map(([, one]) => one)
  return { status: answer.status, headers: answer.headers, text, all, one: (name: string) => all(name)[0] ?? null }
}
const call = (name: string, params: Readonly<Record<string, string>> = {}) => get(signed(name, params))

const room = { meetingID: "room-1", name: "Weekly & more", attendeePW: "ap", moderatorPW: "mp" }

describe("a call", () => {
  test.each(["sha1", "sha256", "sha384", "sha512"])("is taken with a %s checksum", async (algorithm) => {
    expect((await get(signed("create", room, algorithm))).one("returncode")).toBe("SUCCESS")
  })

  test("is refused without its checksum, with another call's, and when a letter was changed", async () => {
    const good = signed("create", room)
    const wrong = [
      good.replace(/&checksum=.*/, ""),
      good.replace("/create?", "/end?"),
      good.replace("room-1", "room-2"),
    ]
    for (const address of wrong) {
      const refused = await get(address)
      expect(refused.status).toBe(200)
      expect([refused.one("returncode"), refused.one("messageKey")]).toEqual(["FAILED", "checksumError"])
    }
    expect(server.meetings.all()).toEqual([])
  })

  test("is refused with an algorithm that the server was told not to support", async () => {
    await server.close()
    server = await startBigBlueButton({ clock: () => now, checksums: ["sha256"] })
    expect((await get(signed("create", room, "sha1"))).one("messageKey")).toBe("checksumError")
    expect((await get(signed("create", room, "sha256"))).one("returncode")).toBe("SUCCESS")
  })

  test("may come as a POST, with the checksum over its body or over nothing", async () => {
    const sorted = new URLSearchParams({ meetingID: "room-1", name: "Weekly" })
    for (const over of [sorted.toString(), ""]) {
      const checksum = createHash("sha1").update(`create${over}${bigBlueButtonSecret}`).digest("hex")
      const body = new URLSearchParams([...sorted, ["checksum", checksum]])
      const answer = await fetch(`${server.url}api/create`, { method: "POST", body })
      expect(await answer.text()).toContain("<returncode>SUCCESS</returncode>")
    }
  })

  test("that there is not is unsupported", async () => {
    expect((await call("createRoom", room)).one("messageKey")).toBe("unsupportedRequest")
  })
})

describe("create", () => {
  test("answers with what the documents show", async () => {
    const made = await call("create", { ...room, duration: "60", "meta_bbb-Origin": "kalends" })
    expect(made.headers.get("content-type")).toContain("text/xml")
    expect(made.one("meetingID")).toBe("room-1")
    expect(made.one("createTime")).toBe(String(now.epochMilliseconds))
    expect(made.one("createDate")).toBe("Mon Nov 23 09:00:00 UTC 2026")
    expect(made.one("internalMeetingID")).toBe(
      `${createHash("sha1").update("room-1").digest("hex")}-${now.epochMilliseconds}`,
    )
    expect([made.one("attendeePW"), made.one("moderatorPW"), made.one("duration")]).toEqual(["ap", "mp", "60"])
    const told = await call("getMeetingInfo", { meetingID: "room-1" })
    expect(told.one("meetingName")).toBe("Weekly &amp; more")
    expect(told.one("bbb-origin")).toBe("kalends")
  })

  test("may be asked again, with a warning and the same time of creation", async () => {
    const first = await call("create", room)
    now = now.add({ seconds: 30 })
    const again = await call("create", room)
    expect([again.one("returncode"), again.one("messageKey")]).toEqual(["SUCCESS", "duplicateWarning"])
    expect(again.one("createTime")).toBe(first.one("createTime"))
    expect((await call("create", { meetingID: "room-1", name: "Weekly" })).one("messageKey")).toBe("duplicateWarning")
    expect(server.calls.count("create", "room-1")).toBe(3)
  })

  test("with other passwords finds the id taken", async () => {
    await call("create", room)
    const taken = await call("create", { ...room, moderatorPW: "other" })
    expect([taken.one("returncode"), taken.one("messageKey")]).toEqual(["FAILED", "idNotUnique"])
  })

  test("makes passwords up when none are given", async () => {
    const made = await call("create", { meetingID: "room-1", name: "Weekly" })
    expect(made.one("attendeePW")).toHaveLength(8)
    expect(made.one("attendeePW")).not.toBe(made.one("moderatorPW"))
  })

  test.each([
    [{ meetingID: "" }, "missingParamMeetingID"],
    [{ meetingID: "a,b" }, "validationError"],
    [{ meetingID: "x" }, "validationError"],
    [{ meetingID: "x".repeat(257) }, "validationError"],
    [{ name: "" }, "missingParamName"],
    [{ name: "x" }, "validationError"],
    [{ attendeePW: "x" }, "validationError"],
    [{ duration: "an hour" }, "validationError"],
  ])("is refused with %o", async (wrong, key) => {
    expect((await call("create", { ...room, ...wrong })).one("messageKey")).toBe(key)
  })
})

describe("join", () => {
  const person = { meetingID: "room-1", fullName: "Ada" }

  test.each([
    [{ password: "mp" }, "MODERATOR"],
    [{ password: "ap" }, "VIEWER"],
    [{ role: "moderator" }, "MODERATOR"],
    [{ role: "VIEWER", password: "mp" }, "VIEWER"],
  ])("with %o makes a %s and the meeting run", async (by, role) => {
    await call("create", room)
    expect((await call("isMeetingRunning", { meetingID: "room-1" })).one("running")).toBe("false")
    const led = await call("join", { ...person, ...by, userID: "ada" })
    expect(led.status).toBe(302)
    expect(led.headers.get("location")).toMatch(/\/html5client\/\?sessionToken=/)
    expect((await call("isMeetingRunning", { meetingID: "room-1" })).one("running")).toBe("true")
    const told = await call("getMeetingInfo", { meetingID: "room-1" })
    expect([told.one("userID"), told.one("fullName"), told.one("role")]).toEqual(["ada", "Ada", role])
    expect(told.one("participantCount")).toBe("1")
  })

  test("without being led answers in XML", async () => {
    await call("create", room)
    const told = await call("join", { ...person, role: "VIEWER", redirect: "false" })
    expect(told.one("messageKey")).toBe("successfullyJoined")
    expect(told.one("url")).toContain(told.one("session_token"))
  })

  test.each([
    [{ meetingID: "room-2" }, "notFound"],
    [{ password: "wrong" }, "invalidPassword"],
    [{ fullName: " " }, "missingParamFullName"],
    [{ createTime: "1" }, "mismatchCreateTimeParam"],
  ])("is refused with %o, here or at the logout address", async (wrong, key) => {
    await call("create", room)
    const params = { ...person, password: "ap", ...wrong }
    expect((await call("join", { ...params, redirect: "false" })).one("messageKey")).toBe(key)
    const led = await call("join", params)
    expect(led.status).toBe(302)
    expect(new URL(led.headers.get("location") ?? "").searchParams.get("errors")).toContain(key)
  })

  test("to the same time of creation lets nobody into a later meeting of the same id", async () => {
    const { one } = await call("create", room)
    const link = signed("join", { ...person, role: "VIEWER", redirect: "false", createTime: one("createTime") ?? "" })
    expect((await get(link)).one("returncode")).toBe("SUCCESS")
    await call("end", { meetingID: "room-1" })
    now = now.add({ minutes: 2 })
    await call("create", room)
    expect((await get(link)).one("messageKey")).toBe("mismatchCreateTimeParam")
  })

  test("is for no more people than the meeting takes", async () => {
    await call("create", { ...room, maxParticipants: "1" })
    await call("join", { ...person, role: "VIEWER" })
    const full = await call("join", { ...person, role: "VIEWER", redirect: "false" })
    expect(full.one("messageKey")).toBe("maxParticipantsReached")
  })

  test("is no POST", async () => {
    await call("create", room)
    const address = signed("join", { ...person, role: "VIEWER" })
    const answer = await fetch(address, { method: "POST", redirect: "manual" })
    expect(await answer.text()).toContain("unsupportedRequest")
  })
})

describe("a meeting is forgotten", () => {
  const isKnown = async () => (await call("getMeetingInfo", { meetingID: "room-1" })).one("returncode") === "SUCCESS"
  const join = () => call("join", { meetingID: "room-1", fullName: "Ada", userID: "ada", role: "VIEWER" })

  test("five minutes after its creation when nobody came, or when it says so itself", async () => {
    await call("create", room)
    now = now.add({ minutes: 4 })
    expect(await isKnown()).toBe(true)
    now = now.add({ minutes: 1 })
    expect((await call("getMeetingInfo", { meetingID: "room-1" })).one("messageKey")).toBe("notFound")
    await call("create", { ...room, meetingExpireIfNoUserJoinedInMinutes: "60" })
    now = now.add({ minutes: 59 })
    expect(await isKnown()).toBe(true)
  })

  test("a minute after the last one left, and not while somebody is in it", async () => {
    await call("create", room)
    await join()
    now = now.add({ hours: 5 })
    const meeting = server.meetings.find("room-1")
    if (meeting === null) throw new Error("forgotten too early")
    server.meetings.leave(meeting, "ada")
    expect(await isKnown()).toBe(true)
    now = now.add({ minutes: 1 })
    expect(await isKnown()).toBe(false)
  })

  test("when its duration is over, whoever is in it", async () => {
    await call("create", { ...room, duration: "30" })
    await join()
    now = now.add({ minutes: 30 })
    expect(await isKnown()).toBe(false)
  })

  test("a minute after its end, in which nobody comes in", async () => {
    await call("create", room)
    await join()
    const ended = await call("end", { meetingID: "room-1" })
    expect([ended.one("returncode"), ended.one("messageKey")]).toEqual(["SUCCESS", "sentEndMeetingRequest"])
    expect((await call("getMeetingInfo", { meetingID: "room-1" })).one("hasBeenForciblyEnded")).toBe("true")
    const late = { meetingID: "room-1", fullName: "Bob", role: "VIEWER", redirect: "false" }
    expect((await call("join", late)).one("messageKey")).toBe("meetingForciblyEnded")
    now = now.add({ minutes: 1 })
    expect((await call("end", { meetingID: "room-1" })).one("messageKey")).toBe("notFound")
    expect((await call("isMeetingRunning", { meetingID: "room-1" })).one("running")).toBe("false")
  })

  test("and its id used again makes another one", async () => {
    const first = await call("create", room)
    await call("end", { meetingID: "room-1" })
    now = now.add({ seconds: 1 })
    const second = await call("create", { ...room, moderatorPW: "other" })
    expect(second.one("returncode")).toBe("SUCCESS")
    expect(second.one("internalMeetingID")).not.toBe(first.one("internalMeetingID"))
  })
})

describe("getMeetings", () => {
  test("tells all, and says when there are none", async () => {
    const none = await call("getMeetings")
    expect([none.one("returncode"), none.one("messageKey")]).toEqual(["SUCCESS", "noMeetings"])
    await call("create", room)
    await call("create", { ...room, meetingID: "room-2" })
    expect((await call("getMeetings")).all("meetingID")).toEqual(["room-1", "room-2"])
  })
})

describe("faults", () => {
  test("are answered by what stands before the API", async () => {
    server.knobs.throttleNext = 1
    server.knobs.throttleRetryAfterSeconds = 7
    const throttled = await call("getMeetings")
    expect([throttled.status, throttled.headers.get("retry-after")]).toEqual([429, "7"])
    server.knobs.throttleNext = 1
    server.knobs.throttleRetryAfterSeconds = null
    expect((await call("getMeetings")).headers.get("retry-after")).toBeNull()
    server.knobs.failNext = 1
    expect((await call("getMeetings")).status).toBe(500)
    server.knobs.isDown = true
    expect((await call("getMeetings")).status).toBe(503)
    expect(server.calls.count("getMeetings")).toBe(4)
  })

  test("lose the answer to what was done", async () => {
    server.knobs.cutNext = 1
    await expect(call("create", room)).rejects.toThrow()
    expect(server.meetings.find("room-1")?.name).toBe("Weekly & more")
    expect((await call("create", room)).one("messageKey")).toBe("duplicateWarning")
  })
})
