import { existsSync } from "node:fs"
import { flushCompileCache } from "node:module"
import { join } from "node:path"
import { processEnvironment, readConfig } from "./config.ts"
import { ConfigError } from "./config-option.ts"
import { systemClock } from "./platform/clock.ts"
import { startEmbeddedPostgres } from "./platform/embedded-postgres.ts"
import { passwords } from "./platform/password.ts"
import { loadPlatformSecret } from "./platform/platform-secret.ts"
import { systemRandom } from "./platform/random.ts"
import { startNode } from "./wire.ts"

const ownWebFolder = join(import.meta.dirname, "../../../apps")

/** Starts one node with the process's settings, and stops it in order on SIGINT and SIGTERM. */
async function main(): Promise<void> {
  const config = readConfig(processEnvironment)
  const webFolder = config.webFolder ?? ownWebFolder
  const secret = await loadPlatformSecret(config.keyFile)
  const embedded =
    config.databaseUrl === null
      ? await startEmbeddedPostgres({ folder: join(config.dataFolder, "postgres"), isDurable: true })
      : null
  const databaseUrl = config.databaseUrl ?? embedded?.url ?? ""
  const world = { config, databaseUrl, secret, clock: systemClock, random: systemRandom }
  const node = await startNode({ ...world, webFolder: existsSync(webFolder) ? webFolder : null }, passwords)
  const fragment = node.setupCode === null ? "" : `#setup=${node.setupCode}`
  // Where NODE_COMPILE_CACHE names a folder, what was compiled for this start serves the next, however this one ends.
  flushCompileCache()
  process.stdout.write(`Kalends is ready: ${config.publicUrl}/${fragment}\n`)
  const stop = async () => {
    await node.stop()
    await embedded?.stop()
    process.exit(0)
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void stop())
}

main().catch((error: unknown) => {
  const line = error instanceof ConfigError || error instanceof Error ? error.message : "unknown error"
  process.stderr.write(`Kalends did not start: ${line}\n`)
  process.exit(1)
})
