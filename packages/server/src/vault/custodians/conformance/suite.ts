import { isProblem } from "@kalends/domain/problem"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KeyCustody } from "../../../ports/key-custody.ts"
import { seededRandom } from "../../../testing/seeded-random.ts"

/** What a key service does to us; null where a custodian is not a service. */
export type Faults = {
  /** It answers with trouble of its own, once. */
  fail(): void
  /** The next request is refused for being one too many; how long it asks to wait, where it says so. */
  throttle(): number | null
  /** It answers nobody any more. */
  close(): Promise<void>
  /** It takes its time over every answer. */
  slow(byMs: number): void
  /** It does not let us any more. */
  deny(): void
  /** A new version of the key, where the custodian shows versions. */
  readonly rotate: (() => void) | null
}

export type CustodianWorld = {
  readonly custody: KeyCustody
  /** The same custodian with another key, which can be asked as well. */
  readonly other: KeyCustody
  readonly faults: Faults | null
  readonly now: () => Temporal.Instant
  /** Whatever must not be said. */
  readonly secrets: readonly string[]
  close(): Promise<void>
}

const dataKey = seededRandom(11).bytes(32)
const context = "data-key\naccount 1\n1"

/** What every custodian must do; each test begins with its rule's name in quality.yaml. */
export function describeCustodian(name: string, makeWorld: () => Promise<CustodianWorld>): void {
  describe(`${name} passes conformance of custodians:`, () => {
    let world: CustodianWorld
    beforeEach(async () => {
      world = await makeWorld()
    })
    afterEach(() => world.close())

    const refusal = async (work: Promise<unknown>) => {
      const error = await work.then(
        () => null,
        (thrown: unknown) => thrown,
      )
      if (!isProblem(error)) throw new Error(`no Problem, but ${error}`)
      for (const secret of world.secrets) expect(said(error)).not.toContain(secret)
      return error
    }

    test("wrap-unwrap: a data key comes back as it was, and is not in what is kept", async () => {
      const { custody } = world
      const wrapped = await custody.wrap(dataKey, context)
      expect(Buffer.from(await custody.unwrap(wrapped, context)).equals(dataKey)).toBe(true)
      expect(custody.owns(wrapped.keyId)).toBe(true)
      const kept = Buffer.concat([wrapped.bytes, Buffer.from(Buffer.from(wrapped.bytes).toString("latin1"), "base64")])
      expect(kept.includes(Buffer.from(dataKey))).toBe(false)
      expect(kept.includes(Buffer.from(dataKey).toString("base64"))).toBe(false)
    })

    test("never-the-same: one key wrapped twice is two", async () => {
      const [one, two] = [await world.custody.wrap(dataKey, context), await world.custody.wrap(dataKey, context)]
      expect(Buffer.from(one.bytes).equals(two.bytes)).toBe(false)
    })

    test("wrong-context: is refused", async () => {
      const wrapped = await world.custody.wrap(dataKey, context)
      for (const wrong of ["data-key\naccount 2\n1", "data-key\naccount 1\n2", `${context}\n`])
        expect((await refusal(world.custody.unwrap(wrapped, wrong))).kind).toBe("malformed")
    })

    test("changed-refused: a wrapped key with a flipped bit is refused", async () => {
      const wrapped = await world.custody.wrap(dataKey, context)
      const last = wrapped.bytes.length - 9
      const bytes = Uint8Array.from(wrapped.bytes, (byte, at) => (at === last ? byte ^ 4 : byte))
      expect((await refusal(world.custody.unwrap({ ...wrapped, bytes }, context))).kind).toBe("malformed")
      const short = { ...wrapped, bytes: wrapped.bytes.slice(0, 20) }
      expect((await refusal(world.custody.unwrap(short, context))).kind).toBe("malformed")
    })

    test("wrong-key: what another key wrapped is refused, whatever it is called", async () => {
      const { custody, other } = world
      const [mine, theirs] = [await custody.wrap(dataKey, context), await other.wrap(dataKey, context)]
      expect(mine.keyId).not.toBe(theirs.keyId)
      expect((await refusal(custody.unwrap({ ...theirs, keyId: mine.keyId }, context))).kind).toBe("malformed")
    })

    test("version-shown: after a rotation new keys are under another id, and old ones are read", async (skip) => {
      const { custody, faults } = world
      if (faults === null || faults.rotate === null) return skip.skip()
      const before = await custody.wrap(dataKey, context)
      faults.rotate()
      const after = await custody.wrap(dataKey, context)
      expect(after.keyId).not.toBe(before.keyId)
      for (const wrapped of [before, after])
        expect(Buffer.from(await custody.unwrap(wrapped, context)).equals(dataKey)).toBe(true)
    })

    test("unavailable-classified: trouble of its own and silence pass by themselves", async (skip) => {
      const { custody, faults, now } = world
      if (faults === null) return skip.skip()
      const wrapped = await custody.wrap(dataKey, context)
      faults.fail()
      const failed = await refusal(custody.unwrap(wrapped, context))
      expect([failed.kind, Temporal.Instant.compare(failed.retryAt ?? now(), now())]).toEqual(["unavailable", 1])
      expect(await custody.unwrap(wrapped, context)).toHaveLength(32)
      await faults.close()
      expect((await refusal(custody.unwrap(wrapped, context))).kind).toBe("unavailable")
      expect((await refusal(custody.wrap(dataKey, context))).kind).toBe("unavailable")
    })

    test("rate-limit-honoured: is told with the time to come back", async (skip) => {
      const { custody, faults, now } = world
      if (faults === null) return skip.skip()
      const seconds = faults.throttle()
      const problem = await refusal(custody.wrap(dataKey, context))
      expect(problem.kind).toBe("rate-limited")
      const wait = now().until(problem.retryAt ?? now())
      if (seconds === null) expect(wait.total("seconds")).toBeGreaterThan(0)
      else expect(wait.total("seconds")).toBe(seconds)
      expect(await custody.wrap(dataKey, context)).toMatchObject({ keyId: expect.any(String) })
    })

    test("latency-bound: each request is given a bound in time", async (skip) => {
      const { custody, faults } = world
      if (faults === null) return skip.skip()
      faults.slow(1_000)
      expect((await refusal(custody.wrap(dataKey, context))).kind).toBe("unavailable")
    })

    test("refused-classified: a refusal is no silence", async (skip) => {
      const { custody, faults } = world
      if (faults === null) return skip.skip()
      const wrapped = await custody.wrap(dataKey, context)
      faults.deny()
      expect((await refusal(custody.unwrap(wrapped, context))).kind).toBe("misconfigured")
    })

    test("secrets-unlogged: nothing secret is in what it says of itself or of what it wrapped", async () => {
      const wrapped = await world.custody.wrap(dataKey, context)
      const told = JSON.stringify([world.custody.label, world.custody.name, wrapped.keyId])
      expect(world.secrets.length).toBeGreaterThan(0)
      for (const secret of world.secrets) expect(told).not.toContain(secret)
    })
  })
}

/** Everything of a Problem that could be printed. */
function said(error: Error & { readonly context?: unknown }): string {
  const cause = error.cause instanceof Error ? `${error.cause.message} ${error.cause.stack}` : String(error.cause ?? "")
  return `${error.message} ${error.stack} ${JSON.stringify(error)} ${JSON.stringify(error.context ?? null)} ${cause}`
}
