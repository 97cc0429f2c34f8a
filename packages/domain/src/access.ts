/** What opens a provider's calendar for one call. Held in memory only. */
export type Access =
  | {
      readonly kind: "bearer"
      readonly token: string
      readonly expiresAt: Temporal.Instant
    }
  | {
      readonly kind: "password"
      /** Where the account lives: for CalDAV the calendar home set or principal URL found by discovery. */
      readonly server: string
      readonly username: string
      readonly password: string
    }

/** The value of the Authorization header for this access. */
export function authorization(access: Access): string {
  if (access.kind === "bearer") return `Bearer ${access.token}`
  const bytes = new TextEncoder().encode(`${access.username}:${access.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
