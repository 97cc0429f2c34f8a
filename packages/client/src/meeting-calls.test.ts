import { isProblem } from "@kalends/domain/problem"
import { describe, expect, test } from "vitest"
import { openClient } from "./client.ts"
import { type Asked, scriptedPlatform } from "./testing/scripted-platform.ts"

const id = (number: number) => `00000000-0000-4000-8000-00000000000${number}`
const user = {
  userId: id(1),
  accountId: id(2),
  email: "ada@example.org",
  displayName: "Ada",
  role: "user",
  abilities: ["own"],
}
const meeting = (number: number) => ({
  meetingId: id(number),
  state: "live",
  joinUrl: "https://meet.example/x",
  isRecurring: false,
  createdAt: "2026-11-23T09:00:00Z",
  endsAt: null,
  events: [],
})

/** A signed-in client, on a service that answers what a test says. */
async function world(answer: (path: string, asked: Asked) => Response) {
  const scripted = scriptedPlatform((asked) => {
    const { pathname, search } = new URL(asked.url)
    if (pathname === "/v1/sessions")
      return Response.json({ token: "session-of-ada", expiresAt: "2026-12-23T09:00:00Z", user })
    if (pathname === "/v1/connections") return Response.json({ connections: [] })
    return answer(`${asked.method} ${pathname}${search}`, asked)
  })
  const { platform } = scripted
  const client = openClient({ service: "https://kalends.example", zone: "UTC", reach: "browser", platform })
  await client.signIn({ email: "ada@example.org", password: "correct horse", deviceName: "test" })
  return { ...scripted, client }
}

describe("the meetings of whoever is signed in", () => {
  test("are read page by page, with the session's token and nothing in the address", async () => {
    const { client, asked } = await world((path) =>
      path === "GET /v1/meetings"
        ? Response.json({ meetings: [meeting(4)], before: "2026-11-23T09:00:00Z" })
        : Response.json({ meetings: [meeting(5)], before: null }),
    )
    expect((await client.meetings.list()).map(({ meetingId }) => meetingId)).toEqual([id(4), id(5)])
    expect(asked.at(-1)?.url).toBe("https://kalends.example/v1/meetings?before=2026-11-23T09%3A00%3A00Z")
    expect(asked.at(-1)?.headers.authorization).toBe("Bearer session-of-ada")
  })

  test("end somewhere, even where the service's pages do not", async () => {
    const { client } = await world(() => Response.json({ meetings: [meeting(4)], before: "2026-11-23T09:00:00Z" }))
    expect((await client.meetings.list()).length).toBe(10)
  })

  test("are made, changed and cancelled by calls that say what went wrong", async () => {
    const conflict = { type: "about:blank", title: "x", status: 409, kind: "conflict", code: "event-changed" }
    const { client, asked } = await world((path) =>
      path.startsWith("PATCH")
        ? Response.json(conflict, { status: 409 })
        : path.startsWith("DELETE")
          ? new Response(null, { status: 204 })
          : Response.json(meeting(4)),
    )
    const made = await client.meetings.create({ key: "0".repeat(32), subject: "Comets", schedule: {} })
    expect(made.meetingId).toBe(id(4))
    const refused = await client.meetings.change(id(4), { version: "1", subject: "Stars" }).catch((error) => error)
    expect(isProblem(refused, "conflict") && refused.code).toBe("event-changed")
    await client.meetings.cancel(id(4))
    expect(asked.slice(-3).map(({ method, url }) => `${method} ${new URL(url).pathname}`)).toEqual([
      "POST /v1/meetings",
      `PATCH /v1/meetings/${id(4)}`,
      `DELETE /v1/meetings/${id(4)}`,
    ])
  })

  test("are out of reach when the session is over, and the client forgets it", async () => {
    const over = { type: "about:blank", title: "x", status: 401, kind: "auth-expired", code: "signed-out" }
    const { client } = await world(() => Response.json(over, { status: 401 }))
    expect(client.state.phase).toBe("signed-in")
    const refused = await client.meetings.list().catch((error) => error)
    expect(isProblem(refused, "auth-expired")).toBe(true)
    expect(client.state.phase).toBe("signed-out")
  })
})
