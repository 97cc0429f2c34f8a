/** The look of the pages of simulated room systems, as of the demo's own: plain HTML and JavaScript, without a build. */
const style = `
:root{color-scheme:light dark;font:17px/1.5 system-ui,sans-serif;--edge:light-dark(#7d8794,#838d9a);--line:light-dark(#dfe3ea,#323945);--card:light-dark(#fff,#1f242d);--soft:light-dark(#56606c,#b3bac4);--accent:light-dark(#37558f,#94a8d0);--well:light-dark(#1d6b38,#7fd39b);--bad:light-dark(#9b2c1c,#f2a193)}
body{margin:0;background:light-dark(#f6f7fa,#14171d)}
.page{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 4rem}
nav{display:flex;gap:1rem;flex-wrap:wrap}a{color:var(--accent)}
h1{margin:.75rem 0 0;font-size:1.6rem}h2{margin:0;font-size:1.15rem}p{margin:.25rem 0;max-width:48rem}.soft{color:var(--soft);font-size:.9rem;overflow-wrap:anywhere}
main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(21rem,100%),1fr));margin-top:1.25rem;align-items:start}
section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem}
ol{list-style:none;margin:.75rem 0 0;padding:0}li{padding:.45rem 0;border-top:1px solid var(--line);display:flex;gap:.75rem;align-items:center;justify-content:space-between}li div{min-width:0;overflow-wrap:anywhere}b{display:block;font-weight:600}
.join{background:light-dark(#1d6b38,#8fdcaa);color:light-dark(#fff,#10261a);border-radius:1rem;padding:.1rem .9rem;flex:none}
.state::before{content:"";display:inline-block;width:.65rem;height:.65rem;border-radius:50%;margin-inline-end:.5rem;background:var(--soft)}.state[data-state=well]::before{background:var(--well)}.state[data-state=bad]::before{background:var(--bad)}
details{margin-top:.75rem}summary{cursor:pointer;color:var(--accent)}dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;font-size:.9rem;margin:.5rem 0 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;font-family:ui-monospace,monospace}
button,input,select{font:inherit;padding:.35rem .7rem;border:1px solid var(--edge);border-radius:.4rem;background:transparent;color:inherit;box-sizing:border-box;max-width:100%}option{background:var(--card)}button{cursor:pointer}
:is(button,input,select,summary,a):focus-visible{outline:3px solid var(--accent);outline-offset:1px}
.acts{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.5rem}
form{display:grid;gap:.75rem 1rem;grid-template-columns:repeat(auto-fill,minmax(min(14rem,100%),1fr));align-items:end;margin-top:.75rem}label{display:grid;gap:.2rem;font-size:.9rem}
@media(forced-colors:active){.join{border:1px solid}.state::before{forced-color-adjust:none}}
`

/** Shared by the scripts of both pages: draws anew only what has changed, so that nobody loses their place. */
const script = `"use strict"
const make = (name, text, more = {}, ...inside) => { const e = Object.assign(document.createElement(name), more); if (text !== null) e.textContent = text; e.append(...inside); return e }
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
const day = (at) => new Date(at).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })
const stateLine = (state, text) => { const p = make("p", text, { className: "state" }); p.dataset.state = state; return p }
function meeting(title, text, number) {
  const inside = [make("div", null, {}, make("b", title), make("span", text, { className: "soft" }))]
  if (number) inside.push(make("span", "Join", { className: "join", title: number }))
  return make("li", null, {}, ...inside)
}
const drawn = new Map()
function draw(key, said, build) {
  const known = drawn.get(key)
  if (known && known.said === said) return
  const card = build()
  if (known) {
    known.card.querySelectorAll("details").forEach((d, n) => { const next = card.querySelectorAll("details")[n]; if (next) next.open = d.open })
    const focused = known.card.contains(document.activeElement) ? document.activeElement.textContent : null
    known.card.replaceWith(card)
    if (focused !== null) for (const b of card.querySelectorAll("button,summary")) if (b.textContent === focused) b.focus()
  } else document.querySelector("main").append(card)
  drawn.set(key, { said, card })
}
async function look(url, show) {
  const note = document.querySelector("#note")
  try { show(await (await fetch(url)).json()); note.textContent = "" } catch { note.textContent = "The simulator does not answer. It is asked again." }
}
`

export type DevicePage = {
  readonly title: string
  readonly lead: string
  /** Where the other page is, and what it is called. */
  readonly beside: readonly [string, string]
  readonly body: string
  readonly script: string
}

/** Asks every two seconds. Texts are set as text, never as markup. */
export const devicePage = ({ title, lead, beside, body, script: own }: DevicePage): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><div class="page"><nav aria-label="Demo"><a href="/">Demo organisation</a><a href="${beside[0]}">${beside[1]}</a></nav><h1>${title}</h1><p class="soft">${lead}</p>${body}<p id="note" role="status"></p><main></main></div><script>${script}${own}</script></body></html>`
