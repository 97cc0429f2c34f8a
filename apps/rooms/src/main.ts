import { platform } from "./platform.ts"
import { reloadMs } from "./reload.ts"

// Temporal is native in current browsers; others load it first. A part of the page that is gone, because the service has a
// newer build, is got by loading the page anew.
async function start(): Promise<void> {
  try {
    if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
    const { startApp } = await import("./app.tsx")
    startApp()
  } catch {
    const count = platform.reloads()
    platform.after(reloadMs(count, platform.fraction()), () => platform.reload(count + 1))
  }
}

void start()
