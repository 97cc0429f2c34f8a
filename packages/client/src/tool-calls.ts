import {
  type ToolMeeting,
  type ToolMeetingChange,
  type ToolMeetingInput,
  type ToolSettings,
  toolMeetingSchema,
  toolSettingsSchema,
} from "@kalends/protocol/tools"
import type { Ask } from "./meeting-calls.ts"
import type { ServiceApi } from "./service-api.ts"

/** What scheduling tools ask of the service, for whoever is signed in. Throws Problem. */
export function createToolCalls({ call, send }: Pick<ServiceApi, "call" | "send">, ask: Ask) {
  const one = (meetingId: string) => `/v1/tools/meetings/${encodeURIComponent(meetingId)}`
  return {
    settings: (): Promise<ToolSettings> =>
      ask((signal) => call(toolSettingsSchema, { method: "GET", path: "/v1/tools/settings", signal })),
    /** Asked again with the same key, it makes nothing and answers the first. */
    schedule: (input: ToolMeetingInput): Promise<ToolMeeting> =>
      ask((signal) => call(toolMeetingSchema, { method: "POST", path: "/v1/tools/meetings", body: input, signal })),
    update: (meetingId: string, change: ToolMeetingChange): Promise<ToolMeeting> =>
      ask((signal) => call(toolMeetingSchema, { method: "PATCH", path: one(meetingId), body: change, signal })),
    /** Well, too, when it is gone already. */
    remove: (meetingId: string): Promise<void> =>
      ask(async (signal) => void (await send({ method: "DELETE", path: one(meetingId), signal }))),
  }
}

export type ToolCalls = ReturnType<typeof createToolCalls>
