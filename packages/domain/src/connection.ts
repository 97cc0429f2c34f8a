/**
 * The life of a connection. One function of the connections feature changes it.
 * connecting → healthy ⇄ unreachable; healthy → needs-reauth | needs-consent | disabled; any → gone (row deleted).
 */
export type ConnectionState =
  | "connecting" // credentials stored, first listing not finished
  | "healthy"
  | "unreachable" // the provider does not answer; passes by itself
  | "needs-reauth" // the grant is dead or the password wrong; the user reconnects
  | "needs-consent" // permission withheld or withdrawn; user or administrator consents
  | "disabled" // the whole tenant has removed the application

export const connectionStates: readonly ConnectionState[] = [
  "connecting",
  "healthy",
  "unreachable",
  "needs-reauth",
  "needs-consent",
  "disabled",
]

/** What a person must mend first: until then the provider is not asked again. */
export const statesForPerson: readonly ConnectionState[] = ["needs-reauth", "needs-consent", "disabled"]
