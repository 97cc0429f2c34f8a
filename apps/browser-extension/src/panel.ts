import type { ToolSettings } from "@kalends/protocol/tools"
import type { ReadEvent, WrittenMeeting } from "./editor.ts"
import { type Language, listed, messages, refusalWords } from "./messages.ts"
import type { Asked, Choice, Told } from "./talk.ts"

export type PanelState = {
  readonly isBusy: boolean
  /** The meeting that was added here. */
  readonly meeting: ({ readonly meetingId: string } & WrittenMeeting) | null
  /** The event came with a meeting: its link is there, and nobody here knows more of it. */
  readonly hadMeeting: boolean
  readonly settings: ToolSettings | null
  readonly choice: Choice
  readonly said: string
  /** Whether what was said is to be seen at once, and whether connecting would help. */
  readonly isProblem: boolean
  readonly isSignedOut: boolean
}

export type PanelDeps = {
  readonly ask: (asked: Asked) => Promise<Told>
  /** The event that is being written. */
  readonly event: {
    readonly isNew: boolean
    hasMeeting(): boolean
    read(): ReadEvent
    write(meeting: WrittenMeeting): Promise<void>
    remove(meeting: WrittenMeeting): Promise<void>
  }
  readonly newKey: () => string
  readonly language: Language
}

/** The button beside one event, as a state and what can be done; the view only shows it. */
export function createPanel({ ask, event, newKey, language }: PanelDeps) {
  const words = messages(language)
  let key = newKey()
  let state: PanelState = {
    ...{ isBusy: false, meeting: null, hadMeeting: event.hasMeeting(), settings: null, choice: {} },
    ...{ said: "", isProblem: false, isSignedOut: false },
  }
  const watchers = new Set<() => void>()

  function become(change: Partial<PanelState>): void {
    state = { ...state, ...change }
    for (const watcher of watchers) watcher()
  }

  const well = (said: string): Partial<PanelState> => ({ said, isProblem: false })
  const problem = (said: string): Partial<PanelState> => ({ said, isProblem: true })

  function failure(told: Told): Partial<PanelState> {
    if (told.kind === "refused") {
      const isGone = told.code === "no-meeting"
      if (isGone) key = newKey()
      return { ...problem(refusalWords(words, told.code)), ...(isGone ? { meeting: null } : {}) }
    }
    const isSignedOut = told.kind === "signed-out" || told.kind === "waiting"
    return { ...problem(isSignedOut ? words.signedOut : words.failed), isSignedOut }
  }

  /** One thing at a time. */
  async function busily(work: () => Promise<Partial<PanelState>>): Promise<void> {
    if (state.isBusy) return
    become({ isBusy: true, said: words.working, isProblem: false, isSignedOut: false })
    become({ ...(await work()), isBusy: false })
  }

  async function schedule(): Promise<Partial<PanelState>> {
    if (event.hasMeeting() && state.meeting === null) return { ...problem(words.hadOne), hadMeeting: true }
    const read = event.read()
    if (read.kind === "not-understood")
      return problem(
        words.notRead(
          listed(
            read.missing.map((name) => words.fields[name]),
            language,
          ),
        ),
      )
    const { face } = read
    const { meeting, choice } = state
    const told = await ask(
      meeting === null
        ? { kind: "schedule", key, face, choice }
        : { kind: "change", meetingId: meeting.meetingId, face },
    )
    if (told.kind !== "made") return failure(told)
    await event.write(told)
    return { meeting: told, ...well(meeting === null ? words.added : words.changed) }
  }

  return {
    get state() {
      return state
    },
    words,
    subscribe: (watcher: () => void) => void watchers.add(watcher),

    /** What there is to choose; and a meeting at once, where the person wants one in every new event. */
    async open(): Promise<void> {
      const told = await ask({ kind: "settings" })
      if (told.kind !== "settings") return
      const { settings } = told
      become({ settings })
      const isWanted = settings.isOn && settings.defaults.addsToEveryEvent
      if (isWanted && event.isNew && !state.hadMeeting && state.meeting === null) await busily(schedule)
    },
    /** A person may have taken the link out of the event, or put one in. */
    look: () => become({ hadMeeting: state.meeting === null && event.hasMeeting() }),
    schedule: () => busily(schedule),
    remove: () =>
      busily(async () => {
        const { meeting } = state
        if (meeting === null) return {}
        const told = await ask({ kind: "remove", meetingId: meeting.meetingId })
        if (told.kind !== "done") return failure(told)
        await event.remove(meeting)
        // The old key stands for the meeting that was given up.
        key = newKey()
        return { meeting: null, ...well(words.removed) }
      }),
    choose: (choice: Choice) => become({ choice: { ...state.choice, ...choice } }),
    openOptions: () => void ask({ kind: "open-options" }),
  }
}

export type Panel = ReturnType<typeof createPanel>
