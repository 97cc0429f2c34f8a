import { type Access, authorization } from "@kalends/domain/access"
import { isProblem, Problem } from "@kalends/domain/problem"
import { type Wire, wire } from "@kalends/readers/parse"
import type { Send } from "@kalends/readers/reader"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { OAuthClient } from "../ports/oauth-client.ts"
import type { Random } from "../ports/random.ts"

/** What every provider is made with. */
export type ProviderDeps = {
  readonly http: HttpClient
  readonly clock: Clock
  readonly random: Random
  readonly oauth: OAuthClient
}

/** Sends a reader's requests with the credential added. `isUserGiven`: the address came from a person. */
export function senderFor(http: HttpClient, access: Access): Send {
  return (request, signal) =>
    http.send({
      ...request,
      headers: { ...request.headers, authorization: authorization(access) },
      signal,
      isUserGiven: access.kind === "password",
    })
}

/** Reads one item. Throws Problem "malformed" when it cannot be understood. */
export function readOne<Item>(item: Wire, read: (item: Wire) => Item): Item {
  try {
    return read(item)
  } catch (cause) {
    throw new Problem("malformed", "The calendar service's answer cannot be read.", { cause })
  }
}

/** Reads a list; items that cannot be understood are left out. */
export function readEach<Item>(items: readonly unknown[], read: (item: Wire) => Item): readonly Item[] {
  return items.flatMap((item) => {
    const found = wire(item)
    if (found === null) return []
    try {
      return [read(found)]
    } catch {
      return []
    }
  })
}

/** What a call gave; null where there is no such thing (any more). */
export async function orNull<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work
  } catch (error) {
    if (isProblem(error, "not-found")) return null
    throw error
  }
}
