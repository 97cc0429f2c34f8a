import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"
import fastifyStatic from "@fastify/static"
import type { FastifyInstance, FastifyReply } from "fastify"
import { newNonce, noncePlace } from "./security-headers.ts"

export type OutlookPagesOptions = {
  /** Folder that the add-in was built into; without it nothing is served. */
  readonly folder: string
  /** The address that people's browsers use. */
  readonly service: string
  /** Origins of the Outlooks on the web that may show the add-in. */
  readonly hosts: readonly string[]
  /** Origin of the library by which a page talks with Outlook. */
  readonly library: string
  /** Origin of the sign-in page. */
  readonly signIn: string
}

const prefix = "/outlook/"
/** As the builds of tools write them. */
export const blank = { host: "kalends.invalid", addinId: "00000000-0000-0000-0000-000000000000" }
const serviceInScript = "__KALENDS_SERVICE__"

/**
 * The Outlook add-in's pages and manifests, for this deployment. These pages alone may stand in a frame, and only in
 * Outlook's own; they run our scripts and Office's library, and send to the service and to the sign-in page.
 */
export async function outlookPages(plain: FastifyInstance, options: OutlookPagesOptions): Promise<void> {
  const { folder, service } = options
  if (!existsSync(join(folder, "index.html"))) return
  const read = (name: string) => readFile(join(folder, name), "utf8")
  await plain.register(async (app) => {
    app.addHook("onRequest", async (_request, reply) => {
      // Outlook opens the sign-in dialog and fetches the icons from pages of its own.
      reply.headers({
        "cross-origin-opener-policy": "unsafe-none",
        "cross-origin-resource-policy": "cross-origin",
      })
    })
    await app.register(fastifyStatic, {
      ...{ root: join(folder, "assets"), prefix: `${prefix}assets/`, decorateReply: false, index: false },
      ...{ immutable: true, maxAge: "1y", cacheControl: true, preCompressed: true },
    })
    for (const [place, name] of Object.entries({
      "": "index.html",
      dialog: "dialog.html",
      commands: "commands.html",
    })) {
      const page = await read(name)
      app.get(`${prefix}${place}`, async (_request, reply) => sendPage(reply, page, options))
    }
    app.get(prefix.slice(0, -1), async (_request, reply) => reply.redirect(prefix))
    const script = (await read("functions.js")).replaceAll(serviceInScript, service)
    app.get(`${prefix}functions.js`, async (_request, reply) =>
      reply.type("text/javascript; charset=utf-8").send(script),
    )
    // What Outlook looks for at the root of the origin, under names that the add-in's build has for it.
    for (const name of await readdir(join(folder, "well-known"))) {
      const text = filledIn(await read(join("well-known", name)), service)
      app.get(`/.well-known/${name}`, async (_request, reply) =>
        reply.type("application/json; charset=utf-8").send(text),
      )
    }
    for (const [name, type] of manifests) {
      const text = filledIn(await read(name), service)
      app.get(`${prefix}${name}`, async (_request, reply) => reply.type(type).send(text))
    }
  })
}

const manifests = [
  ["manifest.xml", "application/xml; charset=utf-8"],
  ["manifest.json", "application/json; charset=utf-8"],
  ["ja.json", "application/json; charset=utf-8"],
] as const

function sendPage(reply: FastifyReply, page: string, options: OutlookPagesOptions): FastifyReply {
  const nonce = newNonce()
  return reply
    .header("content-security-policy", outlookPolicy(nonce, options))
    .type("text/html; charset=utf-8")
    .send(page.replaceAll(noncePlace, nonce))
}

type PolicyParts = Pick<OutlookPagesOptions, "hosts" | "library" | "signIn">

/** The content security policy of the add-in's pages. */
export function outlookPolicy(nonce: string, { hosts, library, signIn }: PolicyParts): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${library}`,
    `style-src 'self' 'nonce-${nonce}'`,
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${signIn}`,
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${hosts.length === 0 ? "'none'" : hosts.join(" ")}`,
  ].join("; ")
}

/** A manifest as a tool's build writes it, for the deployment at this address. */
export function filledIn(text: string, service: string): string {
  const { protocol, hostname, host } = new URL(service)
  return (
    text
      // Browsers' patterns of addresses know no ports.
      .replaceAll(`https://${blank.host}/*`, `${protocol}//${hostname}/*`)
      .replaceAll(`https://${blank.host}`, service)
      .replaceAll(blank.host, host)
      .replaceAll(blank.addinId, addinIdOf(service))
  )
}

/** The same for the same address, so that a manifest fetched anew is that of the same add-in. */
export function addinIdOf(service: string): string {
  const hex = createHash("sha256").update(`kalends outlook add-in ${service}`).digest("hex")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Origins in a text, one after the other; whatever is no https origin would be something else in the policy. */
export function originsIn(text: string): readonly string[] {
  return text.split(/\s+/).filter((one) => /^https:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?$/i.test(one))
}
