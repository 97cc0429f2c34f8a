import { messages, type Words } from "./messages.ts"

/** What the build keeps in a file of its own (@kalends/ui/one-language). */
export const words: Words = messages.en
