import { type MeetingWords, meetingWords } from "@kalends/ui/meeting-words"
import type { Language } from "@kalends/ui/words"
import { english } from "./messages-en.ts"
import { type GroupWords, groupWords } from "./messages-groups.ts"
import { japanese } from "./messages-ja.ts"
import { problemTexts, type Texts } from "./messages-problems.ts"

/** Groups that are looked up by a word of the service's; a word that is missing is shown another way. */
type Looked = "providerText" | "states" | "revoked"

/** What every language has to have. */
export type Catalogue = Omit<typeof english, Looked> & Readonly<Record<Looked, Texts>>
export type Messages = Catalogue & MeetingWords & GroupWords & { readonly problems: Texts }

export const messages: Readonly<Record<Language, Messages>> = {
  en: { ...meetingWords.en, ...groupWords.en, ...english, problems: problemTexts.en },
  ja: { ...meetingWords.ja, ...groupWords.ja, ...japanese, problems: problemTexts.ja },
}
