import type { Booking } from "./booking.ts"

/** What a room's screens and systems show. */
export type RoomLanguage = "en" | "ja"

const words: Readonly<Record<RoomLanguage, { readonly hidden: string; readonly untitled: string }>> = {
  en: { hidden: "Private meeting", untitled: "Meeting" },
  ja: { hidden: "非公開の会議", untitled: "会議" },
}

/** What stands for a title that is hidden, or that there is none of. It says no more than the calendar shows already. */
export const untitledText = ({ isPrivate }: Pick<Booking, "isPrivate">, language: RoomLanguage): string =>
  isPrivate ? words[language].hidden : words[language].untitled
