import type { CodecBooking } from "../cisco/bookings.ts"
import type { Codecs, RunningCodec } from "../cisco/codecs.ts"
import type { Organisation } from "../org.ts"
import { type Route, route, type SimResponse } from "../server.ts"

const acts = ["wipe", "reboot", "drop", "refuse", "renew", "down", "up"] as const
const shownMost = 12

const software = ["ce26.8.1.0.2f4e1a0b7c3", "ce11.14.4.0.5a3c", "ce9.15.17.4.1b", "TC7.3.9.2a"]

/** A codec for each room of the organisation, on ports from this one on: each with other software, the old ones unlinked. */
export async function addDemoCodecs(
  { org, codecs }: { readonly org: Organisation; readonly codecs: Codecs },
  firstPort: number,
): Promise<void> {
  const rooms = org.people.filter(({ isRoom }) => isRoom)
  for (const [index, { name }] of rooms.entries()) {
    const { codec } = await codecs.add({ name, software: software[index % software.length] ?? "" }, firstPort + index)
    codec.knobs.hasWebSocket = codec.version.major > 7
    codec.knobs.isLinked = codec.version.major > 9
  }
}

/** The codecs of the demo as their touch panels show them, and what may happen to them. */
export function demoCodecRoutes(codecs: Codecs): readonly Route[] {
  const at = (number: string | undefined) => codecs.all[Number(number ?? -1)] ?? null
  async function listed(): Promise<SimResponse> {
    const shown = await Promise.all(codecs.all.map(panelOf))
    return { status: 200, body: { codecs: shown } }
  }
  return [
    route("GET", "/codecs", () => ({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: page,
    })),
    route("GET", "/demo/codecs", listed),
    route("POST", "/demo/codecs/:number/:act", ({ params }) => {
      const running = at(params.number)
      const act = acts.find((name) => name === params.act)
      if (running === null || act === undefined) return { status: 404, body: {} }
      perform(running, act)
      return { status: 200, body: {} }
    }),
  ]
}

function perform({ codec, renewCertificate }: RunningCodec, act: (typeof acts)[number]): void {
  switch (act) {
    case "wipe":
      return codec.wipe()
    case "reboot":
      return codec.reboot()
    case "drop":
      return codec.drop()
    case "refuse":
      codec.knobs.refuseNext++
      return
    case "renew":
      renewCertificate()
      return codec.drop()
    case "down":
      codec.knobs.isDown = true
      return codec.drop()
    case "up":
      codec.knobs.isDown = false
  }
}

async function panelOf({ codec, address, fingerprint }: RunningCodec, number: number) {
  const { name, product, software, users, bookings, putCount, puttedAt, knobs } = codec
  const [user] = users
  return {
    ...{ number, name, product, software, address, isDown: knobs.isDown, putCount },
    ...{ username: user?.name ?? "", password: user?.password ?? "" },
    fingerprint: knobs.isDown ? null : await fingerprint(),
    puttedAt: puttedAt?.toString() ?? null,
    bookingCount: bookings.length,
    bookings: bookings.slice(0, shownMost).map(lineOf),
  }
}

/** A private meeting's title is not shown, as on the device itself. */
function lineOf({ id, title, privacy, organizer, startsAt, endsAt, startBufferSeconds, calls }: CodecBooking) {
  return {
    ...{ id, title: privacy === "Private" ? "Private meeting" : title, organizer: organizer.name },
    ...{ startsAt: startsAt.toString(), endsAt: endsAt.toString(), startBufferSeconds },
    number: calls[0]?.number ?? null,
  }
}

/** Asks every two seconds. Texts are set as text, never as markup. */
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated codecs</title>
<style>
  :root { color-scheme: dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 2rem; background: #10151c; color: #e7edf4 }
  main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)) }
  section { background: #1b2430; border-radius: .75rem; padding: 1.25rem }
  h1 { font-size: 1.4rem } h2 { margin: 0; font-size: 1.15rem }
  small, dd { color: #a9b8c9; overflow-wrap: anywhere } dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .85rem }
  dd { margin: 0 } ol { list-style: none; padding: 0 } li { padding: .5rem 0; border-top: 1px solid #314052; display: flex; gap: 1rem; align-items: center }
  li > span { flex: 1 } b { display: block } .join { background: #1d7f3f; border-radius: 1rem; padding: .15rem .9rem }
  .join[hidden] { display: none } button { font: inherit; font-size: .85rem; margin: .15rem .25rem .15rem 0; padding: .25rem .7rem; border: 1px solid #54687e; border-radius: .5rem; background: none; color: inherit }
</style>
<h1>Simulated codecs</h1>
<p>What the video systems of the demo's rooms show. Give one's address, user name and password to a room in the portal, and compare the fingerprint.</p>
<main></main>
<script>
  const make = (name, text, ...inside) => { const e = document.createElement(name); if (text !== null) e.textContent = text; e.append(...inside); return e }
  const words = { wipe: "Lose the bookings", reboot: "Restart", drop: "Cut the line", refuse: "Refuse once", renew: "New certificate", down: "Switch off", up: "Switch on" }
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const day = (at) => new Date(at).toLocaleDateString([], { weekday: "short", day: "numeric", month: "short" })
  function line(b) {
    const join = make("span", "Join"); join.className = "join"; join.style.flex = "none"
    join.hidden = !b.number || Date.now() < Date.parse(b.startsAt) - b.startBufferSeconds * 1000 || Date.now() > Date.parse(b.endsAt); join.title = b.number || ""
    return make("li", null, make("span", null, make("b", b.title), make("small", day(b.startsAt) + " " + clock(b.startsAt) + "–" + clock(b.endsAt) + " · " + b.organizer + (b.number ? " · " + b.number : ""))), join)
  }
  function panel(c) {
    const facts = make("dl", null)
    for (const [k, v] of [["Address", c.address], ["User", c.username], ["Password", c.password], ["Fingerprint", c.fingerprint], ["Lists received", c.putCount]]) facts.append(make("dt", k), make("dd", String(v ?? "–")))
    const buttons = Object.keys(words).filter((a) => a !== (c.isDown ? "down" : "up")).map((a) => { const b = make("button", words[a]); b.onclick = () => fetch("/demo/codecs/" + c.number + "/" + a, { method: "POST" }).then(show); return b })
    const list = c.bookings.length === 0 ? make("p", c.isDown ? "Off" : "No bookings") : make("ol", null, ...c.bookings.map(line))
    return make("section", null, make("h2", c.name), make("small", c.product + " · " + c.software), list, facts, ...buttons)
  }
  async function show() {
    const { codecs } = await (await fetch("/demo/codecs")).json()
    document.querySelector("main").replaceChildren(...codecs.map(panel))
  }
  show(); setInterval(() => show().catch(() => {}), 2000)
</script>
</html>`
