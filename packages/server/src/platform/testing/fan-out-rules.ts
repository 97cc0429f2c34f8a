import { parseAccountId, parseCalendarId, parseConnectionId, parseSessionId, parseUserId } from "@kalends/domain/ids"
import { afterEach, describe, expect, test } from "vitest"
import type { FanOut, Hint, Topic } from "../../ports/fan-out.ts"
import { seededRandom } from "../../testing/seeded-random.ts"

/** What every fan-out does. `make` gives one more node of the same cluster; in one process that is the same one. */
export function fanOutRules(make: () => Promise<FanOut>): void {
  const made: FanOut[] = []
  const node = async () => {
    const fanOut = await make()
    made.push(fanOut)
    return fanOut
  }
  afterEach(async () => {
    for (const fanOut of made.splice(0)) await fanOut.close()
  })

  describe("a fan-out", () => {
    test("carries each kind of hint unchanged to whoever listens for its topic, and to nobody else", async () => {
      const [here, there] = [await node(), await node()]
      for (const { topic, other, hint } of examples()) {
        const [got, strayed]: [Hint[], Hint[]] = [[], []]
        there.listen(topic, (heard) => got.push(heard))
        there.listen(other, (heard) => strayed.push(heard))
        await delivered(here, topic, hint, got)
        expect(new Set(got.map((heard) => JSON.stringify(heard)))).toEqual(new Set([JSON.stringify(hint)]))
        expect(strayed).not.toContainEqual(hint)
      }
    })

    test("reaches many listeners of one topic on many nodes, each for itself", async () => {
      const [here, there] = [await node(), await node()]
      const [{ topic, hint }] = examples()
      const got: [Hint[], Hint[], Hint[]] = [[], [], []]
      here.listen(topic, (heard) => got[0].push(heard))
      const unlisten = there.listen(topic, (heard) => got[1].push(heard))
      there.listen(topic, (heard) => got[2].push(heard))
      await delivered(here, topic, hint, got[1])
      await expect.poll(() => got.map(({ length }) => length > 0)).toEqual([true, true, true])
      unlisten()
      const before = got[1].length
      got[2].splice(0)
      await delivered(here, topic, hint, got[2])
      expect(got[1]).toHaveLength(before)
    })

    test("one listener can end while hints arrive, and twice", async () => {
      const fanOut = await node()
      const [{ topic, hint }] = examples()
      const got: Hint[] = []
      const unlisten = fanOut.listen(topic, () => unlisten())
      fanOut.listen(topic, (heard) => got.push(heard))
      await delivered(fanOut, topic, hint, got)
      unlisten()
      await delivered(fanOut, topic, hint, got)
    })

    test("nobody need listen", async () => {
      const [{ topic, hint }] = examples()
      const fanOut = await node()
      fanOut.publish(topic, hint)
      expect(fanOut.isConnected).toBe(true)
    })
  })
}

/** Says it again until it is heard: a node's interest takes a moment to be known to the others. */
async function delivered(from: FanOut, topic: Topic, hint: Hint, got: readonly Hint[]): Promise<void> {
  const before = got.length
  const publish = () => {
    from.publish(topic, hint)
    return got.length
  }
  await expect.poll(publish).toBeGreaterThan(before)
}

function examples(): [{ topic: Topic; other: Topic; hint: Hint }, ...{ topic: Topic; other: Topic; hint: Hint }[]] {
  const random = seededRandom(9)
  const accountId = parseAccountId(random.uuid())
  const [calendarId, otherId] = [parseCalendarId(random.uuid()), parseCalendarId(random.uuid())]
  const [userId, sessionId] = [parseUserId(random.uuid()), parseSessionId(random.uuid())]
  const user: Topic = { kind: "user", accountId, userId }
  const session: Topic = { kind: "session", accountId, sessionId }
  return [
    {
      topic: { kind: "calendar", accountId, calendarId },
      other: { kind: "calendar", accountId, calendarId: otherId },
      hint: { kind: "calendar-changed", calendarId, watermarkMs: 1_795_000_000_000, announcedAtMs: null },
    },
    {
      topic: { kind: "calendar", accountId, calendarId: otherId },
      other: { kind: "calendar", accountId: parseAccountId(random.uuid()), calendarId: otherId },
      hint: { kind: "calendar-changed", calendarId: otherId, watermarkMs: 2, announcedAtMs: 1 },
    },
    {
      topic: user,
      other: session,
      hint: { kind: "connection-changed", connectionId: parseConnectionId(random.uuid()), state: "gone" },
    },
    { topic: session, other: user, hint: { kind: "signed-out" } },
  ]
}
