import type { ProviderName } from "@kalends/domain/ids"
import type { Issuer } from "@kalends/domain/issuer"
import type { IssuedClaims } from "./oidc-client.ts"

/**
 * A way in for scheduling tools that run where their person is signed in already: the tool brings what that place says of
 * the person. issued: a token of an OpenID issuer for the tool's own application there. server: one that a mail server has
 * signed, with the key that it shows at an address of its own.
 */
export type ToolDoor =
  | {
      readonly kind: "issued"
      readonly issuer: Issuer
      /** The tool's applications there. */
      readonly clientIds: readonly string[]
      /** Which claim names the person for good. */
      readonly names: "oid" | "sub"
      /** Whose connections name people as this issuer does. */
      readonly provider: ProviderName
    }
  | {
      readonly kind: "server"
      readonly label: string
      /** Servers that are believed, host or host:port. */
      readonly hosts: readonly string[]
      /** Of the tool's page, for which the token must be. */
      readonly audienceOrigin: string
    }

/** What a token says, once it holds. `subject`: as the connection of the same person names them; null where none does. */
export type ToolClaims = IssuedClaims & { readonly connectionSubject: string | null }

/**
 * Checks what a tool brings. Throws Problem "auth-revoked" (code "bad-tool-token") for what does not hold, "unavailable"
 * (code "issuer-away") where the keys cannot be had.
 */
export interface ToolTokens {
  read(door: ToolDoor, token: string): Promise<ToolClaims>
}
