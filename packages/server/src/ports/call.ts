import type { UserRow } from "./store.ts"

/**
 * The piece of work that something is done for, as the audit log names it: a request of the API by the id that its answer
 * bears, a job by its kind and its number in the queue, an opening of a provider's streams. It is handed from caller to
 * callee, as an argument: what a secret was opened for can be read off the code.
 */
export type Call = `request:${string}` | `job:${string}` | `stream:${string}` | `device:${string}`

/** A person who asks for something, and the request by which they ask. */
export type Caller = UserRow & { readonly call: Call }
