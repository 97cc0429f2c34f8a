/** What opens a provider's calendar for one call. Held in memory only. */
export type Access =
  | {
      readonly kind: "bearer"
      readonly token: string
      readonly expiresAt: Temporal.Instant
      /**
       * Whose mailbox is meant, where the token opens those of a whole organisation; left out, it is that of the person
       * who signed in. An access with a mailbox is never handed to anybody's app.
       */
      readonly mailbox?: string
      /** It is a service account's own, and opens the mailbox because that was shared with it. */
      readonly isDelegate?: true
    }
  | {
      readonly kind: "password"
      /** Where the account lives: for CalDAV the calendar home set or principal URL found by discovery. */
      readonly server: string
      readonly username: string
      readonly password: string
      /** As above: a service account acts for this mailbox. */
      readonly mailbox?: string
      /** It opens the mailbox as a delegate with rights to it, where it may not act for its owner. */
      readonly isDelegate?: true
    }

/** The value of the Authorization header for this access. */
export function authorization(access: Access): string {
  if (access.kind === "bearer") return `Bearer ${access.token}`
  const bytes = new TextEncoder().encode(`${access.username}:${access.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
