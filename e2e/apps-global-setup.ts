import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { TestProject } from "vitest/node"

// Where the apps are built to by the first test file of a run that needs them (apps.ts).

declare module "vitest" {
  export interface ProvidedContext {
    readonly appsFolder: string
  }
}

let folder = ""

export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "kalends-built-"))
  project.provide("appsFolder", join(folder, "apps"))
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
