import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Fastify from "fastify"
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod"
import { unzipSync } from "fflate"
import { exportMetadataPackage, OfficeAddinManifest } from "office-addin-manifest"
import { afterAll, beforeAll, expect, test } from "vitest"
import { buildApps } from "../../../e2e/apps.ts"
import { toolOffers } from "../../../packages/server/src/http/downloads/registry.ts"
import { toolDownloadRoutes } from "../../../packages/server/src/http/tool-download-routes.ts"

// The package that an administrator uploads to Microsoft 365, as the service hands it out.

let webFolder = ""
let folder = ""
beforeAll(async () => {
  webFolder = await buildApps(["outlook-addin"])
  folder = await mkdtemp(join(tmpdir(), "kalends-package-"))
})
afterAll(async () => {
  await rm(webFolder, { recursive: true, force: true })
  await rm(folder, { recursive: true, force: true })
})

async function download(file: string): Promise<Uint8Array> {
  const app = Fastify()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const requireUser = () => Promise.resolve(null as never)
  await toolDownloadRoutes(app, {
    ...{ offers: toolOffers, folder: webFolder, publicUrl: "https://calendar.example.org" },
    ...{ doors: { list: [] }, requireUser },
  })
  const { rawPayload } = await app.inject({ url: `/v1/tools/downloads/outlook-addin/${file}` })
  await app.close()
  return rawPayload
}

/** Width and height of a PNG: its first chunk says so. */
function sizeOf(png: Uint8Array | undefined): readonly number[] {
  const view = Buffer.from(png ?? [])
  expect(view.subarray(1, 4).toString()).toBe("PNG")
  return [view.readUInt32BE(16), view.readUInt32BE(20)]
}

test("the package has the manifest of this deployment, its Japanese words, and icons of the sizes that Microsoft 365 takes", async () => {
  const files = unzipSync(await download("outlook-addin.zip"))
  expect(Object.keys(files).toSorted()).toEqual(["color.png", "ja.json", "manifest.json", "outline.png"])
  expect([sizeOf(files["color.png"]), sizeOf(files["outline.png"])]).toEqual([
    [192, 192],
    [32, 32],
  ])
  expect(Buffer.from(files["manifest.json"] ?? []).toString()).not.toContain("kalends.invalid")
})

test("Microsoft's own reader takes the manifest, its packer packs the same files, and both manifests are of one add-in", async () => {
  const files = unzipSync(await download("outlook-addin.zip"))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes)
  const manifest = join(folder, "manifest.json")
  const read = await OfficeAddinManifest.readManifestFile(manifest)
  expect(read).toMatchObject({ displayName: "Kalends", appDomains: ["calendar.example.org"] })
  const packed = unzipSync(await readFile(await exportMetadataPackage(join(folder, "theirs.zip"), manifest)))
  expect(Object.keys(packed).toSorted()).toEqual(Object.keys(files).toSorted())
  expect(Buffer.from(await download("manifest.xml")).toString()).toContain(`<Id>${read.id}</Id>`)
})
