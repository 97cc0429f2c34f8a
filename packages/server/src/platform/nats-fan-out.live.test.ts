import { parseAccountId, parseCalendarId } from "@kalends/domain/ids"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { findOptionalServer, type RunningServer, startNats } from "../../../../tools/optional-server.ts"
import type { Hint } from "../ports/fan-out.ts"
import { seededRandom } from "../testing/seeded-random.ts"
import { createNatsFanOut } from "./nats-fan-out.ts"
import { fanOutRules } from "./testing/fan-out-rules.ts"

const isInstalled = findOptionalServer("nats-server") !== null

describe.skipIf(!isInstalled)("over NATS", () => {
  let nats: RunningServer
  beforeAll(async () => {
    nats = await startNats()
  })
  afterAll(() => nats.stop())

  fanOutRules(() => createNatsFanOut(nats.url))

  test("what comes over the wire and is no hint is passed over", async () => {
    const { connect } = await import("@nats-io/transport-node")
    const raw = await connect({ servers: nats.url })
    const fanOut = await createNatsFanOut(nats.url)
    const random = seededRandom(4)
    const topic = {
      kind: "calendar",
      accountId: parseAccountId(random.uuid()),
      calendarId: parseCalendarId(random.uuid()),
    } as const
    const got: Hint[] = []
    fanOut.listen(topic, (hint) => got.push(hint))
    const subject = `kalends.hint.${topic.accountId}.calendar.${topic.calendarId}`
    const good = { kind: "calendar-changed", calendarId: topic.calendarId, watermarkMs: 1, announcedAtMs: null }
    const publish = () => {
      for (const text of [
        "",
        "{",
        "null",
        '{"kind":"calendar-changed"}',
        '{"kind":"calendar-changed","calendarId":"x\\n"}',
      ])
        raw.publish(subject, text)
      raw.publish(subject, JSON.stringify(good))
      return got.length
    }
    await expect.poll(publish).toBeGreaterThan(0)
    expect(new Set(got.map((hint) => JSON.stringify(hint)))).toEqual(new Set([JSON.stringify(good)]))
    await raw.close()
    await fanOut.close()
  })
})

describe.skipIf(!isInstalled)("when NATS goes away", () => {
  test("says so, and tells every calendar's listeners that they may have missed something once it is back", async () => {
    const first = await startNats()
    const fanOut = await createNatsFanOut(first.url)
    const random = seededRandom(4)
    const topic = {
      kind: "calendar",
      accountId: parseAccountId(random.uuid()),
      calendarId: parseCalendarId(random.uuid()),
    } as const
    const got: Hint[] = []
    fanOut.listen(topic, (hint) => got.push(hint))
    await first.stop()
    await expect.poll(() => fanOut.isConnected).toBe(false)
    const again = await startNats(Number(new URL(first.url).port))
    await expect.poll(() => fanOut.isConnected).toBe(true)
    expect(got).toMatchObject([{ kind: "calendar-changed", calendarId: topic.calendarId, announcedAtMs: null }])
    await fanOut.close()
    await again.stop()
  })
})
