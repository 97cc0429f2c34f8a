import { expect, test } from "vitest"
import { type Asked, scriptedPlatform, settled } from "./testing/scripted-platform.ts"
import { pairTool } from "./tool-pairing.ts"

const meetingId = "0198c6f0-0000-7000-8000-000000000001"

function world() {
  const says = { state: "waiting" as "waiting" | "connected" | "over" | "away" }
  const over = () =>
    Response.json(
      { type: "about:blank", title: "Over", status: 401, kind: "auth-expired", code: "pairing-over" },
      { status: 401 },
    )
  const scripted = scriptedPlatform(({ method, url }: Asked) => {
    const path = `${method} ${new URL(url).pathname}`
    if (path === "POST /v1/tools/sessions/code")
      return Response.json({
        ...{ code: "ABCD2345", token: "the-token", pollSeconds: 3 },
        ...{ expiresAt: "2026-11-23T09:10:00Z", now: "2026-11-23T09:00:00Z" },
      })
    if (says.state === "away") return new Response("no", { status: 500 })
    if (says.state === "over") return over()
    if (path === "GET /v1/tools/sessions/code") return Response.json({ state: says.state })
    return new Response(null, { status: 204 })
  })
  const codes: string[] = []
  const stop = new AbortController()
  const paired = pairTool({
    ...{ service: "https://kalends.example", deviceName: "Desktop agent", platform: scripted.platform },
    ...{ onCode: (code: string) => void codes.push(code), signal: stop.signal },
  })
  paired.catch(() => {})
  return { ...scripted, says, codes, stop, paired }
}

test("a code is shown, and asked after until somebody has typed it; calls are made with its token then", async () => {
  const here = world()
  await here.advance(7)
  expect(here.codes).toEqual(["ABCD2345"])
  here.says.state = "connected"
  await here.advance(3)
  const { tools, signOut } = await here.paired
  await tools.remove(meetingId)
  await signOut()
  expect(here.asked.map(({ method, url, headers }) => [method, new URL(url).pathname, headers.authorization])).toEqual([
    ["POST", "/v1/tools/sessions/code", undefined],
    ...Array.from({ length: 3 }, () => ["GET", "/v1/tools/sessions/code", "Bearer the-token"]),
    ["DELETE", `/v1/tools/meetings/${meetingId}`, "Bearer the-token"],
    ["DELETE", "/v1/sessions/current", "Bearer the-token"],
  ])
  expect(here.left().timers).toBe(0)
})

test("a service that is away for a moment ends nothing; a code that is over does", async () => {
  const here = world()
  here.says.state = "away"
  await here.advance(10)
  here.says.state = "over"
  await here.advance(3)
  await expect(here.paired).rejects.toMatchObject({ code: "pairing-over" })
  expect(here.left().timers).toBe(0)
})

test("a session that is over is told once, and its token forgotten", async () => {
  const here = world()
  here.says.state = "connected"
  await here.advance(3)
  const { tools, over } = await here.paired
  here.says.state = "over"
  await expect(tools.remove(meetingId)).rejects.toMatchObject({ kind: "auth-expired" })
  await over
  await tools.remove(meetingId).catch(() => {})
  expect(here.asked.at(-1)?.headers.authorization).toBeUndefined()
})

test("who gives up waiting leaves no timer", async () => {
  const here = world()
  await settled()
  here.stop.abort(new Error("stopped"))
  await expect(here.paired).rejects.toThrow("stopped")
  expect(here.left().timers).toBe(0)
})
