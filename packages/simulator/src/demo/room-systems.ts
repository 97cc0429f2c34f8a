import type { SimulatorPlatform } from "../platform.ts"
import { PolyDevice, type PolySettings } from "../poly/poly-device.ts"
import { type Route, route, type SimRequest, type SimResponse } from "../server.ts"

/** Room systems of Poly; none at first. */
export function createRoomSystems(platform: SimulatorPlatform) {
  const running: PolyDevice[] = []
  return {
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
  ]
}

function register(systems: RoomSystems, { json }: SimRequest): SimResponse {
  const [name, server, username, password] = ["name", "server", "username", "password"].map((key) =>
    String(json[key] ?? ""),
  )
  // The simulator calls nobody outside: its devices register on this machine alone.
  const isHere = URL.canParse(server ?? "") && ["localhost", "127.0.0.1"].includes(new URL(server ?? "").hostname)
  if (!isHere || !username || !password || systems.all.length >= devicesMost) return { status: 400, body: {} }
  const login = { scheme: json.scheme === "basic" ? "basic" : "ntlm", username, domain: "", password } as const
  systems.add({ name: name || username, server: server ?? "", email: null, login, pollSeconds: 10 }).start()
  return { status: 201, body: {} }
}

const screenOf = ({ settings, state, meetings, lookedAt }: PolyDevice) => ({
  name: settings.name,
  state: state.kind,
  why: state.kind === "failed" ? state.why : null,
  lookedAt: lookedAt?.toString() ?? null,
  meetings: meetings.map(({ startsAt, endsAt, ...shown }) => ({
    ...{ ...shown, startsAt: startsAt.toString(), endsAt: endsAt.toString() },
  })),
})

/** Asks every two seconds. Texts are set as text, never as markup. */
const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated Poly room systems</title>
<style>
  :root { color-scheme: dark; font: 16px/1.5 system-ui, sans-serif }
  body { margin: 2rem; background: #0f1218; color: #e9eef5 }
  main { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fill, minmax(22rem, 1fr)) }
  section { background: #1a2130; border-radius: .75rem; padding: 1.25rem }
  h1 { font-size: 1.4rem } h2 { margin: 0; font-size: 1.15rem } small { color: #a9b5c9; overflow-wrap: anywhere }
  ol { list-style: none; padding: 0 } li { padding: .5rem 0; border-top: 1px solid #303c52; display: flex; gap: 1rem; align-items: center }
  li > span:first-child { flex: 1 } b { display: block } .join { background: #b3261e; border-radius: 1rem; padding: .15rem .9rem }
  form { display: flex; flex-wrap: wrap; gap: .5rem 1rem; margin: 1rem 0 2rem; align-items: end } label { display: grid; font-size: .85rem; color: #a9b5c9 }
  input, select, button { font: inherit; padding: .25rem .6rem; border: 1px solid #50607c; border-radius: .4rem; background: #0f1218; color: inherit }
</style>
<h1>Simulated Poly room systems</h1>
<p>Add a Poly device to a room in the portal, and type here what it gives: the room system asks for its calendar by itself.</p>
<form>
  <label>Room system <input name="name" placeholder="Orion"></label>
  <label>Exchange server address <input name="server" required size="28" placeholder="http://localhost:8080"></label>
  <label>User name <input name="username" required></label>
  <label>Password <input name="password" type="password" required></label>
  <label>Sign-in <select name="scheme"><option value="ntlm">NTLM</option><option value="basic">Basic</option></select></label>
  <button>Register</button>
</form>
<main></main>
<script>
  const make = (name, text, ...inside) => { const e = document.createElement(name); if (text !== null) e.textContent = text; e.append(...inside); return e }
  const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  function line(m) {
    const text = make("span", null, make("b", m.subject), make("small", clock(m.startsAt) + "–" + clock(m.endsAt) + (m.host ? " · " + m.host : "") + (m.dials ? " · " + m.dials : "")))
    if (!m.dials) return make("li", null, text)
    const join = make("span", "Join"); join.className = "join"; join.title = m.dials
    return make("li", null, text, join)
  }
  function screen(s) {
    const state = s.state === "failed" ? "Calendar: not connected (" + s.why + ")" : s.state === "new" ? "Calendar: connecting" : "Calendar: connected"
    const list = s.meetings.length === 0 ? make("p", s.lookedAt ? "No meetings" : "–") : make("ol", null, ...s.meetings.map(line))
    return make("section", null, make("h2", s.name), make("small", state + (s.lookedAt ? " · seen " + clock(s.lookedAt) : "")), list)
  }
  async function show() {
    const { systems } = await (await fetch("/demo/poly")).json()
    document.querySelector("main").replaceChildren(...systems.map(screen))
  }
  document.querySelector("form").onsubmit = async (event) => {
    event.preventDefault()
    const given = Object.fromEntries(new FormData(event.target))
    const answer = await fetch("/demo/poly", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(given) })
    if (answer.ok) event.target.reset(); else alert("Check the address (of this machine), user name and password.")
    show()
  }
  show(); setInterval(() => show().catch(() => {}), 2000)
</script>
</html>`
