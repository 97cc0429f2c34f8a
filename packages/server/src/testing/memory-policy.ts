import type { AccountId, GroupId, UserId } from "@kalends/domain/ids"
import type { PolicyChoice, PolicyLevel } from "@kalends/domain/policy"
import type { PolicyTables } from "../ports/policy-tables.ts"
import type { MemoryTransaction } from "./memory-tables.ts"

/** What the account or a group says, by the account's or the group's id. */
export type SaidRow = { readonly accountId: AccountId; readonly groupId: GroupId | null; readonly level: PolicyLevel }
/** By user id. */
export type ChosenRow = { readonly accountId: AccountId; readonly userId: UserId; readonly choice: PolicyChoice }

/** What is set by policy in one account, in memory. */
export function memoryPolicy(tx: MemoryTransaction, accountId: AccountId): PolicyTables {
  const said = (groupId: GroupId | null): PolicyLevel => {
    const row = tx.find("said", groupId ?? accountId)
    return row === null || row.accountId !== accountId ? {} : row.level
  }
  return {
    ofAccount: async () => said(null),
    ofGroup: async (groupId) => said(groupId),
    ofGroups: async () =>
      new Map(
        tx
          .list("said")
          .flatMap((row): [GroupId, PolicyLevel][] =>
            row.accountId === accountId && row.groupId !== null && Object.keys(row.level).length > 0
              ? [[row.groupId, row.level]]
              : [],
          ),
      ),
    async ofUser(userId) {
      const groupId = tx.find("member", userId)?.groupId
      const chosen = tx.find("chosen", userId)
      return {
        account: said(null),
        group: groupId === undefined ? {} : said(groupId),
        choice: chosen === null || chosen.accountId !== accountId ? {} : chosen.choice,
      }
    },
    async say(groupId, setting, word) {
      await tx.lock("said", groupId ?? accountId)
      const { [setting]: _before, ...rest } = said(groupId)
      const level: PolicyLevel = word === null ? rest : { ...rest, [setting]: word }
      await tx.put("said", groupId ?? accountId, { accountId, groupId, level })
    },
    async choose(userId, setting, value) {
      await tx.lock("chosen", userId)
      const { [setting]: _before, ...rest } = tx.find("chosen", userId)?.choice ?? {}
      const choice: PolicyChoice = value === null ? rest : { ...rest, [setting]: value }
      await tx.put("chosen", userId, { accountId, userId, choice })
    },
  }
}
