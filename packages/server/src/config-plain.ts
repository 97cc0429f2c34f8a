import { isLoopbackName } from "@kalends/domain/loopback"
import { ConfigError, option } from "./config-option.ts"

export const plainOptions = [
  option("plainInside", "KALENDS_PLAIN_INSIDE", "yes-no", {
    default: "no",
    text: "Lets connections to the database and to NATS on other machines go without TLS: only in a network that nobody else can reach or listen to.",
  }),
] as const

type Inside = { readonly databaseUrl: string | null; readonly natsUrl: string | null; readonly plainInside: boolean }

/** What goes to another machine goes by TLS, with its certificate looked at, unless the operator says otherwise. Throws ConfigError. */
export function checkPlain({ databaseUrl, natsUrl, plainInside }: Inside): void {
  if (plainInside) return
  if (databaseUrl !== null && !isDatabaseSafe(databaseUrl))
    throw new ConfigError(
      "DATABASE_URL leads to another machine and does not say sslmode=verify-full; add it (and sslrootcert=<file> for an authority of your own), or set KALENDS_PLAIN_INSIDE=yes.",
    )
  if (natsUrl !== null && !natsUrl.split(",").every(isNatsSafe))
    throw new ConfigError(
      "KALENDS_NATS_URL leads to another machine and is not a tls:// address; write one, or set KALENDS_PLAIN_INSIDE=yes.",
    )
}

/** A Unix socket is a path, percent-encoded in the place of the host or in the query; without any host it is this machine. */
function isDatabaseSafe(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const host = url.searchParams.get("host") ?? decodeURIComponent(url.hostname)
  if (host === "" || host.startsWith("/") || isLoopbackName(host)) return true
  // The driver takes the others for this one with a warning, or looks at no certificate.
  return url.searchParams.get("sslmode") === "verify-full" && !url.searchParams.has("uselibpqcompat")
}

function isNatsSafe(text: string): boolean {
  const address = text.trim()
  const withScheme = address.includes("://") ? address : `nats://${address}`
  return URL.canParse(withScheme) && (withScheme.startsWith("tls://") || isLoopbackName(new URL(withScheme).hostname))
}
