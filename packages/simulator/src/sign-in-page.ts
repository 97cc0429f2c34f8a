import type { Person } from "./org.ts"
import type { SimResponse } from "./server.ts"

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`)

/** The simulated provider's own page: choose who you are, allow or refuse. Works without script. */
export function signInPage(input: {
  readonly title: string
  readonly colour: string
  readonly people: readonly Person[]
  readonly query: URLSearchParams
}): SimResponse {
  const hidden = [...input.query]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("")
  const preset = input.people.find(({ email }) => email === input.query.get("login_hint")) ?? input.people[0]
  const choices = input.people
    .map(
      (person) =>
        `<label><input type="radio" name="person" value="${escapeHtml(person.email)}" ${person === preset ? "checked autofocus" : ""}><span><b>${escapeHtml(person.name)}</b><br>${escapeHtml(person.email)}</span></label>`,
    )
    .join("")
  const scopes = [...new Set((input.query.get("scope") ?? "").split(" "))].filter((name) => name !== "").map(inWords)
  const asked = [...new Set(scopes)].map((text) => `<li>${escapeHtml(text)}</li>`).join("")
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(input.title)}</title><link rel="icon" href="data:,">
<style>:root{color-scheme:light dark;--accent:${input.colour};--line:light-dark(#c9ced6,#4a525e)}*{box-sizing:border-box}body{font:17px/1.45 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;background:light-dark(#eef1f5,#14171d)}
main{width:min(31rem,100%);background:light-dark(#fff,#1f242d);border:1px solid var(--line);border-top:8px solid var(--accent);border-radius:.6rem;padding:1.5rem}h1{font-size:1.4rem;margin:0 0 .25rem}p{margin:.25rem 0 1rem;color:light-dark(#4b5563,#b3bac4)}
fieldset{border:1px solid var(--line);border-radius:.4rem;padding:.25rem .75rem;margin:0 0 1rem;max-height:45vh;overflow:auto}legend{font-weight:600}label{display:flex;gap:.75rem;align-items:center;padding:.45rem .25rem;cursor:pointer;overflow-wrap:anywhere}label:has(:checked){background:light-dark(#eef1f5,#2b323d);border-radius:.3rem}input{accent-color:var(--accent);inline-size:1.1rem;block-size:1.1rem;flex:none}
h2{font-size:1rem;margin:0}ul{margin:.25rem 0 1.25rem;padding-inline-start:1.25rem}button{font:inherit;padding:.6rem 1.4rem;margin-inline-end:.5rem;border-radius:.4rem;border:1px solid var(--line);background:transparent;color:inherit;cursor:pointer}@media(max-width:30rem){main{padding:1rem}fieldset{padding:.25rem .4rem}label{gap:.5rem}}button.yes{background:var(--accent);color:#fff;border-color:transparent}:focus-visible{outline:3px solid var(--accent);outline-offset:2px}</style></head>
<body><main><h1>${escapeHtml(input.title)}</h1><p>This is a simulation. No password is asked.</p><form method="post">${hidden}<fieldset><legend>Who are you?</legend>${choices}</fieldset><h2>The application asks to</h2><ul>${asked}</ul>
<button class="yes" name="answer" value="allow">Allow</button><button name="answer" value="deny">Refuse</button></form></main></body></html>`
  return { status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body }
}

/** Who was chosen on the page and allowed what was asked; null for a refusal. */
export function chosenPerson(form: URLSearchParams, people: readonly Person[]): Person | null {
  if (form.get("answer") !== "allow") return null
  return people.find(({ email }) => email === form.get("person")) ?? null
}

/** Back to the application that asked, with its state. */
export function backTo(query: URLSearchParams, answer: Readonly<Record<string, string>>): SimResponse {
  const to = query.get("redirect_uri") ?? ""
  if (!URL.canParse(to)) return { status: 400, body: "no redirect_uri" }
  const url = new URL(to)
  for (const [name, value] of Object.entries({ ...answer, state: query.get("state") ?? "" }))
    url.searchParams.set(name, value)
  return { status: 302, headers: { location: url.href } }
}

/** What a scope lets the application do, for people. */
function inWords(scope: string): string {
  const name = scope.slice(scope.lastIndexOf("/") + 1).toLowerCase()
  if (name === "calendars.readwrite.shared") return "read and change events that are shared with you"
  if (name === "calendars.read.shared") return "read events that are shared with you"
  if (name === "place.read.all") return "see the rooms of your organisation"
  if (name === "calendars.readwrite" || name === "calendar" || name === "calendar.events")
    return "read and change your events"
  if (name.startsWith("calendars.read") || name === "calendar.readonly" || name === "calendar.events.readonly")
    return "read your events"
  if (name.startsWith("calendar.calendarlist")) return "see which calendars you have"
  if (name === "offline_access") return "keep its access while you are away"
  if (["openid", "profile", "email", "user.read", "userinfo.email", "userinfo.profile"].includes(name))
    return "know your name and address"
  return scope
}
