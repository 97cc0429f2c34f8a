/** What `npm run organisation -- …` was asked for. */
export type Command =
  | { readonly kind: "list" }
  | { readonly kind: "doctor"; readonly organisation: string; readonly mailboxes: readonly string[] }
  | {
      readonly kind: "connect" | "migrate"
      readonly organisation: string
      readonly permission: "read" | "read-write"
      /** Name of a group, addresses, or (both null) everybody. */
      readonly group: string | null
      readonly emails: readonly string[] | null
      /** Goes on without asking. */
      readonly isSure: boolean
    }
  | {
      readonly kind: "act"
      readonly rolloutId: string
      readonly action: "follow" | "start" | "stop" | "retry" | "undo"
    }

export const usage = `npm run organisation -- list
npm run organisation -- doctor <organisation> [mailbox …]
npm run organisation -- connect <organisation> [--group <name> | --only <address,…>] [--read] [--yes]
npm run organisation -- migrate <organisation> [--group <name> | --only <address,…>] [--read] [--yes]
npm run organisation -- work <id> [follow | start | stop | retry | undo]

<organisation>: the id, or the tenant or domain, as the list shows them. migrate moves people who are connected elsewhere
to it, after a check that changes nothing. The service is at KALENDS_URL (http://localhost:8080); an administrator signs in
with KALENDS_EMAIL, KALENDS_PASSWORD and KALENDS_CODE (of an authenticator app, or a recovery code), or is asked.`

const actions = ["follow", "start", "stop", "retry", "undo"] as const

/** Null where it cannot be understood. */
export function readArguments(args: readonly string[]): Command | null {
  const [verb, first, ...rest] = args
  if (verb === "list" && first === undefined) return { kind: "list" }
  if (first === undefined || first.startsWith("--")) return null
  if (verb === "doctor") return { kind: "doctor", organisation: first, mailboxes: rest }
  if (verb === "work") {
    const action = actions.find((known) => known === (rest[0] ?? "follow"))
    return action === undefined || rest.length > 1 ? null : { kind: "act", rolloutId: first, action }
  }
  return verb === "connect" || verb === "migrate" ? readWork(verb, first, rest) : null
}

function readWork(kind: "connect" | "migrate", organisation: string, rest: readonly string[]): Command | null {
  let group: string | null = null
  let emails: readonly string[] | null = null
  let permission: "read" | "read-write" = "read-write"
  let isSure = false
  for (let at = 0; at < rest.length; at++) {
    const value = rest[at + 1]
    if (rest[at] === "--yes") isSure = true
    else if (rest[at] === "--read") permission = "read"
    else if (rest[at] === "--group" && value !== undefined && emails === null) group = rest[++at] ?? null
    else if (rest[at] === "--only" && value !== undefined && group === null) emails = (rest[++at] ?? "").split(",")
    else return null
  }
  return { kind, organisation, permission, group, emails, isSure }
}
