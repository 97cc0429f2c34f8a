import { Problem } from "@kalends/domain/problem"

/** Links in answers (next pages, delta links) are followed to the API that was configured, and nowhere else. */
export function isOwnLink(apiUrl: string, link: string): boolean {
  return URL.canParse(link) && new URL(link).origin === new URL(apiUrl).origin
}

/** Throws Problem "malformed" for a link to another server. */
export function requireOwnLink(apiUrl: string, link: string): string {
  if (isOwnLink(apiUrl, link)) return link
  throw new Problem("malformed", "Microsoft 365 pointed to another server.")
}
