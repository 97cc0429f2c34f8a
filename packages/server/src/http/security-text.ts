import { Problem } from "@kalends/domain/problem"
import type { FastifyInstance } from "fastify"
import type { Clock } from "../ports/clock.ts"

export type SecurityText = {
  readonly publicUrl: string
  readonly securityContacts: readonly string[]
  readonly securityContactExpires: Temporal.Instant | null
}

const path = "/.well-known/security.txt"

/** The text of RFC 9116; null where the operator names no contact. */
export function securityText({ publicUrl, securityContacts, securityContactExpires }: SecurityText): string | null {
  if (securityContactExpires === null) return null
  const lines = [
    ...securityContacts.map((contact) => `Contact: ${contact}`),
    `Expires: ${securityContactExpires.toString()}`,
    // The standard wants the file, and names of it, under https alone.
    ...(publicUrl.startsWith("https:") ? [`Canonical: ${publicUrl}${path}`] : []),
  ]
  return `${lines.join("\r\n")}\r\n`
}

/** Tells whom to write to of a weakness; as if it were not there without a contact, and once that is no longer good. */
export function securityTextRoute(app: FastifyInstance, config: SecurityText, clock: Clock): void {
  const text = securityText(config)
  const expires = config.securityContactExpires
  if (text === null || expires === null) return
  app.get(path, async (_request, reply) => {
    if (Temporal.Instant.compare(expires, clock.now()) <= 0) throw new Problem("not-found", "There is nothing here.")
    return reply.type("text/plain; charset=utf-8").send(text)
  })
}
