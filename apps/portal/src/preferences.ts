import { chooseLanguage, type Language, localeOf } from "@kalends/ui/words"

/** What a reader chose of the portal's look; the one thing it keeps in the browser, besides the colours. */
export type Preferences = { readonly language: Language; readonly locale: string }

/** The language that was chosen before, otherwise the first of the browser's there is a catalogue for. */
export function preferencesOf(kept: string | null, preferred: readonly string[]): Preferences {
  const language = kept === "en" || kept === "ja" ? kept : chooseLanguage(preferred)
  return { language, locale: localeOf(language, preferred) }
}
