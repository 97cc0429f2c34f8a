import type { ClientState } from "@kalends/client/types"
import type { AgendaEntry } from "@kalends/domain/agenda"
import { agendaView, moved } from "@kalends/ui/agenda-view"
import type { Language } from "@kalends/ui/words"
import { plainLine } from "./cells.ts"
import { messages } from "./messages.ts"
import { type ScreenLine, terminalScreen } from "./terminal-screen.ts"

export type DeskDeps = {
  readonly client: { readonly state: ClientState; refresh(): Promise<void>; signOut(): Promise<void> }
  readonly now: () => Temporal.Instant
  readonly zone: string
  readonly words: { readonly language: Language; readonly locale: string }
  /** Opens an address in the person's browser. */
  readonly open: (url: string) => void
  readonly quit: () => void
}

/** What a person does at the terminal: keys in, lines out. It holds which meeting is selected, and nothing else. */
export function createDesk({ client, now, zone, words, open, quit }: DeskDeps) {
  const { language, locale } = words
  let selected: string | null = null
  let showsKeys = false
  let notice = ""

  const view = () => agendaView(client.state, now(), zone)
  const move = (by: 1 | -1) => {
    selected = moved(view().order, selected, by)
  }

  function join(): void {
    const { agenda, joinable } = view()
    const chosen = agenda.days.flatMap(({ entries }) => entries).find(({ key }) => key === selected)
    const entry: AgendaEntry | null = chosen?.join ? chosen : joinable
    if (entry?.join == null) {
      notice = messages[language].nothingToJoin
      return
    }
    const { subject } = entry.event
    notice = messages[language].joining(subject === "" ? messages[language].noSubject : plainLine(subject))
    open(entry.join.url)
  }

  const actions: ReadonlyMap<string, () => void> = new Map([
    ["j", () => move(1)],
    ["down", () => move(1)],
    ["k", () => move(-1)],
    ["up", () => move(-1)],
    ["J", join],
    ["enter", join],
    ["r", () => void client.refresh()],
    ["o", () => void client.signOut()],
    ["q", quit],
    ["interrupt", quit],
  ])

  return {
    /** A letter as typed, or "up", "down", "enter", "interrupt". */
    press(key: string): void {
      notice = ""
      const wasKeys = showsKeys
      showsKeys = key === "?" && !wasKeys
      actions.get(key)?.()
    },
    lines: (size: { readonly columns: number; readonly rows: number }, tools: number): readonly ScreenLine[] =>
      terminalScreen({
        state: client.state,
        now: now(),
        zone,
        language,
        locale,
        ...size,
        selected,
        showsKeys,
        tools,
        notice,
      }),
  }
}

export type Desk = ReturnType<typeof createDesk>
