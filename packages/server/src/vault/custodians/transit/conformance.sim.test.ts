import { startTransit } from "@kalends/simulator/transit/transit"
import { describe, expect, test } from "vitest"
import { impatientDeps } from "../conformance/http.ts"
import { describeCustodian } from "../conformance/suite.ts"
import type { TransitAuth } from "./calls.ts"
import { createTransit } from "./index.ts"

const at = Temporal.Instant.from("2026-11-29T12:00:00Z")

async function world(kind: TransitAuth["kind"], { isDerived = false } = {}) {
  const clock = { now: at }
  const server = await startTransit({ clock: () => clock.now, namespace: "team" })
  const client = impatientDeps(() => clock.now, { "/token": `${server.pod.jwt}\n` })
  const { url, knobs, rootToken, appRole, pod } = server
  const auths: Readonly<Record<TransitAuth["kind"], TransitAuth>> = {
    token: { kind: "token", token: rootToken },
    approle: { kind: "approle", ...appRole },
    kubernetes: { kind: "kubernetes", role: pod.role, tokenFile: "/token" },
  }
  for (const name of ["kalends", "other"]) server.createKey(name, { isDerived })
  const settings = { url, mount: "transit", namespace: "team", auth: auths[kind] }
  return {
    ...{ server, clock },
    custody: createTransit(client.deps, { ...settings, key: "kalends" }),
    other: createTransit(client.deps, { ...settings, key: "other" }),
    faults: {
      fail: () => void Object.assign(knobs, { failNext: 1 }),
      throttle() {
        Object.assign(knobs, { throttleNext: 1, throttleRetryAfterSeconds: 7 })
        return 7
      },
      close: () => server.close(),
      slow: (latencyMs: number) => void Object.assign(knobs, { latencyMs }),
      deny: () => void Object.assign(knobs, { isDenied: true }),
      rotate: () => server.rotate("kalends"),
    },
    now: () => clock.now,
    secrets: [rootToken, appRole.secretId, pod.jwt],
    async close() {
      await client.close()
      await server.close()
    },
  }
}

describeCustodian("transit with a token", () => world("token"))
describeCustodian("transit with AppRole", () => world("approle"))
describeCustodian("transit with Kubernetes and a derived key", () => world("kubernetes", { isDerived: true }))

describe("transit", () => {
  test("signs in once, before the token ends, and once more where it was revoked", async () => {
    const { custody, server, clock, close } = await world("approle")
    const logins = () => server.calls.count("approle")
    const wrap = () => custody.wrap(new Uint8Array(32), "here")
    await wrap()
    await wrap()
    expect(logins()).toBe(1)
    clock.now = at.add({ minutes: 20 })
    await wrap()
    expect(logins()).toBe(2)
    server.revokeTokens()
    await wrap()
    expect(logins()).toBe(3)
    await close()
  })

  test("that is sealed or a standby passes by itself", async () => {
    const { custody, server, close } = await world("token")
    server.knobs.isSealed = true
    await expect(custody.wrap(new Uint8Array(32), "here")).rejects.toMatchObject({
      ...{ kind: "unavailable", code: "custody-sealed" },
    })
    server.knobs.isSealed = false
    server.knobs.isStandby = true
    await expect(custody.wrap(new Uint8Array(32), "here")).rejects.toMatchObject({ kind: "unavailable" })
    server.knobs.isStandby = false
    expect((await custody.wrap(new Uint8Array(32), "here")).keyId).toBe("transit:transit/kalends:v1")
    await close()
  })

  test("with the old versions shut away refuses, and does not call the key damaged", async () => {
    const { custody, server, close } = await world("token")
    const wrapped = await custody.wrap(new Uint8Array(32), "here")
    server.rotate("kalends")
    server.setMinDecryptionVersion("kalends", 2)
    await expect(custody.unwrap(wrapped, "here")).rejects.toMatchObject({ kind: "misconfigured" })
    await close()
  })
})
