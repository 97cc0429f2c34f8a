import { parseLine } from "@kalends/protocol/ipc"
import { z } from "zod"
import { type Appointment, appointmentSchema, type Marks, marksSchema } from "./appointment.ts"
import type { AppointmentItem, Plugin } from "./plugin.ts"

/** What the shell in Outlook says to the host, a line each. */
export const shellLineSchema = z.strictObject({
  /** Of one appointment's window; what is done for it is said under the same. */
  item: z.string().min(1).max(100),
  event: z.enum(["add", "saved", "deleted"]),
  appointment: appointmentSchema,
  marks: marksSchema,
})

/** What the host asks the shell to do, a line each; "done" ends what one of the shell's lines began. */
export type HostLine =
  | { readonly item: string; readonly do: "mark"; readonly marks: Marks }
  | {
      readonly item: string
      readonly do: "write"
      readonly location: string
      readonly block: { readonly text: string; readonly html: string }
    }
  | { readonly item: string; readonly do: "say"; readonly text: string; readonly isProblem: boolean }
  | { readonly item: string; readonly do: "done" }
  | { readonly item: null; readonly do: "refuse"; readonly text: string }

/**
 * Serves the shell's lines, in order for each appointment. A line that is none of them is refused without a word of what it
 * held; nothing of it is passed on.
 */
export function createHostLines(plugin: Plugin, send: (line: HostLine) => void) {
  const turns = new Map<string, Promise<void>>()

  async function serve(event: "add" | "saved" | "deleted", item: AppointmentItem, name: string): Promise<void> {
    await plugin[event](item)
    send({ item: name, do: "done" })
  }

  return (line: string): Promise<void> => {
    const read = shellLineSchema.safeParse(parseLine(line))
    if (!read.success) {
      send({ item: null, do: "refuse", text: "The host does not take this line." })
      return Promise.resolve()
    }
    const { item: name, event, appointment, marks } = read.data
    const before = turns.get(name) ?? Promise.resolve()
    const turn = before
      .then(() => serve(event, itemOf(name, { appointment, marks }, send), name))
      .finally(() => {
        if (turns.get(name) === turn) turns.delete(name)
      })
    turns.set(name, turn)
    return turn
  }
}

type Shown = { readonly appointment: Appointment; readonly marks: Marks }

function itemOf(item: string, { appointment, marks }: Shown, send: (line: HostLine) => void): AppointmentItem {
  return {
    appointment,
    marks,
    mark: async (kept) => send({ item, do: "mark", marks: kept }),
    write: async ({ location, block }) => send({ item, do: "write", location, block }),
    say: (text, isProblem) => send({ item, do: "say", text, isProblem }),
  }
}
