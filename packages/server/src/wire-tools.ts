import type { ToolRoutesDeps } from "./http/tool-routes.ts"
import { createDelegates } from "./meetings/delegates.ts"
import { createToolMeetings, type ToolMeetingsDeps } from "./meetings/tool-meetings.ts"
import { createToolSettings } from "./meetings/tool-settings.ts"
import { createDoors, type DoorSettings } from "./people/doors/registry.ts"
import { createToolCodes } from "./people/tool-codes.ts"
import { createToolDoors } from "./people/tool-doors.ts"
import { createToolTokens } from "./platform/tool-tokens.ts"
import type { HttpClient } from "./ports/http-client.ts"
import { livesOf } from "./ports/session-lives.ts"

type Settings = DoorSettings & Parameters<typeof livesOf>[0]

/** What scheduling tools ask for. */
export function createToolParts(
  deps: ToolMeetingsDeps & { readonly http: HttpClient },
  settings: Settings,
): ToolRoutesDeps["tools"] {
  const { store, world, http } = deps
  const lives = livesOf(settings)
  const { clock, random } = world
  return {
    meetings: createToolMeetings(deps),
    settings: createToolSettings(deps),
    delegates: createDelegates({ store, clock }),
    codes: createToolCodes({ store, clock, random, lives }),
    doors: createToolDoors({
      ...{ store, doors: createDoors(settings), sessions: { clock, random, lives } },
      tokens: createToolTokens({ http, clock }),
    }),
  }
}
