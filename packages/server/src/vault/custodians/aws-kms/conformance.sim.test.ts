import { startAwsKms } from "@kalends/simulator/aws-kms/aws-kms"
import { expect, test } from "vitest"
import { impatientDeps } from "../conformance/http.ts"
import { describeCustodian } from "../conformance/suite.ts"
import { createAwsKms } from "./index.ts"

const at = Temporal.Instant.from("2026-11-29T12:00:00Z")

async function world(kind: "fixed" | "web-identity") {
  const clock = { now: at }
  const kms = await startAwsKms({ clock: () => clock.now })
  const client = impatientDeps(() => clock.now, { "/token": `${kms.webToken}\n` })
  const { url, region, credentials, role, knobs } = kms
  const identity =
    kind === "fixed"
      ? ({ kind, ...credentials, sessionToken: null } as const)
      : ({ kind, roleArn: role, tokenFile: "/token", stsUrl: url } as const)
  const key = kms.createKey()
  kms.setAlias("alias/kalends", key)
  const settings = { region, url, identity }
  return {
    ...{ kms, clock, key },
    custody: createAwsKms(client.deps, { ...settings, key: "alias/kalends" }),
    other: createAwsKms(client.deps, { ...settings, key: kms.createKey() }),
    faults: {
      fail: () => void Object.assign(knobs, { failNext: 1 }),
      throttle() {
        knobs.throttleNext = 1
        return null
      },
      close: () => kms.close(),
      slow: (latencyMs: number) => void Object.assign(knobs, { latencyMs }),
      deny: () => void Object.assign(knobs, { isDenied: true }),
      rotate: null,
    },
    now: () => clock.now,
    secrets: [credentials.secretAccessKey, kms.webToken],
    async close() {
      await client.close()
      await kms.close()
    },
  }
}

describeCustodian("AWS KMS", () => world("fixed"))
describeCustodian("AWS KMS by a role", () => world("web-identity"))

test("a role is taken once, and again before it ends", async () => {
  const { custody, clock, kms, close } = await world("web-identity")
  const taken = () => kms.calls.count("AssumeRoleWithWebIdentity")
  for (let count = 0; count < 3; count++) await custody.wrap(new Uint8Array(32), "here")
  expect(taken()).toBe(1)
  clock.now = at.add({ minutes: 56 })
  await custody.wrap(new Uint8Array(32), "here")
  expect(taken()).toBe(2)
  await close()
})

test("a disabled key is a refusal, and an alias that was moved names another key", async () => {
  const { custody, kms, key, close } = await world("fixed")
  const before = await custody.wrap(new Uint8Array(32), "here")
  expect(before.keyId).toBe(`aws-kms:${key}`)
  kms.setAlias("alias/kalends", kms.createKey())
  expect((await custody.wrap(new Uint8Array(32), "here")).keyId).not.toBe(before.keyId)
  expect(await custody.unwrap(before, "here")).toHaveLength(32)
  kms.setState(key, "Disabled")
  await expect(custody.unwrap(before, "here")).rejects.toMatchObject({ kind: "misconfigured", code: "custody-refused" })
  await close()
})
