/** One outgoing request. The body is text; answers are read whole up to the limit. */
export type OutgoingRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | null
  readonly signal?: AbortSignal
  /** Default 15,000. */
  readonly timeoutMs?: number
  /** Default 32 MiB. */
  readonly responseLimitBytes?: number
  /** True for an address that a user typed: resolved and refused when it points into a private network. */
  readonly isUserGiven?: boolean
  /**
   * Signs in with NTLM version 2 on a connection that belongs to this credential alone, or with Basic where the server
   * offers no NTLM and the connection is TLS. The user name is `DOMAIN\user` or `user@domain`. 401 comes back only where
   * the credential was refused.
   */
  readonly ntlm?: { readonly username: string; readonly password: string }
  /** With `ntlm`: doing it twice does no harm, so it may be sent again where an open connection breaks. */
  readonly isRepeatable?: boolean
}

/** Header names are lower case. Redirects are never followed: 3xx comes back as it is. */
export type IncomingResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** As IncomingResponse, the body unread. The caller consumes or cancels it. */
export type StreamedResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Outgoing HTTP. Both throw Problem "unavailable" when nothing answers in time, "malformed" when the answer is larger
 * than the limit, "forbidden" when a user-given address is not allowed. Never logs addresses' query, headers or bodies.
 */
export interface HttpClient {
  send(request: OutgoingRequest): Promise<IncomingResponse>
  stream(request: OutgoingRequest): Promise<StreamedResponse>
}
