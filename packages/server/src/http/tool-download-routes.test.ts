import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Fastify from "fastify"
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod"
import { unzipSync } from "fflate"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { fakeClock } from "../testing/fake-clock.ts"
import { createErrorHandler } from "./problem-reply.ts"
import type { RequireUser } from "./session-guard.ts"
import { toolDownloadRoutes } from "./tool-download-routes.ts"

const id = "0198f7a0-0000-7000-8000-00000000000a"
const manifest = `<OfficeApp><Id>${id.toUpperCase()}</Id><Source url="https://kalends.invalid/pane.html"/></OfficeApp>`
let root = ""
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "kalends-tools-"))
  await mkdir(join(root, "add-in"))
  await writeFile(join(root, "add-in", "manifest.xml"), manifest)
  await writeFile(join(root, "secret.txt"), "not offered")
})
afterAll(() => rm(root, { recursive: true, force: true }))

async function serve() {
  const app = Fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler(createErrorHandler({ info() {}, warn() {}, error() {} }, fakeClock()))
  const file = { name: "manifest.xml", path: "add-in/manifest.xml", type: "application/xml", isForDeployment: true }
  const folder = { name: "all.zip", path: "add-in", type: "application/zip", isForDeployment: true }
  const away = { name: "other.zip", path: "add-in/other.zip", type: "application/zip" }
  await toolDownloadRoutes(app, {
    offers: [{ name: "add-in", door: "works", files: [file, away, folder] }],
    ...{ folder: root, publicUrl: "https://calendar.example.org" },
    doors: { list: [{ door: "works", kind: "issued", clientIds: ["app-1"], issuer: "https://issuer.example" }] },
    requireUser: z.custom<RequireUser>().parse(async () => ({})),
  })
  return app
}

test("a tool's files are made for this deployment, and told with what tells the real one", async () => {
  const app = await serve()
  const file = await app.inject({ url: "/v1/tools/downloads/add-in/manifest.xml" })
  expect(file.headers["content-disposition"]).toBe('attachment; filename="manifest.xml"')
  expect(file.body).toBe(manifest.replace("https://kalends.invalid", "https://calendar.example.org"))
  const zip = await app.inject({ url: "/v1/tools/downloads/add-in/all.zip" })
  const inZip = unzipSync(new Uint8Array(zip.rawPayload))
  expect(Object.entries(inZip).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])).toEqual([
    ["manifest.xml", file.body],
  ])
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(file.body))
  expect((await app.inject({ url: "/v1/tools/downloads" })).json()).toEqual({
    serviceUrl: "https://calendar.example.org",
    tools: [
      {
        ...{ name: "add-in", applicationIds: ["app-1"] },
        files: [
          expect.objectContaining({ name: "manifest.xml" }),
          expect.objectContaining({ name: "all.zip", sizeBytes: zip.rawPayload.length }),
        ],
      },
    ],
  })
  expect((await app.inject({ url: "/v1/tools/downloads" })).json()).toMatchObject({
    tools: [
      {
        files: [
          {
            ...{ name: "manifest.xml", sizeBytes: file.body.length, manifestId: id },
            sha256: Buffer.from(digest).toString("hex"),
          },
          {},
        ],
      },
    ],
  })
  await app.close()
})

test.each(["add-in/other.zip", "add-in/..%2Fsecret.txt", "..%2F/secret.txt", "none/manifest.xml", "add-in/secret.txt"])(
  "what is not offered or not built is not there: %s",
  async (path) => {
    const app = await serve()
    expect((await app.inject({ url: `/v1/tools/downloads/${path}` })).statusCode).toBe(404)
    await app.close()
  },
)
