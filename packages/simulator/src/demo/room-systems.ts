import type { Organisation } from "../org.ts"
import type { SimulatorPlatform } from "../platform.ts"
import { PolyDevice, type PolySettings } from "../poly/poly-device.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"
import { devicePage } from "./device-page.ts"

/** Room systems of Poly; none at first. */
export function createRoomSystems(platform: SimulatorPlatform) {
  const running: PolyDevice[] = []
  const offered: OfferedSystem[] = []
  return {
    /** What the service is to know of before they ask. */
    offered,
    get all(): readonly PolyDevice[] {
      return running
    },
    add(settings: PolySettings): PolyDevice {
      const device = new PolyDevice(settings, platform)
      running.push(device)
      return device
    },
    close(): void {
      for (const device of running) device.stop()
    },
  }
}
export type RoomSystems = ReturnType<typeof createRoomSystems>

const devicesMost = 20
const pollSeconds = 10

/** A room system of the demo, which knows already what it is to sign in with. */
export type OfferedSystem = {
  /** The room's address. */
  readonly room: string
  readonly name: string
  readonly username: string
  readonly password: string
}

/** The first room has a system of Poly's beside its codec: everything about it is made up, its password too. */
export function offerRoomSystem({
  org,
  roomSystems,
}: {
  readonly org: Organisation
  readonly roomSystems: RoomSystems
}) {
  const room = org.people.find(({ isRoom }) => isRoom)
  if (room === undefined) return
  const { name, email } = room
  roomSystems.offered.push({ room: email, name, username: "room-demo-poly", password: "simulated-poly-password" })
}

/** The screens of the demo's room systems, and how one more is set up with what the portal gave. */
export function demoRoomSystemRoutes(systems: RoomSystems): readonly Route[] {
  return [
    route("GET", "/poly", () => ({
      status: 200,
      headers: { "content-type": "text/html; charset=utf-8" },
      body: page,
    })),
    route("GET", "/demo/poly", () => ({ status: 200, body: { systems: systems.all.map(screenOf) } })),
    route("POST", "/demo/poly", (request) => register(systems, request)),
    route("POST", "/demo/poly/server", ({ json }) => begin(systems, String(json.url ?? ""))),
  ]
}

/** The simulator calls nobody outside: its devices register on this machine alone. */
const isHere = (url: string) => URL.canParse(url) && ["localhost", "127.0.0.1"].includes(new URL(url).hostname)

function register(systems: RoomSystems, { json }: SimRequest): SimResponse {
  const text = (key: string) => String(json[key] ?? "")
  const [name, server, username, password] = [text("name"), text("server"), text("username"), text("password")]
  if (!isHere(server) || !username || !password || systems.all.length >= devicesMost) return { status: 400, body: {} }
  const login = { scheme: json.scheme === "basic" ? "basic" : "ntlm", username, domain: "", password } as const
  systems.add({ name: name || username, server, email: null, login, pollSeconds }).start()
  return { status: 201, body: {} }
}

/** Those of the demo ask from now on, at the service that was started beside them. */
function begin(systems: RoomSystems, url: string): SimResponse {
  if (!isHere(url) || systems.all.length > 0) return { status: 400, body: {} }
  for (const { name, username, password } of systems.offered) {
    const login = { scheme: "ntlm", username, domain: "", password } as const
    systems.add({ name, server: new URL(url).origin, email: null, login, pollSeconds }).start()
  }
  return { status: 200, body: {} }
}

const screenOf = ({ settings, state, meetings, lookedAt }: PolyDevice) => ({
  ...{ name: settings.name, server: settings.server },
  ...{ username: settings.login.username, scheme: settings.login.scheme },
  state: state.kind,
  why: state.kind === "failed" ? state.why : null,
  lookedAt: lookedAt?.toString() ?? null,
  meetings: meetings.map(({ startsAt, endsAt, ...shown }) => ({
    ...{ ...shown, startsAt: startsAt.toString(), endsAt: endsAt.toString() },
  })),
})

const page = devicePage({
  title: "Room systems that ask",
  lead: "What simulated Poly systems show. The first is the demo's own: it has asked since the service started, and is let in once there is an administrator. For another, add a Poly system to a room in the portal and type here what that gives.",
  beside: ["/codecs", "Simulated codecs"],
  body: `<details><summary>Register another</summary><form>
<label>Room system <input name="name" placeholder="Orion" maxlength="60"></label>
<label>Exchange server address <input name="server" required placeholder="http://localhost:8080"></label>
<label>User name <input name="username" required autocomplete="off"></label>
<label>Password <input name="password" type="password" required autocomplete="off"></label>
<label>Sign-in <select name="scheme"><option value="ntlm">NTLM</option><option value="basic">Basic</option></select></label>
<button>Register</button></form><p id="wrong" role="alert"></p></details>`,
  script: `
const state = (s) => s.state === "failed" ? stateLine("bad", "Calendar not connected: " + s.why) : s.state === "new" ? stateLine("new", "Connecting") : stateLine("well", "Calendar connected")
const isOn = (m) => m.dials && Date.now() >= Date.parse(m.startsAt) - 300000 && Date.now() < Date.parse(m.endsAt)
const line = (m) => meeting(m.subject, clock(m.startsAt) + "–" + clock(m.endsAt) + (m.host ? " · " + m.host : "") + (m.dials ? " · " + m.dials : ""), isOn(m) ? m.dials : null)
const screen = (s) => make("section", null, {}, make("h2", s.name), make("p", s.server + " · " + s.username + " · " + (s.scheme === "ntlm" ? "NTLM" : "Basic"), { className: "soft" }), state(s), s.lookedAt ? make("p", "Looked at " + clock(s.lookedAt) + (s.meetings.length ? "" : ": no meetings in the next day"), { className: "soft" }) : "", make("ol", null, {}, ...s.meetings.map(line)))
const show = () => look("/demo/poly", ({ systems }) => systems.forEach((s, n) => draw(String(n), JSON.stringify([s, s.meetings.map(isOn)]), () => screen(s))))
document.querySelector("form").onsubmit = async (event) => {
  event.preventDefault()
  const form = event.target
  const body = JSON.stringify(Object.fromEntries(new FormData(form)))
  const answer = await fetch("/demo/poly", { method: "POST", headers: { "content-type": "application/json" }, body })
  document.querySelector("#wrong").textContent = answer.ok ? "" : "Not registered: the address must be one of this computer, and there are twenty systems at most."
  if (answer.ok) form.reset()
  show()
}
show(); setInterval(show, 2000)
`,
})
