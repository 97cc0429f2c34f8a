import type { ToolMeetingInput } from "@kalends/protocol/tools"

/** All that is said of an event to the service (SPEC 3.1). */
export type EventFace = Pick<ToolMeetingInput, "subject" | "date" | "time" | "zone" | "isRecurring">

/** What the pages of the extension ask its background. */
export type Asked =
  | { readonly kind: "state" }
  | { readonly kind: "begin"; readonly serviceUrl: string; readonly deviceName: string }
  | { readonly kind: "sign-out" }
  | { readonly kind: "schedule"; readonly key: string; readonly face: EventFace }
  | { readonly kind: "change"; readonly meetingId: string; readonly face: EventFace }
  | { readonly kind: "remove"; readonly meetingId: string }

export type Told =
  | { readonly kind: "made"; readonly meetingId: string; readonly location: string; readonly text: string }
  | { readonly kind: "removed" }
  | { readonly kind: "signed-out" }
  | { readonly kind: "waiting"; readonly code: string; readonly serviceUrl: string }
  | { readonly kind: "signed-in"; readonly serviceUrl: string }
  | { readonly kind: "refused" }
  | { readonly kind: "failed" }
