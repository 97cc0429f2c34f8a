import { escapeMarkup } from "@kalends/domain/markup"
import type { OpenDoor } from "../meetings/doors.ts"
import { type JoinLanguage, type JoinRefusal, joinWords } from "./join-words.ts"

/** What every page of the way in needs. `nonce`: of its style, as the content security policy names it. */
export type JoinPageBase = { readonly language: JoinLanguage; readonly nonce: string; readonly signInUrl: string }

export type JoinForm = OpenDoor & {
  /** What stands in the field: the signed-in person's name, or what was sent and not taken. */
  readonly name: string
  readonly isNameRefused: boolean
}

/** Longest name that is taken, in code points. */
export const nameCharsMost = 64

/** The page that asks for a name. */
export function formPage(base: JoinPageBase, { entrant, guests, name, isNameRefused }: JoinForm): string {
  const words = joinWords[base.language]
  const role = words.as(entrant, guests)
  const refusal = isNameRefused ? `<p class="error" id="error" role="alert">${words.badName}</p>` : ""
  const described = isNameRefused ? 'aria-invalid="true" aria-describedby="error hint"' : 'aria-describedby="hint"'
  return page(base, words.heading, [
    role === "" ? "" : `<p>${role}</p>`,
    '<form method="post">',
    `<label for="name">${words.name}</label>`,
    `<input id="name" name="name" required maxlength="${nameCharsMost * 2}" autocomplete="name" autofocus value="${escapeMarkup(name)}" ${described}>`,
    refusal,
    `<p class="hint" id="hint">${words.nameHint}</p>`,
    `<button type="submit">${words.enter}</button>`,
    "</form>",
    entrant === "guest" ? `<p class="foot">${words.signInHint} ${signInLink(base)}</p>` : "",
  ])
}

/** A page in words where there is no way in; those that pass by themselves have a link to try again. */
export function refusalPage(base: JoinPageBase, refusal: JoinRefusal): string {
  const words = joinWords[base.language]
  const { title, text } = words.refusals[refusal]
  const isPassing = refusal === "crowded" || refusal === "down" || refusal === "broken" || refusal === "forged"
  return page(base, title, [
    `<p>${text}</p>`,
    // An empty address is this page's own, asked for anew without what was sent.
    isPassing ? `<p><a class="button" href="">${words.again}</a></p>` : "",
    refusal === "refused" ? `<p>${signInLink(base, "button")}</p>` : "",
  ])
}

function signInLink({ language, signInUrl }: JoinPageBase, look: "link" | "button" = "link"): string {
  return `<a class="${look}" href="${escapeMarkup(signInUrl)}">${joinWords[language].signIn}</a>`
}

function page({ language, nonce }: JoinPageBase, title: string, parts: readonly string[]): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} · Kalends</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${parts.filter((part) => part !== "").join("\n")}
</main>
</body>
</html>
`
}

/** Colours and type of the portal's theme (packages/ui), which these pages cannot load. */
const style = `
:root { color-scheme: light dark; --page: #f4f6fa; --card: #fff; --edge: #8a93a3; --text: #14171d; --quiet: #4d5663; --accent: #2b4880; --over: #1f3d72; --on: #fff; --error: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: #101318; --card: #1f242d; --edge: #6b7482; --text: #e6e9ef; --quiet: #b3bac4; --accent: #b9c7e2; --over: #dce4f5; --on: #101318; --error: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; padding: 1rem; background: var(--page); color: var(--text); font: 1.0625rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans JP", sans-serif; overflow-wrap: anywhere; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border-radius: 0.75rem; box-shadow: 0 1px 3px rgb(0 0 0 / 0.2); }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; }
p { margin: 0 0 1rem; }
main > :last-child { margin-bottom: 0; }
label { display: block; font-weight: 600; }
input, button, .button { width: 100%; min-height: 3rem; font: inherit; border-radius: 0.5rem; }
input { margin: 0.375rem 0; padding: 0 0.875rem; color: inherit; background: transparent; border: 1px solid var(--edge); }
input[aria-invalid] { border-color: var(--error); }
button, .button { display: grid; place-items: center; border: 0; background: var(--accent); color: var(--on); font-weight: 600; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { background: var(--over); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
a { color: var(--accent); }
.hint, .foot { font-size: 0.9375rem; color: var(--quiet); }
.error { margin: 0; color: var(--error); }
form { margin: 0; }
.foot { margin-top: 1.25rem; }
@media (forced-colors: active) { button, .button { border: 1px solid; } }
`
