import type { ToolCalls } from "@kalends/client/tool-calls"
import { Problem } from "@kalends/domain/problem"
import { type IpcAnswer, type IpcRequest, ipcMeetingSchema, ipcSettingsSchema } from "@kalends/protocol/ipc"
import type { ToolMeeting, ToolSettings } from "@kalends/protocol/tools"

export type ToolAnswerDeps = {
  /** Of whoever is signed in; null while nobody is. */
  readonly calls: () => ToolCalls | null
}

/**
 * Does for scheduling tools what they ask, as whoever is signed in. The service gets the request's own fields and no
 * others. Throws Problem; "auth-expired" (code "agent-signed-out") while nobody is signed in.
 */
export function createToolAnswers({ calls }: ToolAnswerDeps) {
  return async (request: IpcRequest): Promise<IpcAnswer> => {
    const { id } = request
    const tools = calls()
    if (tools === null)
      throw new Problem("auth-expired", "Sign in to the desktop agent of Kalends first.", { code: "agent-signed-out" })
    switch (request.action) {
      case "settings":
        return { kind: "settings", id, settings: settingsFor(await tools.settings()) }
      case "schedule":
        return { kind: "meeting", id, meeting: meetingFor(await tools.schedule(request.input)) }
      case "update": {
        const { meetingId, ...change } = request.input
        return { kind: "meeting", id, meeting: meetingFor(await tools.update(meetingId, change)) }
      }
      case "remove":
        await tools.remove(request.input.meetingId)
        return { kind: "removed", id }
    }
  }
}

/** Of many, the first: a line is bounded. */
const templatesMost = 20
const hostsMost = 50

const settingsFor = ({ templates, mayScheduleFor, ...rest }: ToolSettings) =>
  ipcSettingsSchema.parse({
    ...rest,
    templates: templates.slice(0, templatesMost),
    mayScheduleFor: mayScheduleFor.slice(0, hostsMost),
  })

/** Its own fields and no others, whatever a newer service says. */
const meetingFor = (meeting: ToolMeeting) => ipcMeetingSchema.parse(meeting)
