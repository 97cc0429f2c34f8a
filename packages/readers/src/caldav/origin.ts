import { Problem } from "@kalends/domain/problem"

/**
 * An address that a server or the store names, on the origin that the credential belongs to: with it goes a password. A
 * server behind a proxy may not know the scheme and port that it is reached at, so from the same host the path alone is
 * taken. Null for another host and for what is no address.
 */
export function addressOnServer(base: string, href: string): string | null {
  const url = URL.canParse(href, base) ? new URL(href, base) : null
  const { hostname, origin } = new URL(base)
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:"
  return url === null || !isWeb || url.hostname !== hostname ? null : `${origin}${url.pathname}${url.search}`
}

/** As addressOnServer. Throws Problem "malformed" (code "other-server") instead of null. */
export function onServer(base: string, href: string): string {
  const address = addressOnServer(base, href)
  if (address === null) throw new Problem("malformed", "The calendar is on another server.", { code: "other-server" })
  return address
}
