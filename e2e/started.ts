import type { Page } from "playwright-core"
import { freePort } from "../packages/server/src/platform/free-port.ts"
import { setUpNode, startTestNode } from "../packages/server/src/testing/node.ts"
import { cloneDatabase, type TestDatabase } from "../packages/server/src/testing/postgres.ts"
import type { LaunchedBrowser } from "../tools/chromium.ts"

/** A service of its own, with its database and its first administrator signed in. */
export type Started = {
  readonly base: TestDatabase
  readonly node: Awaited<ReturnType<typeof startTestNode>>
  readonly call: Awaited<ReturnType<typeof setUpNode>>["call"]
  /** The administrator's session. */
  readonly token: string
  /** A code for the administrator's second step, good once. */
  readonly nextCode: () => Promise<string>
}

/** Starts a service with these settings that serves the pages of `webFolder`. */
export async function start(webFolder: string, settings: Readonly<Record<string, string>>): Promise<Started> {
  const base = await cloneDatabase()
  const port = String(await freePort())
  // What providers are given as our address: on this machine, plain.
  const environment = {
    KALENDS_PORT: port,
    KALENDS_PUBLIC_URL: `http://localhost:${port}`,
    KALENDS_HOOK_URL: `http://127.0.0.1:${port}`,
    ...settings,
  }
  const node = await startTestNode(base.url, environment, webFolder)
  return { base, node, ...(await setUpNode(node)) }
}

/** Opens the agenda as the portal's button does. */
export async function openAgenda({ context }: LaunchedBrowser, { node, call }: Started): Promise<Page> {
  const { code } = (await call("POST", "/v1/sessions/handoff", {})).body as { code: string }
  const page = await context.newPage()
  await page.goto(`http://localhost:${new URL(node.url).port}/agenda/#code=${code}`)
  return page
}

export async function end({ node, base }: Started): Promise<void> {
  await node.stop()
  await base.drop()
}
