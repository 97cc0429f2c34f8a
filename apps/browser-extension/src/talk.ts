import type { ToolDefaultsInput, ToolMeetingInput, ToolSettings } from "@kalends/protocol/tools"
import type { FieldName } from "./selectors.ts"

/** All that is said of an event to the service (SPEC 3.1). */
export type EventFace = Pick<ToolMeetingInput, "subject" | "date" | "time" | "zone" | "isRecurring">

/** What a person chose for one meeting; what is left out is as the service has it. */
export type Choice = Pick<ToolMeetingInput, "templateId" | "for">

/** A calendar page in which an event was written without our finding the fields. */
export type UnknownPage = { readonly page: string; readonly missing: readonly FieldName[] }

/** What the pages of the extension ask its background. */
export type Asked =
  | { readonly kind: "state" }
  | { readonly kind: "begin"; readonly deviceName: string; readonly isLasting: boolean }
  | { readonly kind: "sign-out" }
  | { readonly kind: "settings" }
  | { readonly kind: "save-defaults"; readonly defaults: ToolDefaultsInput }
  | { readonly kind: "schedule"; readonly key: string; readonly face: EventFace; readonly choice: Choice }
  | { readonly kind: "change"; readonly meetingId: string; readonly face: EventFace }
  | { readonly kind: "remove"; readonly meetingId: string }
  | { readonly kind: "open-options" }
  | ({ readonly kind: "page-unknown" } & UnknownPage)
  | { readonly kind: "take-note" }

export type Told =
  | { readonly kind: "made"; readonly meetingId: string; readonly location: string; readonly text: string }
  | { readonly kind: "done" }
  | { readonly kind: "signed-out" }
  /** Until the code is typed; how often to ask whether it is. */
  | { readonly kind: "waiting"; readonly code: string; readonly pollSeconds: number }
  | { readonly kind: "signed-in" }
  | { readonly kind: "settings"; readonly settings: ToolSettings }
  | { readonly kind: "note"; readonly note: UnknownPage | null }
  /** By the service, with its code for the reason where it gave one. */
  | { readonly kind: "refused"; readonly code: string | null }
  | { readonly kind: "failed" }
