import { findFirst, pageFor, readEvent, writeEvent } from "./editor.ts"
import { chooseLanguage, messages } from "./messages.ts"
import { ask, newKey } from "./platform.ts"
import type { PageSelectors } from "./selectors.ts"
import type { Told } from "./talk.ts"

const marker = "data-kalends"
const language = document.documentElement.lang || navigator.language
const words = messages(chooseLanguage(language))

/** What belongs to one event that is being written, from its button's first day on. */
function addPanel(editor: ParentNode, page: PageSelectors, beside: Element): void {
  const key = newKey()
  let meetingId: string | null = null
  const panel = document.createElement("span")
  panel.setAttribute(marker, "panel")
  const add = buttonOf(words.add, async () => tell(await schedule()))
  const remove = buttonOf(words.remove, async () => tell(await giveUp()))
  const status = document.createElement("span")
  status.setAttribute("role", "status")
  remove.hidden = true
  panel.append(add, remove, status)
  beside.after(panel)

  async function schedule(): Promise<string> {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    const event = readEvent(editor, page, { language, zone, untitled: words.untitled })
    if (event.kind === "not-understood")
      return words.notUnderstood(event.missing.map((name) => words.fields[name]).join(", "))
    const { face } = event
    const isNew = meetingId === null
    status.textContent = words.working
    const told = await ask(meetingId === null ? { kind: "schedule", key, face } : { kind: "change", meetingId, face })
    if (told.kind !== "made") return explained(told)
    meetingId = told.meetingId
    writeEvent(editor, page, told)
    return isNew ? words.added : words.changed
  }

  async function giveUp(): Promise<string> {
    if (meetingId === null) return ""
    const told = await ask({ kind: "remove", meetingId })
    if (told.kind !== "removed") return explained(told)
    meetingId = null
    writeEvent(editor, page, null)
    panel.remove()
    return words.removed
  }

  function tell(said: string): void {
    status.textContent = said
    add.textContent = meetingId === null ? words.add : words.change
    remove.hidden = meetingId === null
  }
}

function explained({ kind }: Told): string {
  if (kind === "refused") return words.refused
  return kind === "signed-out" || kind === "waiting" ? words.signedOut : words.failed
}

function buttonOf(label: string, act: () => Promise<void>): HTMLButtonElement {
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = label
  button.addEventListener("click", () => {
    button.disabled = true
    act().finally(() => {
      button.disabled = false
    })
  })
  return button
}

/** Pages draw their editor when it is opened and again at will, so each change is a reason to look. */
function watch(page: PageSelectors): void {
  const look = () => {
    const editor = findFirst(document, page.editor)
    if (editor === null || editor.querySelector(`[${marker}]`) !== null) return
    const beside = findFirst(editor, page.beside) ?? findFirst(editor, page.fields.title)
    if (beside !== null) addPanel(editor, page, beside)
  }
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true })
  look()
}

const page = pageFor(location.hostname)
if (page !== null) watch(page)
