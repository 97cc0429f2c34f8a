import { showApp } from "@kalends/ui/shell"
import { chooseLanguage } from "@kalends/ui/words"
import { openAddin } from "./open.ts"
import { createPane } from "./pane.ts"
import { PaneScreen } from "./pane-screen.tsx"
import { browser } from "./platform/browser.ts"
import type { NestedApp } from "./sign-in.ts"

const loads = {
  en: () => import("./words-en.ts"),
  ja: () => import("./words-ja.ts"),
}

/** Shows the task pane once Outlook has said which event is open. */
export function startPane(): void {
  const office = browser.office()
  office?.onReady(async () => {
    const language = chooseLanguage([office.context.displayLanguage])
    const { words } = await loads[language]()
    const nestedApp: NestedApp = async (isQuiet) => (await import("./platform/sign-on.ts")).nestedApp(isQuiet)
    const pane = createPane({ ...openAddin(office, nestedApp, words), world: browser })
    browser.setPage(words.title, language)
    showApp(<PaneScreen pane={pane} />, "nowhere")
    void pane.open()
  })
}
