import { join } from "node:path"
import type { Config } from "./config.ts"
import { type OutlookPagesOptions, originsIn } from "./http/outlook-pages.ts"

/** What the Outlook add-in's pages need to know of this deployment. */
export function outlookOptions(config: Config, webFolder: string): OutlookPagesOptions {
  return {
    ...{ folder: join(webFolder, "outlook-addin", "dist"), service: new URL(config.publicUrl).origin },
    ...{ hosts: originsIn(config.outlookHosts), library: new URL(config.officeLibraryUrl).origin },
    signOn: { clientId: config.outlookClientId, authority: config.outlookAuthority },
  }
}
