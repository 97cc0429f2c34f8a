import type { Panel } from "./panel.ts"

/** On the page's own colours: it may be dark whatever the computer is. The card has its own, light and dark. */
const style = `
:host { all: initial; color: inherit; font: 500 14px/20px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans JP", sans-serif; }
* { box-sizing: border-box; font: inherit; }
.group { display: inline-flex; margin-inline: 8px; vertical-align: middle; border-radius: 8px; background: #37558f; color: #fff; }
.group button { border: 0; background: none; color: inherit; padding: 8px 12px; min-height: 36px; cursor: pointer; white-space: nowrap; }
.main { border-radius: 8px 0 0 8px; }
.group button:hover { background: rgb(255 255 255 / 0.16); }
.group button[aria-busy=true] { cursor: progress; opacity: 0.75; }
.group button:focus-visible { outline: 2px solid #fff; outline-offset: -4px; }
.more { padding-inline: 8px !important; border-inline-start: 1px solid rgb(255 255 255 / 0.35) !important; border-radius: 0 8px 8px 0 !important; }
.card { color-scheme: light dark; position: fixed; inset: auto; margin: 0; width: min(20rem, calc(100vw - 16px)); padding: 16px; border: 1px solid light-dark(#c9ced6, #414a57); border-radius: 12px; background: light-dark(#fff, #1f242d); color: light-dark(#1b1f24, #e6e9ef); box-shadow: 0 8px 24px rgb(0 0 0 / 0.25); font-weight: 400; text-align: start; }
.card > * { margin: 0 0 12px; }
.card > :last-child { margin: 0; }
.card [hidden] { display: none !important; }
.said { overflow-wrap: anywhere; }
.problem { border-inline-start: 3px solid light-dark(#c92a2a, #ff8787); padding-inline-start: 10px; }
label { display: block; font-weight: 500; }
select { display: block; width: 100%; margin-top: 4px; padding: 7px 8px; font-weight: 400; border: 1px solid light-dark(#8a93a0, #6b7482); border-radius: 8px; background: light-dark(#fff, #14171d); color: inherit; }
.acts { display: flex; flex-wrap: wrap; gap: 8px; }
.acts button { padding: 7px 12px; border: 1px solid light-dark(#8a93a0, #6b7482); border-radius: 8px; background: none; color: inherit; font-weight: 500; cursor: pointer; }
.acts button:hover { background: light-dark(#eef3ff, #323945); }
.acts .first { background: #37558f; border-color: #37558f; color: #fff; }
.acts .first:hover { background: #2b4880; }
.settings { border: 0; padding: 0; background: none; color: light-dark(#37558f, #b9c7e2); text-decoration: underline; cursor: pointer; }
.card :focus-visible { outline: 2px solid light-dark(#37558f, #94a8d0); outline-offset: 2px; }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string, text = ""): HTMLElementTagNameMap[K] {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  return element
}

function button(className: string, text: string, act: () => void): HTMLButtonElement {
  const element = make("button", className, text)
  element.type = "button"
  // Only a person's own press counts: the page's scripts reach the button, too.
  element.addEventListener("click", ({ isTrusted }) => isTrusted && act())
  return element
}

/** Shows the panel in an element of its own, out of reach of the page's styles. */
export function showPanel(panel: Panel, host: HTMLElement): void {
  const { words } = panel
  const root = host.attachShadow({ mode: "open" })
  const card = make("div", "card")
  card.popover = "auto"
  card.role = "dialog"
  card.ariaLabel = words.card
  const group = make("span", "group")
  const main = button("main", words.add, () => {
    panel.look()
    if (hasMeeting(panel)) card.togglePopover()
    else void panel.schedule()
  })
  const more = button("more", "▾", () => {})
  more.ariaLabel = words.more
  for (const opener of [main, more]) opener.ariaHasPopup = "dialog"
  more.popoverTargetElement = card
  group.append(main, more)
  const heard = make("span", "heard")
  heard.role = "status"
  const drawCard = fillCard(panel, card)
  card.addEventListener("beforetoggle", () => place(card, group))
  // The page's own keys are single letters, and Escape leaves the event.
  for (const kind of ["keydown", "keypress", "keyup"]) host.addEventListener(kind, (press) => press.stopPropagation())
  root.append(make("style", "", style), group, card, heard)

  function draw(): void {
    const { isBusy, said, isProblem } = panel.state
    main.textContent = isBusy ? words.working : hasMeeting(panel) ? `✓ ${words.has}` : words.add
    main.ariaBusy = String(isBusy)
    heard.textContent = said
    drawCard()
    if (isProblem && !card.matches(":popover-open")) card.showPopover()
  }
  panel.subscribe(draw)
  draw()
}

const hasMeeting = ({ state: { meeting, hadMeeting } }: Panel) => meeting !== null || hadMeeting

/** What can be chosen before there is a meeting, what can be done with one, and what was said last. */
function fillCard(panel: Panel, card: HTMLElement): () => void {
  const { words } = panel
  const said = make("p", "said")
  const [template, host] = [make("select", ""), make("select", "")]
  const [templateLabel, hostLabel] = [make("label", "", words.template), make("label", "", words.host)]
  templateLabel.append(template)
  hostLabel.append(host)
  template.addEventListener("change", () => panel.choose({ templateId: template.value || undefined }))
  host.addEventListener("change", () => panel.choose({ for: host.value || undefined }))
  const acts = make("div", "acts")
  const change = button("first", words.change, () => void panel.schedule())
  const remove = button("", words.remove, () => void panel.remove())
  const connect = button("first", words.connect, panel.openOptions)
  acts.append(connect, change, remove)
  card.append(said, templateLabel, hostLabel, acts, button("settings", words.settings, panel.openOptions))

  let shown: unknown = null
  return () => {
    const { said: text, isProblem, isSignedOut, meeting, hadMeeting, settings } = panel.state
    said.textContent = text === "" && hadMeeting ? words.hadOne : text
    said.hidden = said.textContent === ""
    said.classList.toggle("problem", isProblem)
    if (settings !== shown && settings !== null) {
      const { templates, defaults, person, mayScheduleFor } = settings
      const none = defaults.templateId === null ? [new Option(words.noTemplate, "")] : []
      template.replaceChildren(...none, ...templates.map(({ name, templateId }) => new Option(name, templateId)))
      template.value = defaults.templateId ?? ""
      const others = mayScheduleFor.map(({ displayName, email }) => new Option(displayName, email))
      host.replaceChildren(new Option(words.self(person.displayName), ""), ...others)
    }
    shown = settings
    const isChosen = meeting !== null || hadMeeting
    templateLabel.hidden = isChosen || (settings?.templates.length ?? 0) === 0
    hostLabel.hidden = isChosen || (settings?.mayScheduleFor.length ?? 0) === 0
    connect.hidden = !isSignedOut
    change.hidden = remove.hidden = meeting === null
    acts.hidden = !isSignedOut && meeting === null
  }
}

/** Below the button, or above it where there is no room, and never beyond the window's edge. */
function place(card: HTMLElement, group: HTMLElement): void {
  const { left, top, bottom } = group.getBoundingClientRect()
  const width = Math.min(320, innerWidth - 16)
  card.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
  const isRoomBelow = innerHeight - bottom > 280 || top < innerHeight / 2
  card.style.top = isRoomBelow ? `${bottom + 6}px` : "auto"
  card.style.bottom = isRoomBelow ? "auto" : `${innerHeight - top + 6}px`
}
