import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"
import { environmentWith, rootFolder, runToEnd } from "../tools/platform.ts"

// Builds an app when the first test file of a run asks for it (apps.ts), once for all of them. What they leave there goes with it.

declare module "vitest" {
  export interface ProvidedContext {
    readonly appBuilder: { readonly url: string; readonly folder: string }
  }
}

let folder = ""
const builds = new Map<string, Promise<string>>()
const server = createServer(async (request, response) => {
  const app = (request.url ?? "/").slice(1)
  const build = builds.get(app) ?? buildApp(app)
  builds.set(app, build)
  const trouble = await build
  response.writeHead(trouble === "" ? 200 : 500).end(trouble)
})

/** As whoever runs the service has it: with what a run of tests has in NODE_ENV, it would be React for developers. What went wrong; empty when it is built. */
async function buildApp(app: string): Promise<string> {
  const outDir = join(folder, app, "dist")
  const args = [join(rootFolder, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn", "--outDir", outDir]
  const { code, output } = await runToEnd(process.execPath, args, {
    cwd: join(rootFolder, "apps", app),
    env: environmentWith({ NODE_ENV: "production" }),
  })
  return code === 0 ? "" : `The ${app} could not be built:\n${output}`
}

export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "kalends-built-"))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  project.provide("appBuilder", { url: `http://127.0.0.1:${port}`, folder })
}

export async function teardown(): Promise<void> {
  server.close()
  // Browsers of tests end with them, and write there until they do.
  await rm(folder, { recursive: true, force: true, maxRetries: 20 })
}
