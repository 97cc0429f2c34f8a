import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { makeDocument } from "./docs.ts"

test("a document is written once, found stale when it differs, and its missing source is told", async () => {
  const root = await mkdtemp(join(tmpdir(), "kalends-docs-"))
  await writeFile(join(root, "source.mjs"), "export const value = 1")
  const document = {
    path: "docs/page.md",
    source: "source.mjs",
    make: (module: object) => `${Reflect.get(module, "value")}\n`,
  }
  const states = async (isCheck: boolean) => (await makeDocument(root, document, isCheck)).state
  expect(await states(true)).toBe("stale")
  expect(await states(false)).toBe("written")
  expect(await states(true)).toBe("same")
  expect(await readFile(join(root, "docs/page.md"), "utf8")).toBe("1\n")
  expect((await makeDocument(root, { ...document, source: "none.mjs" }, true)).state).toBe("no-source")
  expect((await makeDocument(root, { ...document, make: () => Promise.reject(new Error("no")) }, true)).text).toContain(
    "could not be made from source.mjs: no",
  )
  await rm(root, { recursive: true })
})
