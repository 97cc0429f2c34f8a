import type { Language } from "@kalends/ui/words"
import type { Texts } from "./messages-problems.ts"
import { rolloutsEnglish } from "./messages-rollouts-en.ts"
import { rolloutsJapanese } from "./messages-rollouts-ja.ts"
import { tenantsEnglish } from "./messages-tenants-en.ts"
import { tenantsJapanese } from "./messages-tenants-ja.ts"

/** Groups that are looked up by a word of the service's; a word that is missing is shown another way. */
type Looked = "methodNames" | "methodTexts"

/** The words about connections to whole organisations. */
export type TenantWords = Omit<typeof tenantsEnglish, Looked> & Readonly<Record<Looked, Texts>>
/** The words about work over many people. */
export type RolloutWords = typeof rolloutsEnglish

export const tenantWords: Readonly<Record<Language, TenantWords>> = { en: tenantsEnglish, ja: tenantsJapanese }
export const rolloutWords: Readonly<Record<Language, RolloutWords>> = { en: rolloutsEnglish, ja: rolloutsJapanese }
