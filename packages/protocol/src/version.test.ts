import { createHash } from "node:crypto"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { z } from "zod"
import { protocolVersion } from "./version.ts"

/** Every schema that crosses a wire, as JSON schema in both directions, by name. */
async function wireShapes(): Promise<readonly (readonly [string, unknown])[]> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  const modules: readonly object[] = await Promise.all(
    files.map((name) => import(/* @vite-ignore */ join(import.meta.dirname, name))),
  )
  const exported: readonly (readonly [string, unknown])[] = modules.flatMap((module) => Object.entries(module))
  return exported
    .flatMap(([name, value]) => (value instanceof z.ZodType ? [[name, value] as const] : []))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => [
      name,
      (["input", "output"] as const).map((io) => z.toJSONSchema(schema, { io, unrepresentable: "any" })),
    ])
}

test("the wire has the shape that its version stands for", async () => {
  const hash = createHash("sha256")
    .update(JSON.stringify(await wireShapes()))
    .digest("hex")
    .slice(0, 16)
  // When this fails, the wire has changed. What an older peer understands (a new optional field, a new route): write the
  // new hash here. What it does not: raise protocolVersion, too, and say in CHANGELOG.md what older apps will meet.
  expect({ protocolVersion, hash }).toMatchInlineSnapshot(`
    {
      "hash": "1b5813fa7e9cf7d0",
      "protocolVersion": 3,
    }
  `)
})

test("every schema of the wire is among those that are watched", async () => {
  const names = (await wireShapes()).map(([name]) => name)
  expect(names).toContain("changeMessageSchema")
  expect(names.length).toBeGreaterThan(20)
})
