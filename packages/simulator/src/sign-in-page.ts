import type { Person } from "./org.ts"

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`)

/** The simulated provider's own page: choose who you are, allow or refuse. Works without script. */
export function signInPage(input: {
  readonly title: string
  readonly colour: string
  readonly people: readonly Person[]
  readonly scope: string
  readonly query: URLSearchParams
  readonly hint: string | null
}): string {
  const hidden = [...input.query]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join("")
  const choices = input.people
    .map(
      ({ name, email }, index) =>
        `<label><input type="radio" name="person" value="${escapeHtml(email)}" ${email === input.hint || index === 0 ? "checked" : ""}> <b>${escapeHtml(name)}</b> ${escapeHtml(email)}</label>`,
    )
    .join("")
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(input.title)}</title>
<style>:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:30rem;margin:8vh auto;padding:0 1rem}h1{font-size:1.5rem;border-top:6px solid ${input.colour};padding-top:1rem}label{display:block;padding:.5rem .25rem}button{font:inherit;padding:.6rem 1.2rem;margin:1rem .5rem 0 0;border-radius:.4rem;border:1px solid #888;cursor:pointer}button.yes{background:${input.colour};color:#fff;border:0}small{color:#777}</style>
<h1>${escapeHtml(input.title)}</h1><p>This is a simulation. Choose who you are.</p><form method="post">${hidden}${choices}<p><small>Kalends asks for: ${escapeHtml(input.scope)}</small></p>
<button class="yes" name="answer" value="allow">Allow</button><button name="answer" value="deny">Refuse</button></form></html>`
}
