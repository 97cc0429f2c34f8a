import { Problem } from "@kalends/domain/problem"
import { isSameServer } from "@kalends/readers/same-server"

/**
 * Links in answers (next pages, delta links) are followed to the API that was configured, and nowhere else. Throws Problem
 * "malformed" for a link to another server.
 */
export function requireOwnLink(apiUrl: string, link: string): string {
  if (isSameServer(apiUrl, link)) return link
  throw new Problem("malformed", "Microsoft 365 pointed to another server.")
}
