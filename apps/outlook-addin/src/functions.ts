import "./platform/old-engine.ts"
import { chooseLanguage } from "@kalends/ui/words"
import { createHandlers } from "./handlers.ts"
import { words } from "./messages.ts"
import { openAddin } from "./open.ts"
import { browser } from "./platform/browser.ts"
import { nestedApp } from "./platform/sign-on.ts"

// The one script of the page without a face, and of classic Outlook on Windows, which runs it without any page. Handlers
// have to be known as soon as the script has run: Outlook calls the one it wants and waits for no event of the page. There is
// no Temporal here: not every Outlook has it, and its polyfill is written in a language that older ones cannot read. Nor is
// anything loaded later: both languages are in it.

const office = browser.office()
if (office !== null) {
  const handlers = createHandlers(openAddin(office, nestedApp, words[chooseLanguage([office.context.displayLanguage])]))
  for (const [name, handler] of Object.entries(handlers))
    office.actions?.associate(name, (event) => void handler(event))
}
