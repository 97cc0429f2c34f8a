import type { ToolCalls } from "@kalends/client/tool-calls"
import type { ClientState } from "@kalends/client/types"
import { Problem } from "@kalends/domain/problem"
import type { IpcAnswer, IpcRequest } from "@kalends/protocol/ipc"

export type ToolAnswerDeps = {
  readonly client: { readonly state: ClientState; readonly tools: ToolCalls }
}

/**
 * Does for scheduling tools what they ask, as whoever is signed in. The service gets the request's own fields and no
 * others. Throws Problem; "auth-expired" (code "agent-signed-out") while nobody is signed in.
 */
export function createToolAnswers({ client }: ToolAnswerDeps) {
  return async (request: IpcRequest): Promise<IpcAnswer> => {
    const { id } = request
    if (client.state.phase !== "signed-in")
      throw new Problem("auth-expired", "Sign in to the desktop agent of Kalends first.", { code: "agent-signed-out" })
    switch (request.action) {
      case "settings":
        return { kind: "settings", id, settings: await client.tools.settings() }
      case "schedule":
        return { kind: "meeting", id, meeting: await client.tools.schedule(request.input) }
      case "update":
        return { kind: "meeting", id, meeting: await client.tools.update(request.input) }
      case "remove":
        await client.tools.remove(request.input.meetingId)
        return { kind: "removed", id }
    }
  }
}
