import { randomBytes } from "node:crypto"
import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"

/** Place in the apps' pages where the style nonce goes. */
export const noncePlace = "__CSP_NONCE__"

export function newNonce(): string {
  return randomBytes(16).toString("base64url")
}

/**
 * Pages run only our own scripts; styles added at run time carry the nonce. `connectTo`: the providers' origins, which
 * the agenda reads directly.
 */
export function contentSecurityPolicy(nonce: string, connectTo: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    // React writes style attributes (sizes, positions); they cannot load or run anything.
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self' ${connectTo.join(" ")}`.trim(),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ")
}

/** Headers of every answer, and the Host check that keeps rebound names out. `hosts`: names this service goes by. */
export function addSecurityHeaders(app: FastifyInstance, hosts: ReadonlySet<string>): void {
  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      // As the audit log names the request.
      "x-request-id": request.id,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
      "cache-control": "no-store",
      // Pages have one of their own; nothing else is to load, run or be framed, whatever a browser takes it for.
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      ...(request.protocol === "https" ? { "strict-transport-security": "max-age=31536000" } : {}),
    })
    if (!hosts.has(request.hostname))
      throw new Problem("forbidden", "This service does not go by that name.", { code: "wrong-host" })
  })
}
