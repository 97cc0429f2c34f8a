import type { AgendaEntry } from "@kalends/domain/agenda"
import { type AgendaView, moved } from "@kalends/ui/agenda-view"
import { useEffect } from "react"
import { platform } from "./platform.ts"

type Keys = {
  readonly selected: string | null
  /** A dialog or another page is shown. */
  readonly isPaused: boolean
  readonly join: (entry: AgendaEntry) => void
  readonly edit: (entry: AgendaEntry) => void
  readonly make: () => void
  readonly refresh: () => void
  readonly contacts: () => void
  readonly help: () => void
}

/** One key each, outside of fields and dialogs; Enter opens the focused entry, as on any button. */
export function useKeys(
  view: AgendaView,
  { selected, isPaused, join, edit, make, refresh, contacts, help }: Keys,
): void {
  useEffect(() => {
    const go = (by: 1 | -1) => {
      const key = moved(view.order, selected, by)
      if (key !== null) platform.focusEntry(key)
    }
    const entry = () => view.agenda.days.flatMap(({ entries }) => entries).find(({ key }) => key === selected)
    const joinOne = () => {
      const [one] = [entry(), view.joinable].filter((found) => found?.join)
      if (one) join(one)
    }
    const editOne = () => {
      const one = entry()
      if (one !== undefined) edit(one)
    }
    const actions: ReadonlyMap<string, () => void> = new Map([
      ["j", () => go(1)],
      ["ArrowDown", () => go(1)],
      ["k", () => go(-1)],
      ["ArrowUp", () => go(-1)],
      ["J", joinOne],
      ["n", make],
      ["e", editOne],
      ["r", refresh],
      ["c", contacts],
      ["?", help],
    ])
    return platform.onKey((key) => {
      const act = isPaused ? undefined : actions.get(key)
      act?.()
      return act !== undefined
    })
  })
}
