import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createAuditKey, signatureCheck } from "../packages/server/src/ports/audit-signature.ts"
import { apiOf, setUpNode, startTestNode, type TestSession } from "../packages/server/src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../packages/server/src/testing/postgres.ts"
import { usage } from "./audit.ts"
import { environmentWith, runToEnd } from "./platform.ts"

// The audit log as somebody checks it who does not trust the service (audit.ts), against the real one.

let base: TestDatabase
let node: Awaited<ReturnType<typeof startTestNode>>
let nextCode: TestSession["nextCode"]
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kalends-audit-"))
  base = await cloneDatabase()
  node = await startTestNode(base.url)
  const { call, ...ready } = await setUpNode(node)
  nextCode = ready.nextCode
  for (const name of ["bo", "cy", "di"])
    await call("POST", "/v1/users", {
      ...{ email: `${name}@example.org`, displayName: name, role: "user", password: "battery staple" },
    })
})
afterAll(async () => {
  await node?.stop()
  await base?.drop()
  await rm(folder, { recursive: true, force: true })
})

async function audit(...args: string[]) {
  const env = environmentWith({
    ...{ KALENDS_URL: `http://localhost:${node.port}`, KALENDS_EMAIL: "ada@example.org" },
    ...{ KALENDS_PASSWORD: "correct horse", KALENDS_CODE: await nextCode() },
  })
  return runToEnd(process.execPath, ["tools/audit.ts", ...args], { env })
}

const keyOfService = async () => (await audit("key")).output.trim()

test("the service's log is whole, and a hash kept from before is still in it", async () => {
  const first = await audit("verify")
  expect([first.code, first.output]).toEqual([0, expect.stringMatching(/^Whole: \d+ entries/)])
  const head = /[0-9a-f]{64}/.exec(first.output)?.[0] ?? ""
  const second = await audit("verify", "--head", head)
  expect([second.code, second.output]).toEqual([0, expect.stringContaining("you kept is there")])
  const cut = await audit("verify", "--head", "0".repeat(64))
  expect([cut.code, cut.output]).toEqual([1, expect.stringMatching(/^CUT/)])
})

test("the log is signed with the service's key up to its end when it is taken out, and with no other", async () => {
  const key = await keyOfService()
  const signed = await audit("verify", "--key", key)
  const [, count, upTo] = /^Whole: (\d+) entries[\s\S]*Signed up to entry (\d+), /.exec(signed.output) ?? []
  expect([signed.code, upTo]).toEqual([0, count])
  const other = createAuditKey(new Uint8Array(32).fill(1)).publicKey
  const forged = await audit("verify", "--key", other)
  expect([forged.code, forged.output]).toEqual([1, expect.stringMatching(/^FORGED at entry 1:/)])
})

test("the service checks itself, too, and shows its log to administrators alone", async () => {
  const { call } = await setUpNode(node)
  expect((await call("POST", "/v1/audit/verification")).body).toMatchObject({ isWhole: true, brokenAt: null })
  const page = await call("GET", "/v1/audit?action=user-created")
  expect(page.body).toMatchObject({
    entries: [{ actor: { displayName: "Ada" } }, {}, {}, { actor: { part: "people" } }],
    before: null,
  })
  expect((await call("GET", "/v1/audit?action=anything")).status).toBe(400)
  const session = await call("POST", "/v1/sessions", {
    ...{ email: "bo@example.org", password: "battery staple", deviceName: "Test", keep: "memory" },
  })
  const { token } = session.body as { readonly token: string }
  const asBo = apiOf(node.url, () => token)
  for (const [method, path] of [
    ["GET", ""],
    ["POST", "/verification"],
    ["GET", "/export"],
  ] as const)
    expect((await asBo(method, `/v1/audit${path}`)).status).toBe(403)
})

test("an export is checked without the service, and one flipped bit of any byte is found", async () => {
  const file = join(folder, "log.ndjson")
  expect((await audit("export", file)).code).toBe(0)
  expect(await audit("verify", "--file", file)).toMatchObject({ code: 0 })
  const whole = await readFile(file)
  const check = signatureCheck(await keyOfService())
  const { linesOf, verifyLines } = await import("./audit/verify-lines.ts")
  const verdictOf = async (bytes: Uint8Array) => {
    const parts = async function* () {
      yield bytes
    }
    return (await verifyLines(linesOf(parts()), { head: null, check })).isWhole
  }
  expect(await verdictOf(whole)).toBe(true)
  const unseen: string[] = []
  // Each byte of the newest entries, with the signature over them; of the older ones, which look the same, one in 37.
  const newest = whole.lastIndexOf("\n", whole.length - 1_500)
  for (const [index, byte] of whole.entries()) {
    if (index < newest && index % 37 > 0) continue
    const damaged = Buffer.from(whole)
    damaged[index] = byte ^ 1
    if (await verdictOf(damaged)) unseen.push(whole.toString("utf8", Math.max(0, index - 20), index + 20))
  }
  // What may change unseen says nothing: none of it.
  expect(unseen).toEqual([])
  whole[Math.floor(whole.length / 2)] = 0x21
  await writeFile(file, whole)
  const broken = await audit("verify", "--file", file)
  expect([broken.code, broken.output]).toEqual([1, expect.stringMatching(/^BROKEN at entry \d+/)])
})

test("says what it can do when it is not understood, and that a file is not there", async () => {
  expect(await audit("verify", "--key", "short")).toEqual({ code: 2, output: `${usage}\n` })
  expect(await audit("burn")).toEqual({ code: 2, output: `${usage}\n` })
  expect(await audit("verify", "--file", join(folder, "none"))).toMatchObject({ code: 1 })
})
