import { describe, expect, test } from "vitest"
import { dataAtRest, doneRules, markdownTitle, qualityProven } from "./document-rules.ts"
import { kebabNames, lockAddresses, machinePlaces } from "./file-rules.ts"
import { importTable, neverImported, readmeMissing } from "./import-rules.ts"
import { mayImport, placeOf } from "./layers.ts"
import { slowPatterns, staleReasons } from "./pattern-rules.ts"
import { sizeRule } from "./size-rules.ts"
import { type Rule, treeOf } from "./tree.ts"
import { bannedSyntax, bannedTokens, leftovers, noStorage, providerNames, sqlTexts } from "./word-rules.ts"

const server = "packages/server/src"
const textsOf = (rule: Rule, files: Record<string, string>) =>
  rule.find(treeOf(files)).map(({ path, line, text }) => `${path}:${line} ${text}`)

type Case = {
  readonly rule: Rule
  readonly good: Record<string, string>
  readonly bad: Record<string, string>
  readonly says: RegExp
}
const fixme = ["FIX", "ME"].join("")
const todo = ["TO", "DO"].join("")
const lines = (count: number) => Array.from({ length: count }, (_, index) => `  use(${index})`).join("\n")
const noRatchet = sizeRule({ files: {}, wholes: {}, functions: {} })
const address = (host: string) => `https://registry.${host}/x`

const cases: Record<string, Case> = {
  "a feature imports another feature": {
    rule: importTable,
    good: { [`${server}/broker/a.ts`]: 'import { b } from "../vault/b.ts"', [`${server}/vault/b.ts`]: "" },
    bad: { [`${server}/notifier/a.ts`]: 'import { b } from "../vault/b.ts"', [`${server}/vault/b.ts`]: "" },
    says: /notifier may not import vault/,
  },
  "a provider imports another provider's reader": {
    rule: importTable,
    good: {
      [`${server}/providers/one/a.ts`]: 'import { b } from "@kalends/readers/one/b"',
      "packages/readers/src/one/b.ts": "",
    },
    bad: {
      [`${server}/providers/one/a.ts`]: 'import { b } from "@kalends/readers/two/b"',
      "packages/readers/src/two/b.ts": "",
    },
    says: /providers\/\* may not import readers\/\*/,
  },
  "the simulator imports something of ours, even in a test": {
    rule: importTable,
    good: { "packages/simulator/src/a.test.ts": 'import { b } from "./b.ts"', "packages/simulator/src/b.ts": "" },
    bad: {
      "packages/simulator/src/a.test.ts": 'import { b } from "@kalends/domain/b"',
      "packages/domain/src/b.ts": "",
    },
    says: /simulator may not import domain/,
  },
  "the domain imports a module of Node": {
    rule: importTable,
    good: { "packages/domain/src/a.ts": 'import { z } from "zod"' },
    bad: { "packages/domain/src/a.ts": 'import { readFile } from "node:fs/promises"' },
    says: /has to run without Node/,
  },
  "a folder has no place in the table": {
    rule: importTable,
    good: { [`${server}/vault/a.ts`]: "" },
    bad: { [`${server}/helpers/a.ts`]: "" },
    says: /no row in the import table/,
  },
  "a file is imported by nothing": {
    rule: neverImported,
    good: { "packages/domain/src/a.ts": "", "packages/domain/src/main.ts": 'import "./a.ts"' },
    bad: { "packages/domain/src/a.ts": "" },
    says: /imported by nothing/,
  },
  "a provider is named outside its folder": {
    rule: providerNames,
    good: {
      [`${server}/providers/google/a.ts`]: "const googleUrl = 1",
      [`${server}/vault/a.ts`]: 'const graphiles = "exchange the code"',
    },
    bad: { [`${server}/vault/a.ts`]: 'export const isGoogle = (kind: string) => kind === "x"' },
    says: /names a provider: "google"/,
  },
  "Exchange is named as a product": {
    rule: providerNames,
    good: { [`${server}/vault/a.ts`]: "const exchangeCode = 1" },
    bad: { [`${server}/vault/a.ts`]: 'const text = "only for Exchange Server"' },
    says: /"exchange"/,
  },
  "the clock of the machine is read": {
    rule: bannedTokens,
    good: { [`${server}/platform/clock.ts`]: "Date.now()", [`${server}/vault/a.ts`]: "const day = new Date(text)" },
    bad: { [`${server}/vault/a.ts`]: "const day = new Date()" },
    says: /new Date: take the clock/,
  },
  "the environment is read": {
    rule: bannedTokens,
    good: { [`${server}/config.ts`]: "process.env" },
    bad: { [`${server}/wire.ts`]: "const port = process.env.PORT" },
    says: /process\.env/,
  },
  "the network is used directly": {
    rule: bannedTokens,
    good: {
      "packages/client/src/a.ts": "export const read = (fetch: Fetch) => fetch(1)",
      "packages/client/src/platform.ts": "fetch(1)",
    },
    bad: { "packages/client/src/a.ts": "export const read = () => globalThis.fetch(1)" },
    says: /fetch: take the HTTP client/,
  },
  "a client keeps something": {
    rule: noStorage,
    good: {
      "packages/client/src/a.ts": "export const held = new Map()",
      "apps/portal/src/platform.ts": 'window.localStorage.setItem("language", "en")',
    },
    bad: { "apps/agenda/src/a.ts": 'window.localStorage.setItem("events", text)' },
    says: /localStorage keeps/,
  },
  "a client can write a file": {
    rule: noStorage,
    good: { "packages/client/src/a.test.ts": 'import { rm } from "node:fs/promises"' },
    bad: { "packages/client/src/a.ts": 'import { writeFile } from "node:fs/promises"' },
    says: /can write a file/,
  },
  "a module is mocked": {
    rule: bannedTokens,
    good: { "packages/client/src/a.test.ts": "setTimeout(done, 1)" },
    bad: { "packages/client/src/a.test.ts": 'vi.mock("./b.ts")' },
    says: /pass a fake/,
  },
  "a test is left out for good": {
    rule: bannedTokens,
    good: {
      "packages/client/src/a.test.ts": 'import { test } from "vitest"\ntest.skipIf(isMissing)("works", () => {})',
    },
    bad: { "packages/client/src/a.test.ts": 'import { test } from "vitest"\ntest.skip("works", () => {})' },
    says: /test\.skip: run it/,
  },
  "any, enum, default export or as is written": {
    rule: bannedSyntax,
    good: {
      "vite.config.ts": "export default {}",
      "packages/domain/src/a.ts": "const a = [1] as const\nfunction parseA(x: unknown) { return x as A }",
    },
    bad: { "packages/domain/src/a.ts": "export default function a(x: any) { return x as A }\nenum B {}" },
    says: /export default[\s\S]*any[\s\S]*as:[\s\S]*enum/,
  },
  "SQL takes its own time or every column": {
    rule: sqlTexts,
    good: {
      [`${server}/postgres/a.ts`]: "const q = `select a from b where c > ${clock.now()}`",
      [`${server}/postgres/migrations/1.sql`]: "-- no now()\nselect count(*) from a",
    },
    bad: {
      [`${server}/postgres/a.ts`]: 'const q = "select * from b where c > now()"',
      [`${server}/postgres/migrations/1.sql`]: "create table a (b timestamptz default now());",
    },
    says: /now\(\): take[\s\S]*select \*[\s\S]*1\.sql:1 now\(\)/,
  },
  "a function is over 60 lines": {
    rule: noRatchet,
    good: { "packages/domain/src/a.ts": `function a() {\n${lines(58)}\n}` },
    bad: { "packages/domain/src/a.ts": `function a() {\n${lines(59)}\n}` },
    says: /a has 61 lines/,
  },
  "a file is over 500 lines": {
    rule: noRatchet,
    good: { "packages/domain/src/a.ts": "\n".repeat(500) },
    bad: { "packages/domain/src/a.ts": "\n".repeat(501) },
    says: /the file has 501 lines/,
  },
  "a function takes five parameters": {
    rule: noRatchet,
    good: { "packages/domain/src/a.ts": "const a = (b: 1, c: 1, d: 1, e: 1) => 1" },
    bad: { "packages/domain/src/a.ts": "const a = (b: 1, c: 1, d: 1, e: 1, f: 1) => 1" },
    says: /a takes 5 parameters/,
  },
  "a note has no issue": {
    rule: leftovers,
    good: { "packages/domain/src/a.ts": `// ${todo} #12: later\nconst text = "${todo}"` },
    bad: { "packages/domain/src/a.ts": `// ${todo}: later\n// ${fixme}` },
    says: /without an issue number[\s\S]*:2/,
  },
  "a provider does not explain itself": {
    rule: readmeMissing,
    good: {
      [`${server}/providers/one/a.ts`]: "",
      [`${server}/providers/one/README.md`]: "# One",
      [`${server}/providers/conformance/suite.ts`]: "",
    },
    bad: { [`${server}/providers/one/a.ts`]: "" },
    says: /providers\/one\/README\.md:1 does not exist/,
  },
  "a rule is done without a test": {
    rule: qualityProven,
    good: {
      [`${server}/providers/one/quality.yaml`]: "cursor-lost: done",
      [`${server}/providers/one/a.test.ts`]: 'test.for([1, 2])("cursor-lost: lists again", () => {})',
    },
    bad: {
      [`${server}/providers/one/quality.yaml`]: "cursor-lost: done",
      [`${server}/providers/one/a.test.ts`]: 'test("cursor-lost-twice", () => {})',
    },
    says: /cursor-lost is done, but no test/,
  },
  "a column is missing from the page, or the page is ahead": {
    rule: dataAtRest,
    good: {
      [`${server}/postgres/schema.sql`]: "create table a (\n  b uuid,\n  primary key (b)\n);",
      "docs/data-at-rest.md": "| a.b | its name |",
    },
    bad: {
      [`${server}/postgres/schema.sql`]: "create table a (\n  b uuid\n);",
      "docs/data-at-rest.md": "| a.c | why |",
    },
    says: /does not list a\.b[\s\S]*lists a\.c/,
  },
  "a page has no title, or two": {
    rule: markdownTitle,
    good: { "a.md": "# One\n```\n# comment\n```\n## Two" },
    bad: { "a.md": "text", "b.md": "# One\n# Two" },
    says: /no title[\s\S]*2 titles/,
  },
  "a name is not kebab-case": {
    rule: kebabNames,
    good: { "a/b-c.test.ts": "", "README.md": "", "a/fixtures/Odd Name.ics": "", ".gitignore": "" },
    bad: { "a/bC.ts": "" },
    says: /"bC\.ts" is not kebab-case/,
  },
  "the lock file has addresses": {
    rule: lockAddresses,
    good: { "package-lock.json": '"resolved": "packages/domain"' },
    bad: { "package-lock.json": `"resolved": "${address("example.org")}"` },
    says: /download address/,
  },
  "a machine's places are written down": {
    rule: machinePlaces,
    good: { "a.ts": 'import "./registry.test.ts"\nconst url = "/home"\nregistry.find("a.com")' },
    bad: { "a.ts": `const a = "${["", "home", "ada", "x"].join("/")}"`, "b.json": address("example.org") },
    says: /home folder[\s\S]*package registry/,
  },
  "a pattern backtracks without a bound": {
    rule: slowPatterns,
    good: {
      [`${server}/a.ts`]:
        "const a = /(?<!x)x+$/\nconst b = new RegExp(`^${name}$`)\nconst c = RegExp(String.raw`^\\w{1,9}$`)",
      [`${server}/a.test.ts`]: "const a = /(x+)+y/",
    },
    bad: {
      [`${server}/a.ts`]: "const a = /x+$/\nconst b = new RegExp(`^(${name}+)+y`)\nconst c = new RegExp(parts.join())",
    },
    says: /a\.ts:1 .*power[\s\S]*a\.ts:2 .*exponentially[\s\S]*a\.ts:3 .*nobody has looked at/,
  },
  "a reason is left for a pattern that is gone": {
    rule: staleReasons,
    good: { [`${server}/config.ts`]: 'const a = text.replace(/\\/+$/, "")', [`${server}/a.ts`]: "" },
    bad: { [`${server}/config.ts`]: "const a = text" },
    says: /config\.ts/,
  },
}

describe("tidy", () => {
  test.each(Object.entries(cases))("notices when %s", (_, { rule, good, bad, says }) => {
    expect(textsOf(rule, good)).toEqual([])
    expect(textsOf(rule, bad).join("\n")).toMatch(says)
    expect(rule.reason.length).toBeGreaterThan(30)
  })

  test("holds what is over a limit at the ratchet's number, and takes it out once it fits", () => {
    const path = "packages/domain/src/a.ts"
    const long = { [path]: `function a() {\n${lines(70)}\n}` }
    const held = (number: number) =>
      textsOf(sizeRule({ files: {}, wholes: {}, functions: { [`${path} a`]: number } }), long).join("\n")
    expect(held(72)).toBe("")
    expect(held(71)).toMatch(/has grown to 72/)
    expect(held(73)).toMatch(/has shrunk to 72 lines: write 72/)
    expect(
      textsOf(sizeRule({ files: {}, wholes: {}, functions: { [`${path} b`]: 70 } }), { [path]: "" }).join("\n"),
    ).toMatch(/is gone/)
  })

  test("measures named functions inside another by themselves, unnamed ones with it", () => {
    const inner = `const b = () => {\n${lines(50)}\n}`
    expect(textsOf(noRatchet, { "a.ts": `function a() {\n${inner}\n${lines(20)}\n}` })).toEqual([])
    expect(
      textsOf(noRatchet, { "a.ts": `function a() {\n  each(() => {\n${lines(50)}\n  })\n${lines(20)}\n}` }).join("\n"),
    ).toMatch(/a has 74 lines/)
  })

  test("measures what is inside a function with it, too, and lets the ratchet's number be reached but not passed", () => {
    const path = "packages/server/src/broker/broker.ts"
    const inner = (name: string) => `function ${name}() {\n${lines(48)}\n}`
    const three = { [path]: `function createBroker() {\n${["a", "b", "c"].map(inner).join("\n")}\n}` }
    expect(textsOf(noRatchet, three).join("\n")).toMatch(/createBroker has 152 lines with the functions inside/)
    const held = (number: number) => {
      const wholes = { [`${path} createBroker`]: number }
      return textsOf(sizeRule({ files: {}, functions: {}, wholes }), three).join("\n")
    }
    expect(held(151)).toMatch(/151 at most/)
    expect(held(152)).toBe("")
    expect(held(160)).toBe("")
    const two = { [path]: `function createBroker() {\n${["a", "b"].map(inner).join("\n")}\n}` }
    expect(textsOf(noRatchet, two)).toEqual([])
    const wholes = { [`${path} createBroker`]: 160 }
    expect(textsOf(sizeRule({ files: {}, functions: {}, wholes }), two).join("\n")).toMatch(/take it out/)
  })

  test("gives every kind of file its place in the import table", () => {
    const place = (path: string) => placeOf(path)?.layer.name
    expect([
      place("packages/readers/src/one/a.ts"),
      place(`${server}/providers/registry.ts`),
      place(`${server}/providers/one/a.ts`),
      place("apps/agenda/src/a.tsx"),
      place("vitest.config.ts"),
    ]).toEqual(["readers/*", "providers registry", "providers/*", "app *", "tools"])
    expect(mayImport(`${server}/providers/one/a.ts`, `${server}/providers/two/a.ts`)).toBe(false)
    expect(mayImport(`${server}/providers/registry.ts`, `${server}/providers/two/a.ts`)).toBe(true)
    expect(mayImport("apps/agenda/src/a.ts", "apps/portal/src/a.ts")).toBe(false)
    expect(mayImport("packages/client/src/a.ts", "packages/readers/src/registry.ts")).toBe(true)
  })

  test("reads the shapes that quality.yaml may have", () => {
    expect(doneRules("a: done\nb: todo\nc: exempt (why)\nd: { state: done }\ne: done (how)")).toEqual(["a", "d", "e"])
    expect(doneRules("rules:\n  a: done")).toEqual(["a"])
  })
})
