import { parseMeetingId } from "@kalends/domain/ids"
import { describe, expect, test } from "vitest"
import type { MeetingRow } from "../ports/meeting-tables.ts"
import type { Store } from "../ports/store.ts"
import { createMemoryStore } from "../testing/memory-store.ts"
import { useDatabase } from "../testing/postgres.ts"
import { sampleRows } from "../testing/rows.ts"
import { createStore } from "./store.ts"

const database = useDatabase()
const code = "a".repeat(24)
const early = Temporal.Instant.from("2026-11-23T09:00:00Z")

/** A meeting in an account of its own, with the same name at the service as all the others. */
async function insertMeeting(store: Store, seed: number, createdAt: Temporal.Instant): Promise<MeetingRow> {
  const { account, user } = sampleRows(seed)
  const row: MeetingRow = {
    ...{ accountId: account.accountId, userId: user.userId, backend: "memory", backendId: code, state: "live" },
    ...{ meetingId: parseMeetingId(`00000000-0000-4000-8000-00000000000${seed}`), key: "1".repeat(32), revision: 1 },
    ...{
      isRecurring: false,
      scheduledUntil: null,
      lastStartedAt: null,
      templateId: null,
      givenUpAt: null,
      settlingUntil: null,
      createdAt,
      reviewAt: createdAt,
    },
  }
  await store.asSystem((tables) => tables.insertAccount(account))
  await store.inAccount(account.accountId, async (tables) => {
    await tables.insertUser(user)
    await tables.meetings.insertMeeting(row)
  })
  return row
}

describe.each(["PostgreSQL", "memory"])("meetings by their service's name, in %s", (kind) => {
  test("are found in whichever account they are, of several the first made", async () => {
    const store = kind === "memory" ? createMemoryStore() : createStore(database())
    const find = (backend: string, name: string) =>
      store.asSystem((tables) => tables.findMeetingByBackend(backend, name))
    expect(await find("memory", code)).toBeNull()
    const later = await insertMeeting(store, 1, early.add({ seconds: 1 }))
    expect((await find("memory", code))?.meetingId).toBe(later.meetingId)
    const first = await insertMeeting(store, 2, early)
    expect(await find("memory", code)).toMatchObject({ meetingId: first.meetingId, accountId: first.accountId })
    expect(await find("other", code)).toBeNull()
    expect(await find("memory", "b".repeat(24))).toBeNull()
  })
})

describe.each(["PostgreSQL", "memory"])("a meeting that is brought in step, in %s", (kind) => {
  test("is one worker's alone until that one lets go, or its time is over", async () => {
    const store = kind === "memory" ? createMemoryStore() : createStore(database())
    const { accountId, meetingId } = await insertMeeting(store, 3, early)
    const until = (minutes: number) => early.add({ minutes })
    const take = (atMinute: number, untilMinute: number) =>
      store.inAccount(accountId, (tables) =>
        tables.meetings.takeMeeting(meetingId, { now: until(atMinute), until: until(untilMinute) }),
      )
    const letGo = (untilMinute: number) =>
      store.inAccount(accountId, (tables) => tables.meetings.letGoOfMeeting(meetingId, until(untilMinute)))
    const atOnce = await Promise.all([take(0, 2), take(0, 2)])
    expect(atOnce.sort()).toEqual([false, true])
    await letGo(2)
    expect(await take(1, 3)).toBe(true)
    expect(await take(3, 5)).toBe(true)
    await letGo(3)
    expect(await take(4, 6)).toBe(false)
    await store.asSystem((tables) => tables.letGoOfMeetings())
    expect(await take(4, 6)).toBe(true)
  })
})
