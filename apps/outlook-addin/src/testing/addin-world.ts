import { createHandlers } from "../handlers.ts"
import { createMeetingActs } from "../meeting.ts"
import { words } from "../messages.ts"
import { createService } from "../service.ts"
import { signInByHand, withSession } from "../sign-in.ts"
import { mockOffice } from "./mock-office.ts"
import type { OfficeScript } from "./scripted-office.ts"
import { scriptedService } from "./scripted-service.ts"

/** The add-in without its pages, in a scripted Outlook, on a scripted service. */
export function addinWorld(script: Partial<OfficeScript> = {}) {
  const outlook = mockOffice({ sets: ["NestedAppAuth"], ...script })
  const remote = scriptedService()
  const service = createService(remote.send)
  /** Whether Outlook has to ask the person who they are, and how often it has. */
  const asks = { mustAsk: false, windows: 0 }
  let keptToken: string | null = null
  let keys = 0
  const keep = (token: string | null): void => {
    keptToken = token
  }
  const signIn = {
    ...{ office: outlook.office, service },
    nestedApp: async (isQuiet: boolean) => {
      if (isQuiet && asks.mustAsk) throw new Error("interaction_required")
      asks.windows += isQuiet ? 0 : 1
      return "nested-app-token"
    },
    kept: { read: () => keptToken, write: keep },
  }
  const acts = createMeetingActs({
    ...signIn,
    browserZone: "Europe/Paris",
    untitled: "Meeting",
    newKey: () => String(++keys).padStart(32, "0"),
  })
  const settings = () => withSession(signIn, service.settings)
  const askWhoItIs = () => signInByHand(signIn)
  const handlers = createHandlers({ office: outlook.office, acts, settings, askWhoItIs, words: words.en })
  /** Runs a handler as Outlook does; what it said when it was done. */
  async function run(name: keyof typeof handlers): Promise<unknown> {
    const answers: unknown[] = []
    await handlers[name]({ completed: (answer) => void answers.push(answer) })
    if (answers.length !== 1) throw new Error(`said ${answers.length} times that it is done`)
    return answers[0]
  }
  return { ...outlook, ...remote, signIn, acts, settings, asks, run }
}
