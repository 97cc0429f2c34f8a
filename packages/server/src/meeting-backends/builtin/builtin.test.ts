import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { createBuiltinBackend } from "./index.ts"

const secret = new Uint8Array(32).fill(7)
const at = (template: string) => createBuiltinBackend({ template, secret })
const jitsi = at("https://meet.jit.si/{code}")
const face = {
  topic: "Observation night",
  schedule: {
    kind: "single",
    time: {
      kind: "all-day",
      startsOn: Temporal.PlainDate.from("2026-11-24"),
      endsBefore: Temporal.PlainDate.from("2026-11-25"),
    },
  },
} as const
const keyOf = (number: number) => number.toString(16).padStart(32, "0")

describe("built-in meetings", () => {
  test("create-idempotent: one key makes one meeting, two keys make two", async () => {
    const first = await jitsi.create({ key: keyOf(1), face })
    expect(await jitsi.create({ key: keyOf(1), face })).toEqual(first)
    expect(await jitsi.create({ key: keyOf(2), face })).not.toEqual(first)
  })

  test("link-recognised: its own links and no others, whatever shape they have", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(
          "https://meet.jit.si/{code}",
          "https://a.example/b/{code}/join",
          "https://a.example:8443/x?room={code}&y=1",
        ),
        fc.integer({ min: 0, max: 2 ** 31 }),
        async (template, number) => {
          const backend = at(template)
          const { backendId, joinUrl } = await backend.create({ key: keyOf(number), face })
          expect(backend.recognise(new URL(joinUrl))).toBe(backendId)
          expect(await backend.joinUrl(backendId)).toBe(joinUrl)
          expect(
            backend.recognise(
              new URL(joinUrl.replace("example", "evil.example").replace("jit.si", "jit.si.evil.example")),
            ),
          ).toBe(joinUrl.includes("example") || joinUrl.includes("jit.si") ? null : backendId)
        },
      ),
    )
    expect(jitsi.recognise(new URL("https://meet.jit.si/SomebodyElsesRoom"))).toBeNull()
  })

  test("link-recognised: with what people's browsers put behind it", async () => {
    const { backendId, joinUrl } = await jitsi.create({ key: keyOf(3), face })
    expect(jitsi.recognise(new URL(`${joinUrl}#config.startWithAudioMuted=true`))).toBe(backendId)
  })

  test("link-unguessable: the code depends on the secret, and has 120 bits of it", async () => {
    const { backendId } = await jitsi.create({ key: keyOf(1), face })
    expect(backendId).toMatch(/^[a-z2-7]{24}$/)
    const foreign = createBuiltinBackend({ template: "https://meet.jit.si/{code}", secret: new Uint8Array(32).fill(8) })
    expect((await foreign.create({ key: keyOf(1), face })).backendId).not.toBe(backendId)
  })
})
