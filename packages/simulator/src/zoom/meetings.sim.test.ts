import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { startZoom, type Zoom } from "./zoom.ts"

// The double against the words of Zoom's documents, in plain HTTP.

let now: Temporal.Instant
let zoom: Zoom
let bearer: string

beforeEach(async () => {
  now = Temporal.Instant.from("2026-10-05T03:00:00Z")
  zoom = await startZoom({ clock: () => now })
  zoom.account.addUser("ada@northwind.example", "Asia/Seoul")
  bearer = zoom.tokens.newToken()
})
afterEach(() => zoom.close())

type Answer = { readonly status: number; readonly headers: Headers; readonly body: Record<string, unknown> }

async function call(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${zoom.baseUrls.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, body: text === "" ? {} : JSON.parse(text) }
}

const create = (body: object) => call("POST", "/users/ada@northwind.example/meetings", body)
const lesson = {
  topic: "Lesson",
  type: 8,
  start_time: "2026-10-12T16:00:00",
  duration: 40,
  timezone: "Asia/Seoul",
  recurrence: { type: 2, weekly_days: "2,4", end_times: 4 },
}
const occurrences = (answer: Answer) =>
  (answer.body.occurrences as { occurrence_id: string; start_time: string; duration: number; status: string }[]).map(
    ({ occurrence_id, start_time, duration, status }) => `${occurrence_id} ${start_time} ${duration} ${status}`,
  )

describe("a scheduled meeting", () => {
  test("is made with an id, a link and the host's zone, and read as it was made", async () => {
    const made = await create({ topic: "Review", type: 2, start_time: "2026-10-12T07:00:00Z", duration: 30 })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      topic: "Review",
      type: 2,
      status: "waiting",
      start_time: "2026-10-12T07:00:00Z",
      duration: 30,
      timezone: "Asia/Seoul",
      host_email: "ada@northwind.example",
    })
    expect(made.body.id).toBeGreaterThan(2 ** 32)
    expect(made.body.join_url).toMatch(/^https:\/\/us05web\.zoom\.us\/j\/\d{11}\?pwd=\S+\.1$/)
    expect((await call("GET", `/meetings/${made.body.id}`)).body).toEqual(made.body)
  })

  test("takes a start without Z as wall clock in its zone", async () => {
    const made = await create({ start_time: "2026-10-12T16:00:00", timezone: "Asia/Seoul" })
    expect(made.body.start_time).toBe("2026-10-12T07:00:00Z")
  })

  test("without a start is an instant one", async () => {
    const made = await create({ topic: "Now" })
    expect(made.body.type).toBe(1)
    expect(made.body).not.toHaveProperty("start_time")
  })

  test("is changed in what is named; a start in the past is ignored", async () => {
    const { id } = (await create({ topic: "Review", start_time: "2026-10-12T07:00:00Z" })).body
    expect((await call("PATCH", `/meetings/${id}`, { topic: "Audit", settings: { waiting_room: false } })).status).toBe(
      204,
    )
    await call("PATCH", `/meetings/${id}`, { start_time: "2026-10-01T07:00:00Z" })
    const read = await call("GET", `/meetings/${id}`)
    expect(read.body).toMatchObject({ topic: "Audit", start_time: "2026-10-12T07:00:00Z" })
    expect(read.body.settings).toMatchObject({ waiting_room: false, audio: "both" })
    await call("PATCH", `/meetings/${id}`, { start_time: "2026-10-13T07:00:00Z" })
    expect((await call("GET", `/meetings/${id}`)).body.start_time).toBe("2026-10-13T07:00:00Z")
  })

  test("is gone once it is deleted, with the answer that a real account gave", async () => {
    const { id } = (await create({ start_time: "2026-10-12T07:00:00Z" })).body
    expect((await call("DELETE", `/meetings/${id}`)).status).toBe(204)
    const gone = await call("DELETE", `/meetings/${id}`)
    expect(gone.status).toBe(404)
    expect(gone.body).toEqual({ code: 3001, message: `Meeting does not exist: ${id}.` })
  })

  test("comes back within seven days of its deletion and not later", async () => {
    const { id } = (await create({ start_time: "2026-10-30T07:00:00Z" })).body
    await call("DELETE", `/meetings/${id}`)
    expect((await call("PUT", `/meetings/${id}/status`, { action: "recover" })).status).toBe(204)
    expect((await call("GET", `/meetings/${id}`)).status).toBe(200)
    await call("DELETE", `/meetings/${id}`)
    now = now.add({ hours: 7 * 24 + 1 })
    bearer = zoom.tokens.newToken()
    expect((await call("PUT", `/meetings/${id}/status`, { action: "recover" })).status).toBe(404)
  })

  test.each([
    [{ start_time: "tomorrow" }, "start_time"],
    [{ start_time: "2026-10-12T16:00:00+09:00" }, "start_time"],
    [{ timezone: "Seoul" }, "timezone"],
    [{ duration: 0 }, "duration"],
    [{ duration: "30" }, "duration"],
    [{ topic: "x".repeat(201) }, "topic"],
    [{ agenda: "x".repeat(2_001) }, "agenda"],
    [{ password: "12345678901" }, "password"],
    [{ type: 4 }, "type"],
  ])("is refused with %o", async (wrong, field) => {
    const refused = await create({ start_time: "2026-10-12T07:00:00Z", ...wrong })
    expect(refused.status).toBe(400)
    expect(refused.body).toEqual({
      code: 300,
      message: "Validation Failed.",
      errors: [{ field, message: "Invalid field." }],
    })
  })
})

describe("a series", () => {
  test("is made, moved and cut in single occurrences as a real account did it on 2026-10-05", async () => {
    const made = await create(lesson)
    expect(made.body).not.toHaveProperty("start_time")
    expect(occurrences(made)).toEqual([
      "1791788400000 2026-10-12T07:00:00Z 40 available",
      "1791961200000 2026-10-14T07:00:00Z 40 available",
      "1792393200000 2026-10-19T07:00:00Z 40 available",
      "1792566000000 2026-10-21T07:00:00Z 40 available",
    ])
    const { id } = made.body
    await call("PATCH", `/meetings/${id}?occurrence_id=1791961200000`, { start_time: "2026-10-14T08:00:00Z" })
    await call("DELETE", `/meetings/${id}?occurrence_id=1792393200000`)
    await call("PATCH", `/meetings/${id}`, { topic: "Lesson" })
    expect(occurrences(await call("GET", `/meetings/${id}`))).toEqual([
      "1791788400000 2026-10-12T07:00:00Z 40 available",
      "1791961200000 2026-10-14T08:00:00Z 40 available",
      "1792393200000 2026-10-19T07:00:00Z 40 deleted",
      "1792566000000 2026-10-21T07:00:00Z 40 available",
    ])
  })

  test("shows one occurrence with what is its own", async () => {
    const { id } = (await create(lesson)).body
    await call("PATCH", `/meetings/${id}?occurrence_id=1791961200000`, {
      topic: "Ignored",
      agenda: "Chapter two",
      duration: 60,
      settings: { waiting_room: false, audio: "voip" },
    })
    const one = await call("GET", `/meetings/${id}?occurrence_id=1791961200000`)
    expect(one.body).toMatchObject({
      topic: "Lesson",
      agenda: "Chapter two",
      start_time: "2026-10-14T07:00:00Z",
      duration: 60,
      settings: { waiting_room: false, audio: "both" },
    })
    expect(one.body).not.toHaveProperty("occurrences")
  })

  test("knows no occurrence that was deleted or never was", async () => {
    const { id } = (await create(lesson)).body
    await call("DELETE", `/meetings/${id}?occurrence_id=1792393200000`)
    for (const wrong of ["1792393200000", "1"]) {
      const refused = await call("DELETE", `/meetings/${id}?occurrence_id=${wrong}`)
      expect(refused.status).toBe(400)
      expect(refused.body.code).toBe(300)
    }
  })

  test("is changed whole with a recurrence and a start to come, and not otherwise", async () => {
    const { id } = (await create(lesson)).body
    const monthly = { type: 3, monthly_day: 2, end_times: 2 }
    expect((await call("PATCH", `/meetings/${id}`, { start_time: "2026-11-02T07:00:00Z" })).status).toBe(400)
    await call("PATCH", `/meetings/${id}`, { recurrence: monthly })
    expect((await call("GET", `/meetings/${id}`)).body.recurrence).toMatchObject({ type: 2, weekly_days: "2,4" })
    await call("PATCH", `/meetings/${id}`, { recurrence: monthly, start_time: "2026-11-02T16:00:00" })
    expect(occurrences(await call("GET", `/meetings/${id}`))).toEqual([
      "1793602800000 2026-11-02T07:00:00Z 40 available",
      "1796194800000 2026-12-02T07:00:00Z 40 available",
    ])
  })

  test("keeps what has begun when it is changed, and shows it when asked for what has been", async () => {
    const { id } = (await create(lesson)).body
    now = Temporal.Instant.from("2026-10-15T00:00:00Z")
    bearer = zoom.tokens.newToken()
    const recurrence = { type: 1, end_times: 1 }
    await call("PATCH", `/meetings/${id}`, { recurrence, start_time: "2026-10-20T07:00:00Z" })
    expect(occurrences(await call("GET", `/meetings/${id}`))).toEqual([
      "1792479600000 2026-10-20T07:00:00Z 40 available",
    ])
    const all = await call("GET", `/meetings/${id}?show_previous_occurrences=true`)
    expect(occurrences(all)).toHaveLength(3)
  })

  test("becomes a single meeting and comes back", async () => {
    const { id } = (await create(lesson)).body
    await call("PATCH", `/meetings/${id}`, { type: 2, start_time: "2026-10-12T07:00:00Z" })
    const single = await call("GET", `/meetings/${id}`)
    expect(single.body).toMatchObject({ type: 2, start_time: "2026-10-12T07:00:00Z" })
    expect(single.body).not.toHaveProperty("occurrences")
    expect((await call("PATCH", `/meetings/${id}`, { type: 8 })).status).toBe(400)
    await call("PATCH", `/meetings/${id}`, { type: 8, recurrence: lesson.recurrence })
    expect(occurrences(await call("GET", `/meetings/${id}`))).toHaveLength(4)
  })

  test("without a fixed time has no times", async () => {
    const made = await create({ type: 3, start_time: "2026-10-12T07:00:00Z" })
    expect(made.body).toMatchObject({ type: 3 })
    expect(made.body).not.toHaveProperty("start_time")
    expect(made.body).not.toHaveProperty("occurrences")
  })

  test.each([
    [{ recurrence: { type: 1, end_times: 61 } }, "recurrence.end_times"],
    [{ recurrence: undefined }, "recurrence"],
    [{ start_time: undefined }, "start_time"],
  ])("is refused with %o", async (wrong, field) => {
    const refused = await create({ ...lesson, ...wrong })
    expect(refused.body).toMatchObject({ code: 300, errors: [{ field }] })
  })
})

describe("an id lives", () => {
  const days = (count: number) => ({ hours: count * 24 })
  const isThere = async (id: unknown) => {
    bearer = zoom.tokens.newToken()
    return (await call("GET", `/meetings/${id}`)).status === 200
  }

  test("thirty days from a one-off meeting's date, or its last start", async () => {
    const { id } = (await create({ start_time: "2026-10-12T07:00:00Z" })).body
    now = Temporal.Instant.from("2026-10-12T07:00:00Z").add(days(30))
    expect(await isThere(id)).toBe(true)
    const meeting = zoom.account.find(String(id))
    if (meeting === null) throw new Error("no meeting")
    zoom.account.start(meeting)
    zoom.account.finish(meeting)
    now = now.add(days(30))
    expect(await isThere(id)).toBe(true)
    now = now.add({ seconds: 1 })
    expect(await isThere(id)).toBe(false)
    expect((await call("PATCH", `/meetings/${id}`, { topic: "Late" })).body.code).toBe(3001)
  })

  test("a year from a recurring meeting's last start, whatever its occurrences", async () => {
    const { id } = (await create({ ...lesson, recurrence: { type: 3, repeat_interval: 3, end_times: 10 } })).body
    now = now.add(days(365))
    expect(await isThere(id)).toBe(true)
    now = now.add({ seconds: 1 })
    expect(await isThere(id)).toBe(false)
  })

  test("to the end of an instant meeting", async () => {
    const { id } = (await create({ type: 1 })).body
    const meeting = zoom.account.find(String(id))
    if (meeting === null) throw new Error("no meeting")
    zoom.account.start(meeting)
    expect((await call("GET", `/meetings/${id}`)).body.status).toBe("started")
    expect((await call("PUT", `/meetings/${id}/status`, { action: "end" })).status).toBe(204)
    expect(await isThere(id)).toBe(false)
  })
})

describe("the list", () => {
  const ids = (answer: Answer) => (answer.body.meetings as { id: number }[]).map(({ id }) => id)
  const list = (query: string) => call("GET", `/users/me/meetings?${query}`)

  test("comes in pages, of meetings that are neither instant nor expired", async () => {
    const made: unknown[] = []
    for (const day of [12, 13, 14]) made.push((await create({ start_time: `2026-10-${day}T07:00:00Z` })).body.id)
    await create({ type: 1 })
    const first = await list("page_size=2")
    expect(first.body).toMatchObject({ page_size: 2, total_records: 3 })
    const rest = await list(`page_size=2&next_page_token=${first.body.next_page_token}`)
    expect(rest.body.next_page_token).toBe("")
    expect([...ids(first), ...ids(rest)]).toEqual(made)
  })

  test("forgets its place after fifteen minutes", async () => {
    for (const day of [12, 13]) await create({ start_time: `2026-10-${day}T07:00:00Z` })
    const first = await list("page_size=1")
    now = now.add({ minutes: 16 })
    const late = await list(`page_size=1&next_page_token=${first.body.next_page_token}`)
    expect(late.status).toBe(400)
    expect(late.body).toEqual({ code: 300, message: "The next page token is invalid or expired." })
  })

  test("has three hundred to a page at the most", async () => {
    expect((await list("page_size=300")).status).toBe(200)
    expect((await list("page_size=301")).status).toBe(400)
  })

  test("tells a series once, and each of its occurrences among the upcoming", async () => {
    const { id } = (await create(lesson)).body
    await call("DELETE", `/meetings/${id}?occurrence_id=1792393200000`)
    expect(ids(await list("type=scheduled"))).toEqual([id])
    expect(ids(await list("type=upcoming"))).toEqual([id, id, id])
    expect(ids(await list("type=upcoming&from=2026-10-13&to=2026-10-14"))).toEqual([id])
    now = Temporal.Instant.from("2026-10-14T12:00:00Z")
    bearer = zoom.tokens.newToken()
    expect(ids(await list("type=previous_meetings"))).toEqual([id, id])
  })

  test("is of nobody for somebody unknown", async () => {
    const unknown = await call("GET", "/users/nobody@northwind.example/meetings")
    expect(unknown.status).toBe(404)
    expect(unknown.body).toEqual({ code: 1001, message: "User does not exist: nobody@northwind.example." })
  })
})
