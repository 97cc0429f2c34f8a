import "./mantine.css"
import "./base.css"
import { type CSSVariablesResolver, localStorageColorSchemeManager, MantineProvider } from "@mantine/core"
import type { ReactNode } from "react"
import { createRoot } from "react-dom/client"
import { ErrorBoundary } from "./error-boundary.tsx"
import { theme } from "./theme.ts"

/** Styles that are added at run time carry the page's nonce, which the server writes into it. */
function styleNonce(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ""
}

/** Secondary text, links and errors keep a contrast of 4.5:1 and more on every background, the selected line included. */
const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#56606c",
    "--mantine-color-placeholder": "#626c78",
    "--mantine-color-anchor": "#37558f",
    "--mantine-color-error": "#c92a2a",
  },
  dark: {
    "--mantine-color-dimmed": "#b3bac4",
    "--mantine-color-placeholder": "#9aa3ae",
    "--mantine-color-anchor": "#b9c7e2",
    "--mantine-color-error": "#ff8787",
  },
})

/** A colour scheme that follows the system and is kept nowhere. */
const followSystem = {
  get: () => "auto" as const,
  set: () => {},
  subscribe: () => {},
  unsubscribe: () => {},
  clear: () => {},
}

/** Where a chosen colour scheme is kept: in the browser, or nowhere (the system's is followed). */
export type SchemeKeeping = "browser" | "nowhere"

/** Shows an app in the page's `root` element, in Kalends's look. */
export function showApp(app: ReactNode, schemeKeeping: SchemeKeeping): void {
  // The library that locks scrolling behind a dialog looks for the nonce under this name.
  Object.assign(globalThis, { __webpack_nonce__: styleNonce() })
  const root = document.getElementById("root")
  if (root === null) throw new Error("the page has no root")
  const manager =
    schemeKeeping === "browser" ? localStorageColorSchemeManager({ key: "kalends-colours" }) : followSystem
  createRoot(root).render(
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={manager}
      getStyleNonce={styleNonce}
      cssVariablesResolver={readable}
    >
      <ErrorBoundary>{app}</ErrorBoundary>
    </MantineProvider>,
  )
}
