import { browser } from "./platform/browser.ts"
import { signOnByRedirect } from "./platform/sign-on.ts"

// The sign-in dialog: goes to the sign-in page and, once back, tells the pane and is closed by it.

const office = browser.office()
office?.onReady(() => {
  const tell = (message: unknown) => office.context.ui.messageParent?.(JSON.stringify(message))
  void browser
    .signOnSettings()
    .then(signOnByRedirect)
    .then((token) => (token === null ? undefined : tell({ token })))
    .catch(() => tell({ token: null }))
})
