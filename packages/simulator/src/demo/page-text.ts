/** The page and its script, as they are sent. Plain HTML and JavaScript: the page has no build. */

export const pageShell = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Demo organisation</title><link rel="icon" href="data:,">
<style>
:root{color-scheme:light dark;--edge:light-dark(#7d8794,#838d9a);--line:light-dark(#dfe3ea,#323945);--card:light-dark(#fff,#1f242d);--soft:light-dark(#56606c,#b3bac4);--accent:light-dark(#37558f,#94a8d0)}
body{font:17px/1.5 system-ui,sans-serif;margin:0;background:light-dark(#f6f7fa,#14171d)}
main{max-width:72rem;margin:0 auto;padding:1.25rem 1rem 4rem;display:grid;grid-template-columns:15rem minmax(0,1fr);gap:1.5rem}
header{grid-column:1/-1}h1{margin:0;font-size:1.6rem}h2{font-size:1.1rem;margin:0 0 .5rem}p{margin:.25rem 0}.soft{color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:1rem;margin-bottom:1.5rem}
button,input,select{font:inherit;padding:.35rem .7rem;border:1px solid var(--edge);border-radius:.4rem;background:transparent;color:inherit}button{cursor:pointer}::placeholder{color:var(--soft);opacity:1}
button:focus-visible,input:focus-visible{outline:3px solid var(--accent);outline-offset:1px}
nav button{display:block;width:100%;text-align:start;border-color:transparent;margin-bottom:.15rem;line-height:1.3}nav small{display:block;font-size:.85rem;opacity:.85}#events{max-height:32rem;overflow:auto;padding-inline-end:.25rem}nav button[aria-pressed=true]{background:var(--accent);color:light-dark(#fff,#111)}
ul{list-style:none;margin:0;padding:0}li{display:grid;grid-template-columns:9.5rem minmax(0,1fr) auto;gap:.75rem;align-items:center;padding:.5rem 0;border-top:1px solid var(--line)}li:first-child{border:0}
.acts{display:flex;gap:.35rem;flex-wrap:wrap}form{display:flex;gap:.5rem;flex-wrap:wrap;margin-top:.75rem}form input[name=subject],form input[name=topic]{flex:1 1 14rem}form[hidden]{display:none}
table{border-collapse:collapse;width:100%;font-size:.9rem}td,th{text-align:start;padding:.25rem .5rem;border-top:1px solid var(--line)}.knobs{display:flex;gap:.5rem;flex-wrap:wrap}.knobs button[aria-pressed=true]{background:light-dark(#b35c00,#ffa94d);color:light-dark(#fff,#111)}
@media(max-width:50rem){main{grid-template-columns:minmax(0,1fr);gap:1rem}li{grid-template-columns:1fr;gap:.35rem}section.card:has(table){overflow-x:auto}#people{display:flex;gap:.35rem;overflow-x:auto;padding:3px 3px .5rem}#people button{flex:none;width:auto;border-color:var(--edge)}}
@media(forced-colors:active){[aria-pressed=true]{forced-color-adjust:none;background:Highlight!important;color:HighlightText!important}}
</style></head>
<body><main><header><h1>Demo organisation</h1><p class="soft">Simulated Microsoft 365, Google and Exchange calendars. Connect one of these people in Kalends, open the agenda beside this page, then change an event here.</p><p>Video systems of its rooms: <a href="/codecs">codecs</a>, <a href="/poly">systems that ask</a></p></header>
<nav aria-label="People"><div class="card"><h2>People</h2><div id="people"></div></div></nav>
<div><section class="card"><h2 id="who"></h2><p class="soft" id="sign-in"></p><ul id="events"></ul><form id="add"><input name="subject" aria-label="New event" placeholder="New event in 20 minutes" required maxlength="200"><button>Add</button></form></section>
<section class="card"><h2 id="zoom">Zoom meetings</h2><p class="soft" id="zoom-none">None yet. Make a meeting in the agenda, or write @meet into an event's location.</p><ul id="zoom-meetings"></ul><form id="zoom-edit" hidden aria-labelledby="zoom"><input name="topic" aria-label="Topic" required maxlength="200"><input name="startsAt" type="datetime-local" aria-label="Start"><button>Save in Zoom</button></form></section>
<section class="card"><h2>Break things</h2><p class="soft" id="tenant"></p><div class="knobs" id="knobs"></div></section>
<section class="card"><h2>For administrators</h2><p class="soft">To connect a whole organisation in Kalends, under Organisation.</p><ul id="organisations"></ul></section>
<section class="card"><h2>Latest calls</h2><table><tbody id="calls"></tbody></table></section></div></main><script src="/demo.js"></script></body></html>`

export const pageScript = `"use strict"
let state = null, chosen = null
const $ = (id) => document.getElementById(id)
const make = (tag, text, more = {}) => Object.assign(document.createElement(tag), { textContent: text, ...more })
const post = (path, body) => fetch(path, { method: "POST", body: JSON.stringify(body) }).then(draw)
const time = new Intl.DateTimeFormat(undefined, { weekday: "short", hour: "2-digit", minute: "2-digit" })
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" })
const switches = [
  ["Drop all notifications", (k) => k.dropPushes > 0, (on) => ({ dropPushes: on ? 1 : 0 })],
  ["Drop one in five", (k) => k.dropPushes > 0 && k.dropPushes < 1, (on) => ({ dropPushes: on ? 0.2 : 0 })],
  ["Send each twice", (k) => k.doublePushes > 0, (on) => ({ doublePushes: on ? 1 : 0 })],
  ["Delay up to 10 s", (k) => k.delayPushesMs > 0, (on) => ({ delayPushesMs: on ? 10000 : 0 })],
  ["Out of order", (k) => k.reorderPushes, (on) => ({ reorderPushes: on })],
  ["Treat receiver as slow", (k) => k.slowReceiver !== "none", (on) => ({ slowReceiver: on ? "delayed" : "none" })],
  ["Service down", (k) => k.isDown, (on) => ({ isDown: on })],
  ["Slow (1 s)", (k) => k.latencyMs > 0, (on) => ({ latencyMs: on ? 1000 : 0 })],
  ["Throttle next 3", (k) => k.throttleNext > 0 && k.throttleRetryAfterSeconds !== null, (on) => ({ throttleNext: on ? 3 : 0, throttleRetryAfterSeconds: 1 })],
  ["Throttle next 3, no time named", (k) => k.throttleNext > 0 && k.throttleRetryAfterSeconds === null, (on) => ({ throttleNext: on ? 3 : 0, throttleRetryAfterSeconds: on ? null : 1 })],
  ["Exchange says busy within a 200", (k) => k.busyShape === "inner", (on) => ({ busyShape: on ? "inner" : "fault" })],
  ["Exchange says busy with 503 alone", (k) => k.busyShape === "unavailable", (on) => ({ busyShape: on ? "unavailable" : "fault" })],
  ["Exchange loses next write's answer", (k) => k.loseWritesNext > 0, (on) => ({ loseWritesNext: on ? 1 : 0 })],
  ["Fail next 5", (k) => k.failNext > 0, (on) => ({ failNext: on ? 5 : 0 })],
  ["Cut next page in half", (k) => k.cutNext > 0, (on) => ({ cutNext: on ? 1 : 0 })],
  ["Refuse next refresh", (k) => k.refuseTokenNext > 0, (on) => ({ refuseTokenNext: on ? 1 : 0 })],
  ["Used refresh tokens die", (k) => k.endsUsedRefresh, (on) => ({ endsUsedRefresh: on })],
  ["People withhold the calendar", (k) => k.withholdsCalendar, (on) => ({ withholdsCalendar: on })],
  ["Application removed", (k) => k.isRemoved, (on) => ({ isRemoved: on })],
]
const elsewhere = ["Out of order", "Treat receiver as slow", "Refuse next refresh", "Used refresh tokens die", "People withhold the calendar"]
async function draw() {
  state = await (await fetch("/demo/state")).json()
  chosen = state.people.find((p) => p.email === chosen?.email) ?? state.people[0]
  $("people").replaceChildren(...state.people.map((p) => {
    const button = make("button", p.name, { onclick: () => { chosen = p; void draw() } })
    button.append(" ", make("small", ({ google: "Google", microsoft: "Microsoft 365", exchange: "Exchange" })[p.service] + (p.isRoom ? " · room" : "")))
    button.setAttribute("aria-pressed", String(p.email === chosen.email))
    return button
  }))
  $("who").textContent = chosen.name + " (" + chosen.email + ")"
  const { events } = await (await fetch("/demo/people/" + encodeURIComponent(chosen.email))).json()
  $("events").replaceChildren(...events.map(row))
  await drawZoom()
  $("organisations").replaceChildren(...state.organisations.map(organisation))
  const isExchange = chosen.service === "exchange"
  const tenant = state.tenants.find((t) => t.service === chosen.service)
  $("tenant").textContent = tenant.domain
  $("sign-in").textContent = chosen.signIn ? "Signs in as " + chosen.signIn.login + " with the password " + chosen.signIn.password + " at " + location.origin + "/EWS/Exchange.asmx" : ""
  const first = chosen.name.split(" ")[0]
  const own = [[isExchange ? "Expire " + first + "'s password" : "Revoke " + first + "'s permission", "revoke"], ["Lose " + first + "'s cursor", "lose-cursor"], ["End " + first + "'s notifications", "end-notifications"], [isExchange ? "Cut all streams" : "Expire access tokens", "expire-access"], ["Add an unreadable event", "malformed-event"], ...(isExchange && chosen.isRoom ? [["Strip subjects and texts, or stop", "strip-room"]] : [])].map(([text, path]) => make("button", text, { onclick: () => post("/demo/people/" + encodeURIComponent(chosen.email) + "/" + path, {}) }))
  $("knobs").replaceChildren(...switches.filter(([text]) => (isExchange ? !elsewhere.includes(text) : !text.startsWith("Exchange"))).map(([text, isOn, set]) => {
    const on = isOn(tenant.knobs)
    const button = make("button", text, { onclick: () => post("/demo/knobs/" + encodeURIComponent(tenant.id), set(!on)) })
    button.setAttribute("aria-pressed", String(on))
    return button
  }), ...own)
  $("calls").replaceChildren(...state.calls.map((c) => { const tr = make("tr", ""); tr.append(make("td", c.agoSeconds + " s ago"), make("td", c.service), make("td", c.operation), make("td", c.person ?? ""), make("td", String(c.status))); return tr }))
}
function row(e) {
  const li = make("li", "")
  const acts = make("span", "", { className: "acts" })
  const change = (what, more = {}) => post("/demo/people/" + encodeURIComponent(chosen.email) + "/change", { id: e.id, original: e.original, what, ...more })
  const button = (text, act) => { const b = make("button", text, { onclick: act }); b.setAttribute("aria-label", text + ": " + e.subject); return b }
  acts.append(button("+30 min", () => change("move", { minutes: 30 })), button("Rename", () => { const subject = prompt("New title", e.subject); if (subject) void change("rename", { subject }) }), button("Cancel", () => change("cancel")))
  li.append(make("span", e.isAllDay ? day.format(new Date(e.startsAt)) : time.format(new Date(e.startsAt)), { className: "soft" }), make("span", e.subject + (e.original ? " ↻" : "")), acts)
  return li
}
function organisation(o) {
  const li = make("li", "")
  const acts = make("span", "", { className: "acts" })
  if (o.file) acts.append(make("a", "Download " + o.file.name, { download: o.file.name, href: "data:application/json," + encodeURIComponent(o.file.content) }))
  li.append(make("strong", o.service), make("span", o.text), acts)
  return li
}
async function drawZoom() {
  const { meetings } = await (await fetch("/demo/zoom")).json()
  $("zoom-none").hidden = meetings.length > 0
  $("zoom-meetings").replaceChildren(...meetings.map(zoomRow))
  if (!meetings.some((m) => m.id === $("zoom-edit").dataset.id)) $("zoom-edit").hidden = true
}
function zoomRow(m) {
  const li = make("li", "")
  const acts = make("span", "", { className: "acts" })
  const button = (text, act) => { const b = make("button", text, { onclick: act }); b.setAttribute("aria-label", text + ": " + m.topic); return b }
  acts.append(button("Edit", () => editZoom(m)), button("Delete", () => post("/demo/zoom/meetings/" + m.id + "/delete", {})))
  li.append(make("span", m.startsAt ? time.format(new Date(m.startsAt)) : "any time", { className: "soft" }), make("span", m.topic + (m.isSeries ? " ↻" : "")), acts)
  return li
}
function editZoom(m) {
  const form = $("zoom-edit")
  const { topic, startsAt } = form.elements
  const local = new Date(new Date(m.startsAt).getTime() - new Date(m.startsAt).getTimezoneOffset() * 60000)
  form.dataset.id = m.id
  form.hidden = false
  topic.value = m.topic
  startsAt.disabled = m.isSeries
  startsAt.value = m.isSeries ? "" : local.toISOString().slice(0, 16)
  topic.focus()
}
$("zoom-edit").onsubmit = (event) => {
  event.preventDefault()
  const { topic, startsAt } = event.target.elements
  const moved = startsAt.value === "" ? {} : { startsAt: new Date(startsAt.value).toISOString() }
  event.target.hidden = true
  void post("/demo/zoom/meetings/" + event.target.dataset.id, { topic: topic.value, ...moved })
}
$("add").onsubmit = (event) => {
  event.preventDefault()
  const subject = new FormData(event.target).get("subject")
  event.target.reset()
  void post("/demo/people/" + encodeURIComponent(chosen.email) + "/events", { subject, startsAt: new Date(Date.now() + 20 * 60000).toISOString() })
}
void draw()
setInterval(() => { if (!document.hidden) void draw() }, 4000)
`
