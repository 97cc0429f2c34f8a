import type { TenantView } from "@kalends/protocol/tenants"
import { expect, test } from "vitest"
import { givenOf, secretEnd, tenantHealth } from "./tenants.ts"

const now = Temporal.Instant.from("2026-11-23T09:00:00Z")
const tenant: TenantView = {
  tenantConnectionId: "00000000-0000-4000-8000-000000000001",
  provider: "any",
  providerLabel: "Any",
  method: "client-secret",
  permission: "read",
  opens: "everybody",
  tenantId: "contoso.example",
  identity: "kalends",
  secretExpiresAt: null,
  createdAt: now.toString(),
  lastOkAt: now.toString(),
  problem: null,
  connectionCount: 3,
  roomCount: 0,
  hasDirectory: true,
}
const endingIn = (hours: number) => ({ ...tenant, secretExpiresAt: now.add({ hours }).toString() })

test("the end of a secret is warned of from thirty days on", () => {
  expect(secretEnd(tenant, now)).toBeNull()
  expect(secretEnd(endingIn(24 * 31), now)).toEqual({ kind: "later", days: 31 })
  expect(secretEnd(endingIn(24 * 30 + 5), now)).toEqual({ kind: "soon", days: 30 })
  expect(secretEnd(endingIn(5), now)).toEqual({ kind: "soon", days: 0 })
  expect(secretEnd(endingIn(-30), now)).toEqual({ kind: "ended", days: 1 })
})

test("a problem outweighs a warning, and a secret that has ended is a problem", () => {
  expect(tenantHealth(tenant, now)).toBe("well")
  expect(tenantHealth(endingIn(48), now)).toBe("warning")
  expect(tenantHealth(endingIn(-1), now)).toBe("problem")
  const problem = { kind: "forbidden", code: "consent-missing", at: now.toString() }
  expect(tenantHealth({ ...endingIn(48), problem }, now)).toBe("problem")
})

test("what was left empty is not sent", () => {
  const fields = [
    { name: "tenant", kind: "text", isOptional: false },
    { name: "secretEndsOn", kind: "text", isOptional: true },
  ] as const
  expect(givenOf(fields, { tenant: " contoso.example ", secretEndsOn: " ", password: "x" })).toEqual({
    tenant: "contoso.example",
  })
})
