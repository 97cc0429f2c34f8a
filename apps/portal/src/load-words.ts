import type { Language } from "@kalends/ui/words"
import type { Messages } from "./messages.ts"

const loads = {
  en: () => import("./words-en.ts"),
  ja: () => import("./words-ja.ts"),
}

/** All words in one language, loaded when they are first wanted. */
export async function loadWords(language: Language): Promise<Messages> {
  return (await loads[language]()).words
}
