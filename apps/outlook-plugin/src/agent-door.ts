import type { IpcLink, IpcQuestion } from "@kalends/client/platform/ipc-link"
import { isProblem } from "@kalends/domain/problem"
import type { IpcAnswer } from "@kalends/protocol/ipc"

/** The way to the agent, opened when it is first needed and again after the agent was restarted. */
export type AgentDoor = {
  /** Throws Problem, with the agent's code. */
  ask(question: IpcQuestion): Promise<IpcAnswer>
  close(): void
}

/**
 * A question whose agent went away is asked once more of the next one. That does no harm: a meeting is named by the key of
 * its request, and changes and removals say how things are to be.
 */
export function createAgentDoor(open: () => Promise<IpcLink>): AgentDoor {
  let link: IpcLink | null = null

  async function askOnce(question: IpcQuestion): Promise<IpcAnswer> {
    link ??= await open()
    try {
      return await link.ask(question)
    } catch (error) {
      if (isGone(error)) link = null
      throw error
    }
  }

  return {
    async ask(question) {
      const wasOpen = link !== null
      try {
        return await askOnce(question)
      } catch (error) {
        if (!wasOpen || !isGone(error)) throw error
        return askOnce(question)
      }
    },
    close() {
      link?.close()
      link = null
    },
  }
}

const isGone = (error: unknown): boolean => isProblem(error) && error.code === "no-agent"
