import { browser } from "./platform/browser.ts"
import { signOnByRedirect } from "./platform/sign-on.ts"

// The sign-in dialog: goes to the sign-in page and, once back, tells the pane and is closed by it.

const office = browser.office()
office?.onReady(() => {
  const tell = (message: unknown) => office.context.ui.messageParent?.(JSON.stringify(message))
  // Null: the dialog is on its way to the sign-in page, and comes back here.
  const tellToken = (token: string | null) => (token === null ? undefined : tell({ token }))
  void browser
    .signOnSettings()
    // Without a way in by Entra the pane shows a code instead.
    .then((settings) => (settings === null ? tell({ token: null }) : signOnByRedirect(settings).then(tellToken)))
    .catch(() => tell({ token: null }))
})
