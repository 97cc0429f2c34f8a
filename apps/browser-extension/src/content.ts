import { type Editor, findEditor, hasMeeting, pageFor, readEvent, removeMeeting, writeMeeting } from "./editor.ts"
import { chooseLanguage, messages } from "./messages.ts"
import { createPanel } from "./panel.ts"
import { showPanel } from "./panel-view.ts"
import { ask, newKey } from "./platform.ts"
import type { PageSelectors } from "./selectors.ts"

const marker = "data-kalends"

/** What stands beside each event, for when the page draws its buttons anew and drops ours. */
const hosts = new WeakMap<Element, HTMLElement>()

function addPanel({ root, beside }: Editor, page: PageSelectors): void {
  const pageLanguage = document.documentElement.lang || navigator.language
  const language = chooseLanguage(pageLanguage)
  const { untitled } = messages(language)
  const host = document.createElement("span")
  hosts.set(root, host)
  host.setAttribute(marker, "panel")
  const event = {
    isNew: page.address.newEvent.test(location.pathname),
    hasMeeting: () => hasMeeting(root, page),
    read() {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
      return readEvent(root, page, { language: pageLanguage, zone, untitled })
    },
    write: (meeting: Parameters<typeof writeMeeting>[2]) => writeMeeting(root, page, meeting),
    remove: (meeting: Parameters<typeof writeMeeting>[2]) => removeMeeting(root, page, meeting),
  }
  const panel = createPanel({ ask, event, newKey, language })
  showPanel(panel, host)
  beside.after(host)
  void panel.open()
}

/** Pages draw their editor when it is opened and again at will, so each change is a reason to look, once for each frame. */
function watch(page: PageSelectors): void {
  // Calendars change all the time, and seldom is an event written: one question finds that out.
  const title = page.fields.title.join(", ")
  let isLooking = false
  let isTold = false

  function look(): void {
    isLooking = false
    if (document.querySelector(title) === null || document.querySelector(`[${marker}]`) !== null) return
    const editor = findEditor(page, document)
    if (!("root" in editor)) return
    const host = hosts.get(editor.root)
    if (host === undefined) addPanel(editor, page)
    else editor.beside.after(host)
  }

  /** Where somebody writes an event by its address and no editor is understood, the background is told, once; no more. */
  function noticeUnknown(): void {
    if (isTold || !page.address.event.test(location.pathname) || document.querySelector(`[${marker}]`) !== null) return
    const missing = findEditor(page, document)
    if ("root" in missing) return
    isTold = true
    void ask({ kind: "page-unknown", page: page.name, missing })
  }

  new MutationObserver(() => {
    if (isLooking) return
    isLooking = true
    requestAnimationFrame(look)
  }).observe(document.documentElement, { childList: true, subtree: true })
  document.addEventListener("input", noticeUnknown, { capture: true })
  look()
}

const page = pageFor(location.hostname)
if (page !== null) watch(page)
