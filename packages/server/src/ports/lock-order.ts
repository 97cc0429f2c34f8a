/**
 * The one order in which a transaction of an account takes its locks. Whoever follows it waits for nobody who waits for
 * them, so that no two transactions can deadlock:
 *
 *   1. credentials, sorted by connection. A refresh holds one while its provider is asked, so that nothing else may be held
 *      by then, the account least of all.
 *   2. the account, by `lockAccount`. Whoever writes to the audit log, changes people, groups, policy or what is listed of
 *      them (second factors too), or removes a connection, holds it before any row: of those there is one at a time, in
 *      whatever order they take rows. `appendAudit`, and the trigger that lists people (034-listed-factors.sql), take it too,
 *      which is too late for whoever has changed a row by then.
 *   3. rows. Who does not hold the account takes a parent before its children, and of one table the lower id first.
 *   4. jobs, sorted by key (job-queue.ts): adding one waits for who has added the same.
 *
 * Outside of the order are rows that are new, which nobody can wait for, and what is taken with "skip locked", which waits for
 * nobody. To seal something holds the data key, which is a row.
 *
 * The store in memory throws where somebody does otherwise, in any test; postgres/lock-order.pg.test.ts runs the operations
 * against each other in PostgreSQL.
 */
export const lockRanks = { credential: 0, account: 1, row: 2, job: 3 } as const
