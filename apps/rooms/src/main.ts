import { platform } from "./platform.ts"

// Temporal is native in current browsers; others load it first. Whatever part of the page is gone, or never comes, the page
// asks for itself anew until the app has begun.
async function start(): Promise<void> {
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
  const { startApp } = await import("./app.tsx")
  await platform.callOffRefresh()
  startApp()
}

void start()
