import { loadWords } from "./load-words.ts"
import { platform } from "./platform.ts"
import { preferencesOf } from "./preferences.ts"

// Temporal is native in current browsers; others load it first. The words come beside the app, in one language.
async function start(): Promise<void> {
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
  const preferences = preferencesOf(platform.keptLanguage(), platform.languages)
  const [{ startApp }, words] = await Promise.all([import("./app.tsx"), loadWords(preferences.language)])
  startApp({ ...preferences, words })
}

void start()
