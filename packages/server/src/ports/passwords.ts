/** Why a password is guessed easily: many have chosen it, or it is made of words that anybody knows of its person. */
export type PasswordWeakness = "common" | "own-words"

/** Slow, salted password hashes, and what is too easily guessed to be one. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes as long for a null hash (no such user), and is then never right. */
  isRight(password: string, hash: string | null): Promise<boolean>
  /** Null where it is good enough. `words`: what whoever guesses would try for this person. */
  weakness(password: string, words: readonly string[]): Promise<PasswordWeakness | null>
}
