import { type Messages, messages } from "./messages.ts"

/** What the build keeps in a file of its own (@kalends/ui/one-language). */
export const words: Messages = messages.en
