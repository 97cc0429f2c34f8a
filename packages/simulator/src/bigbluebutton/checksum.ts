import { createHash, timingSafeEqual } from "node:crypto"

export const algorithms = ["sha1", "sha256", "sha384", "sha512"] as const
export type Algorithm = (typeof algorithms)[number]

/** Call name, query string without the checksum, shared secret (docs.bigbluebutton.org, "API Security Model"). */
export const checksumOf = (
  call: string,
  query: string,
  { secret, algorithm }: { readonly secret: string; readonly algorithm: Algorithm },
): string => createHash(algorithm).update(`${call}${query}${secret}`).digest("hex")

/** The query string as it was sent, byte for byte, without its checksum wherever that stands. */
export function withoutChecksum(query: string): string {
  return query
    .replace(/^\?/, "")
    .split("&")
    .filter((part) => !part.startsWith("checksum="))
    .join("&")
}

/**
 * Whether a checksum is right; the algorithm is told by its length, and may be any that the server supports. Of a POST
 * with nothing in its address BigBlueButton takes the sorted parameters of the body (ValidationService.java), and its
 * documents say an empty query string: both are taken.
 */
export function isRight(
  call: string,
  { given, queries }: { readonly given: string; readonly queries: readonly string[] },
  { secret, supported }: { readonly secret: string; readonly supported: readonly Algorithm[] },
): boolean {
  const algorithm = supported.find((one) => createHash(one).digest("hex").length === given.length)
  if (algorithm === undefined) return false
  return queries.some((query) =>
    timingSafeEqual(Buffer.from(checksumOf(call, query, { secret, algorithm })), Buffer.from(given.toLowerCase())),
  )
}

/** `application/x-www-form-urlencoded`, sorted by name, without the checksum. */
export function sortedQuery(form: URLSearchParams): string {
  const kept = new URLSearchParams([...form].filter(([name]) => name !== "checksum"))
  kept.sort()
  return kept.toString()
}
