import { Problem } from "@kalends/domain/problem"
import type { Passwords } from "../ports/passwords.ts"
import type { UserRow } from "../ports/store.ts"

/** Who chooses a password, and where. */
export type Chooser = Pick<UserRow, "email" | "displayName"> & { readonly organisation: string }

const productWords = ["kalends", "calendar", "calendars", "meeting", "meetings", "カレンダー"]

/**
 * What whoever guesses a password of this person would try first: words of the product, of the organisation's name, and of the
 * person's name and address, each by itself and each name as a whole.
 */
export function wordsAbout({ email, displayName, organisation }: Chooser): readonly string[] {
  const wholes = [organisation, displayName, email, email.split("@")[0] ?? ""]
  const parts = wholes.flatMap((whole) => whole.split(/[^\p{L}\p{N}]+/u))
  const joined = wholes.map((whole) => whole.replaceAll(/\s/g, ""))
  return [...new Set([...productWords, ...wholes, ...joined, ...parts])].filter((word) => word.length > 1)
}

/**
 * The hash of a password that somebody chose. Throws Problem "unsupported" (code "password-common" or "password-own-words")
 * where it is guessed too easily.
 */
export async function hashChosen(
  passwords: Pick<Passwords, "hash" | "weakness">,
  password: string,
  chooser: Chooser,
): Promise<string> {
  const weakness = await passwords.weakness(password, wordsAbout(chooser))
  if (weakness === "own-words")
    throw new Problem("unsupported", "This password is guessed from names that others know.", {
      code: "password-own-words",
    })
  if (weakness === "common")
    throw new Problem("unsupported", "This password is one that many choose, or nearly.", { code: "password-common" })
  return passwords.hash(password)
}
