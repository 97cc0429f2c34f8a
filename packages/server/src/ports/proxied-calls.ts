import type { Access } from "@kalends/domain/access"
import type { ProviderCalendarId } from "@kalends/domain/ids"
import type { Permission } from "@kalends/domain/permission"
import type { ContactsPermission } from "@kalends/domain/policy"
import type { IncomingResponse, OutgoingRequest } from "./http-client.ts"

/** What an app asks of the provider, by way of us. Nothing of it is trusted. */
export type ProxiedRequest = {
  readonly method: string
  /** Below the address that the app was given, "" or "/…". */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Proxying = {
  readonly access: Access
  readonly permission: Permission
  readonly contacts: ContactsPermission
  /** The calendars of the connection: nothing else is reached. */
  readonly calendarIds: readonly ProviderCalendarId[]
  /** Address that the app was given, without a trailing slash. */
  readonly ownBase: string
  /** An address of the provider's as one below ours, and back; what was not sealed here throws. */
  readonly seal: (url: string) => string
  readonly open: (sealed: string) => string
  readonly signal: AbortSignal
}

export type ProxiedAnswer = { readonly status: number; readonly contentType: string; readonly body: string }

/**
 * Calls of an app that we make for it, so that what opens the mailbox never leaves: those on its own calendars alone, and
 * such that write with read-write alone. Throws Problem "forbidden" (code "not-proxied") for any other, and when an answer
 * holds what the app is not to see.
 */
export interface ProxiedCalls {
  ask(
    request: ProxiedRequest,
    proxying: Proxying,
    send: (request: OutgoingRequest) => Promise<IncomingResponse>,
  ): Promise<ProxiedAnswer>
}
