import { chooseLanguage } from "@kalends/ui/words"
import { platform } from "./platform.ts"

const loads = {
  en: () => import("./words-en.ts"),
  ja: () => import("./words-ja.ts"),
}

// Temporal is native in current browsers; others load it first. The words come beside the app, in one language.
async function start(): Promise<void> {
  if (!("Temporal" in globalThis)) await import("temporal-polyfill/global")
  const language = chooseLanguage(platform.languages)
  const [{ startApp }, { words }] = await Promise.all([import("./app.tsx"), loads[language]()])
  startApp({ language, words })
}

void start()
