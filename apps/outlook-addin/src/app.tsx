import { showApp } from "@kalends/ui/shell"
import { openAddin } from "./open.ts"
import { createPane } from "./pane.ts"
import { PaneScreen } from "./pane-screen.tsx"
import { browser } from "./platform/browser.ts"

/** Shows the task pane once Outlook has said which event is open. */
export function startPane(): void {
  const office = browser.office()
  office?.onReady(() => {
    const addin = openAddin(office, async (isQuiet) => (await import("./platform/sign-on.ts")).nestedApp(isQuiet))
    const pane = createPane({ ...addin, world: browser })
    browser.setPage(addin.words.title, addin.language)
    showApp(<PaneScreen pane={pane} />, "nowhere")
    void pane.open()
  })
}
