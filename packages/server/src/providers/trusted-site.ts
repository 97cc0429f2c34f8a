import { isLoopbackName } from "@kalends/domain/loopback"
import { Problem } from "@kalends/domain/problem"

/** Code of the Problem for a server that leads to another one. */
export const otherServer = "other-server"

/** "example.org", "ada@example.org", "https://example.org/dav/". Without a scheme it is https, except on this machine. */
export function typedUrl(server: string): URL {
  const host = server.includes("://") ? server : (server.split("@").at(-1) ?? server)
  const bare = URL.canParse(`https://${host}`) ? new URL(`https://${host}`).hostname : ""
  const text = host.includes("://") ? host : `${isLoopbackName(bare) ? "http" : "https"}://${host}`
  if (!URL.canParse(text)) throw new Problem("unsupported", "This is not a server's address.", { code: "bad-address" })
  const url = new URL(text)
  url.username = ""
  url.password = ""
  return url
}

/**
 * Where a server leads us, by redirect or by name. Throws Problem "forbidden" (code "other-server") for an address that
 * must not get the password, "unsupported" for what is no address.
 */
export function trusted(href: string, from: string, typed: URL): string {
  if (!URL.canParse(href, from))
    throw new Problem("unsupported", "This is not a server's address.", { code: "bad-address" })
  const url = new URL(href, from)
  url.username = ""
  url.password = ""
  const isWeb = url.protocol === "https:" || url.protocol === "http:"
  const isDowngrade = typed.protocol === "https:" && url.protocol !== "https:"
  if (!isWeb || isDowngrade || !isSameSite(url.hostname, typed.hostname))
    throw new Problem("forbidden", "The server sends us to another one; enter that one's address if you trust it.", {
      code: otherServer,
    })
  return url.href
}

/** Names under which anyone may have one: second levels of country domains ("co.uk"), and what people name home servers by. */
const shared = new RegExp(
  [
    "^(?:co|com|org|net|ac|gov|edu|or|ne|go)\\.[a-z]{2}$",
    "^(?:duckdns|dyndns|freeddns|freedns|no-ip|webhop|homedns)\\.org$",
    "^(?:ddns|myfritz|hopto|sytes|servebeer|dynv6|selfhost|spdns)\\.(?:net|org|eu|de)$",
    "^(?:synology|diskstation|i234|myds|feste-ip|goip)\\.(?:me|net|de)$",
    "^(?:myqnapcloud|nsupdate|mooo|strangled|afraid)\\.(?:com|info|net|org)$",
    "^(?:github|gitlab|fly|netlify|vercel|herokuapp|pages|workers)\\.(?:io|dev|app|com)$",
  ].join("|"),
)

/**
 * The same host, or one of the same site: below the same registrable name, as far as that can be told without the list of
 * public suffixes ("p1-caldav.icloud.com" for "caldav.icloud.com"). An address of digits is a site of its own.
 */
function isSameSite(host: string, typed: string): boolean {
  if (host === typed || host.endsWith(`.${typed}`)) return true
  const site = siteOf(typed)
  return site !== null && (host === site || host.endsWith(`.${site}`))
}

function siteOf(host: string): string | null {
  const labels = host.split(".")
  if (host.startsWith("[") || /^\d+$/.test(labels.at(-1) ?? "") || labels.length < 2) return null
  const two = labels.slice(-2).join(".")
  const site = shared.test(two) ? labels.slice(-3).join(".") : two
  return shared.test(site) ? null : site
}
