import { createHash } from "node:crypto"
import { expect, test } from "vitest"
import { z } from "zod"
import * as api from "./api.ts"
import * as audit from "./audit.ts"
import * as changes from "./changes.ts"
import * as checkup from "./checkup.ts"
import * as groups from "./groups.ts"
import * as meetings from "./meetings.ts"
import * as problem from "./problem.ts"
import * as tenants from "./tenants.ts"
import { protocolVersion } from "./version.ts"

/** Every schema that crosses a wire, as JSON schema in both directions, by name. */
function wireShapes(): readonly (readonly [string, unknown])[] {
  const exported: readonly (readonly [string, unknown])[] = Object.entries({
    ...api,
    ...audit,
    ...changes,
    ...checkup,
    ...groups,
    ...meetings,
    ...problem,
    ...tenants,
  })
  return exported
    .flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => [
      name,
      (["input", "output"] as const).map((io) => z.toJSONSchema(schema, { io, unrepresentable: "any" })),
    ])
}

test("the wire has the shape that its version stands for", () => {
  const hash = createHash("sha256").update(JSON.stringify(wireShapes())).digest("hex").slice(0, 16)
  // When this fails, the wire has changed. What an older peer understands (a new optional field, a new route): write the
  // new hash here. What it does not: raise protocolVersion, too, and say in CHANGELOG.md what older apps will meet.
  expect({ protocolVersion, hash }).toMatchInlineSnapshot(`
    {
      "hash": "e171a7147f1161f0",
      "protocolVersion": 1,
    }
  `)
})

test("every schema of the wire is among those that are watched", () => {
  const names = wireShapes().map(([name]) => name)
  expect(names).toContain("changeMessageSchema")
  expect(names.length).toBeGreaterThan(20)
})
