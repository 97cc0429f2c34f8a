import type { AccountId } from "@kalends/domain/ids"
import type { NamedSubject } from "../ports/store.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

/** What things of one account are called, in memory. */
export function memorySubjects(tx: MemoryTransaction, accountId: AccountId, ids: readonly string[]): NamedSubject[] {
  const isMine = (row: { readonly accountId: AccountId }) => row.accountId === accountId
  const owners: readonly NamedSubject[] = [
    ...tx
      .list("user")
      .filter(isMine)
      .map(({ userId, displayName }) => ({ subjectId: userId, kind: "person" as const, name: displayName })),
    ...tx
      .list("room")
      .filter(isMine)
      .map(({ roomId, name }) => ({ subjectId: roomId, kind: "room" as const, name })),
  ]
  const nameOf = new Map(owners.map(({ subjectId, name }) => [subjectId, name]))
  const all: readonly NamedSubject[] = [
    ...owners,
    ...tx
      .list("connection")
      .filter(isMine)
      .flatMap(({ connectionId, userId }) => {
        const name = nameOf.get(userId)
        return name === undefined ? [] : [{ subjectId: connectionId, kind: "calendar" as const, name }]
      }),
    ...tx
      .list("group")
      .filter(isMine)
      .map(({ groupId, name }) => ({ subjectId: groupId, kind: "group" as const, name })),
    ...tx
      .list("tenant")
      .filter(isMine)
      .map((row) => ({ subjectId: row.tenantConnectionId, kind: "tenant" as const, name: row.tenantId })),
    ...tx
      .list("display")
      .filter(isMine)
      .map(({ displayId, name }) => ({ subjectId: displayId, kind: "display" as const, name })),
    ...tx
      .list("device")
      .filter(isMine)
      .map(({ deviceId, name }) => ({ subjectId: deviceId, kind: "device" as const, name })),
  ]
  return all.filter(({ subjectId }) => ids.includes(subjectId))
}
