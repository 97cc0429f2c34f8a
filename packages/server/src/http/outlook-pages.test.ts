import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Fastify from "fastify"
import { expect, test } from "vitest"
import { addinIdOf, originsIn, outlookPages } from "./outlook-pages.ts"
import { addSecurityHeaders } from "./security-headers.ts"

const service = "https://kalends.example"

async function served(): Promise<{ app: ReturnType<typeof Fastify>; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "kalends-outlook-"))
  await mkdir(join(folder, "assets"))
  await mkdir(join(folder, "well-known"))
  await writeFile(join(folder, "well-known/scripts.json"), '["https://kalends.invalid/outlook/functions.js"]')
  await writeFile(join(folder, "assets/icon-16.png"), "icon")
  await writeFile(join(folder, "assets/main.js"), "plain")
  await writeFile(join(folder, "assets/main.js.gz"), "packed")
  for (const name of ["index.html", "dialog.html", "commands.html"])
    await writeFile(join(folder, name), "__CSP_NONCE__")
  await writeFile(join(folder, "functions.js"), '"__KALENDS_SERVICE__"')
  const id = "00000000-0000-0000-0000-000000000000"
  for (const name of ["manifest.xml", "manifest.json", "ja.json"])
    await writeFile(join(folder, name), `${id} https://kalends.invalid/outlook/ kalends.invalid`)
  const app = Fastify()
  addSecurityHeaders(app, new Set(["localhost"]))
  await outlookPages(app, {
    ...{ folder, service, hosts: ["https://outlook.example"], library: "https://office.example" },
    signIn: "https://login.example",
  })
  return {
    app,
    close: async () => {
      await app.close()
      await rm(folder, { recursive: true })
    },
  }
}

test("the add-in's pages may stand in Outlook's frames, run Office's library, and nothing else is opened", async () => {
  const { app, close } = await served()
  const { headers, payload } = await app.inject("/outlook/")
  const policy = String(headers["content-security-policy"])
  expect(policy).toContain("frame-ancestors https://outlook.example")
  expect(policy).toContain("script-src 'self' https://office.example;")
  expect(policy).toContain("connect-src 'self' https://login.example;")
  expect([policy.includes(payload), policy.includes("unsafe-eval")]).toEqual([true, false])
  expect(headers["cross-origin-opener-policy"]).toBe("unsafe-none")
  expect((await app.inject("/.well-known/scripts.json")).json()).toEqual([`${service}/outlook/functions.js`])
  const icon = await app.inject("/outlook/assets/icon-16.png")
  expect([icon.headers["cross-origin-resource-policy"], String(icon.headers["cache-control"])]).toEqual([
    ...["cross-origin", "public, max-age=31536000, immutable"],
  ])
  await close()
})

test("a script is sent compressed to whoever takes that, and plain to others", async () => {
  const { app, close } = await served()
  const url = "/outlook/assets/main.js"
  const packed = await app.inject({ url, headers: { "accept-encoding": "gzip, deflate, br, zstd" } })
  const plain = await app.inject({ url })
  expect([packed.payload, packed.headers["content-encoding"], packed.headers.vary]).toEqual([
    ...["packed", "gzip", "accept-encoding"],
  ])
  expect([plain.payload, plain.headers["content-encoding"]]).toEqual(["plain", undefined])
  for (const { headers } of [packed, plain]) expect(headers["content-type"]).toMatch(/javascript/)
  await close()
})

test("manifests and script name this deployment, under an id that is its own and stays", async () => {
  const { app, close } = await served()
  const { payload } = await app.inject("/outlook/manifest.xml")
  expect(payload).toBe(`${addinIdOf(service)} https://kalends.example/outlook/ kalends.example`)
  expect((await app.inject("/outlook/functions.js")).payload).toBe('"https://kalends.example"')
  expect(addinIdOf(service)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(addinIdOf("https://other.example")).not.toBe(addinIdOf(service))
  await close()
})

test("an address that is no https origin never reaches the policy", () => {
  expect(originsIn("https://mail.example.org  http://x.example 'self'; https://a.example/path")).toEqual([
    "https://mail.example.org",
  ])
})
