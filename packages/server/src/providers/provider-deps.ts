import { type Access, authorization } from "@kalends/domain/access"
import type { Send } from "@kalends/readers/reader"
import type { Clock } from "../ports/clock.ts"
import type { HttpClient } from "../ports/http-client.ts"
import type { OAuthClient } from "../ports/oauth-client.ts"
import type { Random } from "../ports/random.ts"

/** What every provider is made with. */
export type ProviderDeps = { readonly http: HttpClient; readonly clock: Clock; readonly random: Random; readonly oauth: OAuthClient }

/** Sends a reader's requests with the credential added. `isUserGiven`: the address came from a person. */
export function senderFor(http: HttpClient, access: Access): Send {
  return (request, signal) =>
    http.send({ ...request, headers: { ...request.headers, authorization: authorization(access) }, signal, isUserGiven: access.kind === "password" })
}
