import { describe, expect, test } from "vitest"
import { hookRequestOf, hookWorld } from "../testing/hook-world.ts"
import type { HookSubject } from "./hook-secret.ts"

const accepted = { kind: "accepted" }

function world() {
  const all = hookWorld()
  const { secrets, receiver, jobs, hints } = all
  let number = 0
  return {
    ...all,
    notice: (subject: HookSubject, kind: "changed" | "missed" | "reauthorize" | "removed" | "armed" = "changed") => ({
      secret: secrets.write(subject),
      kind,
      fingerprint: String(++number),
    }),
    send: (
      ...notices: {
        secret: string
        kind: "changed" | "missed" | "reauthorize" | "removed" | "armed"
        fingerprint: string
      }[]
    ) => receiver.receive("memory", hookRequestOf(notices)),
    see: () => ({ jobs: jobs.splice(0).map(({ kind }) => kind), hints: hints.splice(0).length }),
  }
}

describe("the receiver", () => {
  test("makes a genuine notice's calendar due and tells its clients", async () => {
    const { subject, notice, send, jobs, hints, clock } = world()
    const one = subject()
    const noticedAtMs = clock.now().epochMilliseconds
    expect(await send(notice(one))).toEqual(accepted)
    const { accountId, calendarId } = one
    expect(jobs).toEqual([{ kind: "pass", accountId, calendarId, noticedAtMs }])
    expect(hints).toEqual([{ kind: "calendar-changed", calendarId, watermarkMs: noticedAtMs, announcedAtMs: null }])
  })

  test("answers alike and does nothing for what is forged, unknown, armed, replayed or cannot be read", async () => {
    const { subject, notice, send, see, receiver } = world()
    const genuine = notice(subject())
    await send(genuine)
    see()
    const forged = {
      ...notice(subject()),
      secret: `${genuine.secret.slice(0, -1)}${genuine.secret.endsWith("A") ? "B" : "A"}`,
    }
    const answers = [
      await send(forged),
      await send({ ...forged, secret: "" }),
      await send(genuine),
      await send(notice(subject(), "armed")),
      await send(),
      await receiver.receive("nobody", hookRequestOf([notice(subject())])),
      await receiver.receive("memory", { ...hookRequestOf([]), body: Buffer.from("no list") }),
    ]
    expect(answers).toEqual(answers.map(() => accepted))
    expect(see()).toEqual({ jobs: [], hints: 0 })
  })

  test("of a body with the items of many tenants, only the genuine ones do something", async () => {
    const { subject, notice, send, see, metrics } = world()
    const replayed = notice(subject())
    await send(replayed)
    see()
    await send(
      notice(subject()),
      { ...notice(subject()), secret: "x".repeat(97) },
      replayed,
      notice(subject()),
      notice(subject(), "armed"),
    )
    expect(see()).toEqual({ jobs: ["pass", "pass"], hints: 2 })
    const outcomes = ["accepted", "forged", "replayed", "armed"].map((outcome) =>
      metrics.counts.get(`hook_notices_total memory ${outcome}`),
    )
    expect(outcomes).toEqual([3, 1, 1, 1])
  })

  test("what the provider lost, ended or wants renewed leads to a look at the calendar, the latter two at the subscription too", async () => {
    const { subject, notice, send, see } = world()
    await send(notice(subject(), "missed"))
    expect(see().jobs).toEqual(["pass"])
    for (const kind of ["removed", "reauthorize"] as const) {
      await send(notice(subject(), kind))
      expect(see().jobs).toEqual(["pass", "subscribe"])
    }
  })

  test("refuses when nothing could be made durable, tells nobody, and takes the provider's second try", async () => {
    const { subject, notice, send, see, state } = world()
    const one = notice(subject())
    state.isFailing = true
    await expect(send(one)).rejects.toThrow("away")
    expect(see()).toEqual({ jobs: [], hints: 0 })
    state.isFailing = false
    expect(await send(one)).toEqual(accepted)
    expect(see()).toEqual({ jobs: ["pass"], hints: 1 })
  })

  test("gives a handshake's text back and does nothing else", async () => {
    const { receiver, see } = world()
    expect(await receiver.receive("memory", { ...hookRequestOf([]), query: { hello: "token 1" } })).toEqual({
      kind: "handshake",
      text: "token 1",
    })
    expect(see()).toEqual({ jobs: [], hints: 0 })
  })

  test("remembers the last 50,000 deliveries at least", async () => {
    const { subject, notice, send, see } = world()
    const one = subject()
    const first = notice(one)
    await send(first)
    for (let batch = 0; batch < 49; batch++) await send(...Array.from({ length: 1000 }, () => notice(one)))
    see()
    await send(first)
    expect(see().jobs).toEqual([])
  })
})
