import { join } from "node:path"
import type { FastifyInstance } from "fastify"
import type { Config } from "./config.ts"
import { originsIn, outlookPages } from "./http/outlook-pages.ts"
import { webApps, webPages } from "./http/web-pages.ts"
import { apiOrigins, settingsFrom } from "./providers/registry.ts"

/** The built apps' pages, and those of the Outlook add-in. */
export async function pageRoutes(app: FastifyInstance, config: Config, webFolder: string): Promise<void> {
  await webPages(app, { apps: webApps(webFolder), connectTo: apiOrigins(settingsFrom(config)) })
  await outlookPages(app, {
    ...{ folder: join(webFolder, "outlook-addin", "dist"), service: new URL(config.publicUrl).origin },
    ...{ hosts: originsIn(config.outlookHosts), library: new URL(config.officeLibraryUrl).origin },
    signIn: new URL(config.outlookSignInUrl).origin,
  })
}
