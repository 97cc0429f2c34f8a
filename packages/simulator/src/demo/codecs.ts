import type { CodecBooking } from "../cisco/bookings.ts"
import type { Codecs, RunningCodec } from "../cisco/codecs.ts"
import type { Organisation } from "../org.ts"
import { type Route, route, type SimResponse } from "../server.ts"
import { devicePage } from "./device-page.ts"

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
function lineOf({ id, title, privacy, organizer, startsAt, endsAt, startBufferSeconds, ...rest }: CodecBooking) {
  const { endBufferSeconds, calls } = rest
  return {
    ...{ id, title: privacy === "Private" ? "Private meeting" : title, organizer: organizer.name },
    ...{ startsAt: startsAt.toString(), endsAt: endsAt.toString(), startBufferSeconds },
    endBufferSeconds,
    number: calls[0]?.number ?? null,
  }
}

const page = devicePage({
  title: "Simulated codecs",
  lead: "What the touch panels of the demo's rooms show. Add one to its room in the portal: its address, user name and password, and the fingerprint to compare.",
  beside: ["/poly", "Room systems that ask"],
  body: "",
  script: `
const words = { wipe: "Lose the bookings", reboot: "Restart", drop: "Cut the line", refuse: "Refuse once", renew: "New certificate", down: "Switch off", up: "Switch on" }
const isJoinable = (b) => b.number && Date.now() >= Date.parse(b.startsAt) - b.startBufferSeconds * 1000 && Date.now() < Date.parse(b.endsAt) + b.endBufferSeconds * 1000
const span = (b) => day(b.startsAt) + " " + clock(b.startsAt) + "–" + clock(b.endsAt)
function panel(c) {
  const state = c.isDown ? stateLine("bad", "Switched off") : c.puttedAt ? stateLine("well", c.bookingCount + (c.bookingCount === 1 ? " booking" : " bookings") + ", given at " + clock(c.puttedAt)) : stateLine("new", "Given no list yet")
  const list = make("ol", null, {}, ...c.bookings.map((b) => meeting(b.title, span(b) + " · " + b.organizer + (b.number ? " · " + b.number : ""), isJoinable(b) ? b.number : null)))
  const facts = make("dl", null)
  for (const [k, v] of [["Address", c.address], ["User name", c.username], ["Password", c.password], ["Fingerprint", c.fingerprint?.toUpperCase().match(/.{4}/g).join(" ")], ["Lists received", c.putCount]]) facts.append(make("dt", k), make("dd", String(v ?? "–")))
  const acts = Object.keys(words).filter((a) => a !== (c.isDown ? "down" : "up")).map((a) => make("button", words[a], { onclick: () => fetch("/demo/codecs/" + c.number + "/" + a, { method: "POST" }).then(show) }))
  return make("section", null, {}, make("h2", c.name), make("p", c.product + " · " + c.software, { className: "soft" }), state, c.bookings.length ? list : "", make("details", null, {}, make("summary", "To add it in the portal"), facts), make("details", null, {}, make("summary", "What may happen to it"), make("div", null, { className: "acts" }, ...acts)))
}
const show = () => look("/demo/codecs", ({ codecs }) => { for (const c of codecs) draw(c.name, JSON.stringify([c, c.bookings.map(isJoinable)]), () => panel(c)) })
show(); setInterval(show, 2000)
`,
})
