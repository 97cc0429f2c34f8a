import type { HookRequest } from "./calendar-provider.ts"

export type MeetingRecognition =
  /** Answer this JSON and do nothing: how a service makes sure that the address is ours. */
  | { readonly kind: "handshake"; readonly text: string }
  /** Somebody changed or deleted meetings there, we ourselves perhaps. Names of the service's own, few. */
  | { readonly kind: "changed"; readonly backendIds: readonly string[] }
  | { readonly kind: "forged" }
  /** Genuine, but told too long ago. */
  | { readonly kind: "stale" }
  /** Nothing that concerns meetings of ours, or nothing that can be read. */
  | { readonly kind: "unrecognised" }

/** How one meeting service tells of changes by itself. */
export interface MeetingPush {
  /** What a request to /hooks/<name> means; pure, throws nothing. Nothing but ids is taken out of it. */
  recognise(request: HookRequest, now: Temporal.Instant): MeetingRecognition
}
