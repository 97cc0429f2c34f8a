import type { ToolRoutesDeps } from "./http/tool-routes.ts"
import { createDelegates } from "./meetings/delegates.ts"
import { createToolMeetings, type ToolMeetingsDeps } from "./meetings/tool-meetings.ts"
import { createToolSettings } from "./meetings/tool-settings.ts"
import { createToolCodes } from "./people/tool-codes.ts"

/** What scheduling tools ask for. */
export function createToolParts(deps: ToolMeetingsDeps, sessionDays: number): ToolRoutesDeps["tools"] {
  const { store, world } = deps
  const { clock, random } = world
  return {
    meetings: createToolMeetings(deps),
    settings: createToolSettings(deps),
    delegates: createDelegates({ store, clock }),
    codes: createToolCodes({ store, clock, random, sessionDays }),
  }
}
