/** Slow, salted password hashes. */
export interface Passwords {
  hash(password: string): Promise<string>
  /** Takes as long for a null hash (no such user), and is then never right. */
  isRight(password: string, hash: string | null): Promise<boolean>
}
