import type { Built } from "./fake-google.ts"

// Cards as a person sees them beside their calendar, near enough to judge their words and their order: Google draws them
// itself, 300 points wide, with a little markup in texts (b, i, u, br, a, font).

const style = `
  body { margin: 0; font: 14px/20px Roboto, Arial, sans-serif; color: #202124; background: #fff; }
  article { width: 300px; padding: 8px 0 24px; }
  h2 { font-size: 16px; line-height: 24px; font-weight: 500; margin: 0; padding: 8px 16px 12px; border-bottom: 1px solid #dadce0; }
  section > * { margin: 0; padding: 6px 16px; overflow-wrap: anywhere; }
  button, .button { font: 500 14px/20px Roboto, Arial, sans-serif; color: #0b57d0; background: none; border: 0; padding: 4px 0; text-decoration: none; }
  label { display: block; font-size: 12px; color: #5f6368; }
  select { font: inherit; width: 100%; height: 36px; border: 1px solid #80868b; border-radius: 4px; background: #fff; }
  [role=status] { margin: 12px 16px; padding: 12px; border-radius: 4px; background: #202124; color: #fff; }
`

const named = (built: Built, name: string) => built.set[name]
const inside = (built: Built, name: string) => named(built, name) as Built
const listed = (built: Built, name: string) => (named(built, name) ?? []) as readonly Built[]
const escaped = (text: unknown) =>
  String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")

/** Throws for a widget that it does not know: one that nobody has looked at. */
function drawWidget(widget: Built, id: string): string {
  switch (widget.made) {
    case "newTextParagraph":
      return `<p>${named(widget, "setText")}</p>`
    case "newTextButton": {
      const label = escaped(named(widget, "setText"))
      const link = named(widget, "setOpenLink")
      return link === undefined
        ? `<div><button>${label}</button></div>`
        : `<div><a class="button" href="${escaped(named(link as Built, "setUrl"))}">${label}</a></div>`
    }
    case "newSelectionInput": {
      const items = listed(widget, "addItem") as unknown as readonly [string, string, boolean][]
      const options = items.map(
        ([label, value, isChosen]) =>
          `<option value="${escaped(value)}"${isChosen ? " selected" : ""}>${escaped(label)}</option>`,
      )
      return `<div><label for="${id}">${escaped(named(widget, "setTitle"))}</label><select id="${id}">${options.join("")}</select></div>`
    }
    default:
      throw new Error(`Nobody has drawn ${widget.made} yet.`)
  }
}

/** Cards, or what pressing something leads to (a card, and what is told below it), as one page. */
export function drawCards(built: readonly unknown[], language: string): string {
  const articles = built.map((one, index) => drawCard(one as Built, `card-${index}`))
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>Kalends</title><style>${style}</style></head>
    <body><main><h1 hidden>Kalends</h1>${articles.join("")}</main></body></html>`
}

function drawCard(given: Built, id: string): string {
  const isAnswer = given.made === "newActionResponseBuilder"
  const navigation = isAnswer ? (named(given, "setNavigation") as Built | undefined) : undefined
  const card = isAnswer ? (navigation === undefined ? null : inside(navigation, "updateCard")) : given
  const told = isAnswer ? (named(given, "setNotification") as Built | undefined) : undefined
  const title = card === null ? "" : escaped(named(inside(card, "setHeader"), "setTitle"))
  const sections = card === null ? [] : listed(card, "addSection")
  const widgets = sections.map((section, index) => {
    const drawn = listed(section, "addWidget").map((widget, order) => drawWidget(widget, `${id}-${index}-${order}`))
    return `<section>${drawn.join("")}</section>`
  })
  const said = told === undefined ? "" : `<p role="status">${escaped(named(told, "setText"))}</p>`
  return `<article>${title === "" ? "" : `<h2>${title}</h2>`}${widgets.join("")}${said}</article>`
}
