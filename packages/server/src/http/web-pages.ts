import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import fastifyStatic from "@fastify/static"
import type { FastifyInstance } from "fastify"
import { contentSecurityPolicy, newNonce, noncePlace } from "./security-headers.ts"

export type WebApp = {
  /** "/", "/agenda/" or "/rooms/". */
  readonly prefix: string
  /** Folder that the app was built into. */
  readonly folder: string
}

/** The apps as they are built below a folder. */
export function webApps(folder: string): readonly WebApp[] {
  return [
    { prefix: "/", folder: join(folder, "portal", "dist") },
    { prefix: "/agenda/", folder: join(folder, "agenda", "dist") },
    { prefix: "/rooms/", folder: join(folder, "rooms", "dist") },
  ]
}

export type WebPagesOptions = { readonly apps: readonly WebApp[]; readonly connectTo: readonly string[] }

/** Serves the built apps: hashed assets compressed as they were built and cached for good, pages never cached and each with a nonce of its own. */
export async function webPages(app: FastifyInstance, { apps, connectTo }: WebPagesOptions): Promise<void> {
  for (const { prefix, folder } of apps) {
    if (!existsSync(join(folder, "index.html"))) continue
    const page = await readFile(join(folder, "index.html"), "utf8")
    await app.register(fastifyStatic, {
      root: join(folder, "assets"),
      prefix: `${prefix}assets/`,
      decorateReply: false,
      immutable: true,
      maxAge: "1y",
      cacheControl: true,
      index: false,
      preCompressed: true,
    })
    app.get(prefix, async (_request, reply) => {
      const nonce = newNonce()
      return reply
        .header("content-security-policy", contentSecurityPolicy(nonce, connectTo))
        .type("text/html; charset=utf-8")
        .send(page.replaceAll(noncePlace, nonce))
    })
  }
  for (const { prefix } of apps)
    if (prefix !== "/") app.get(prefix.slice(0, -1), async (_request, reply) => reply.redirect(prefix))
}
