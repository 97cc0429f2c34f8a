import type { ProviderName, UserId } from "@kalends/domain/ids"
import { choosableSettings } from "@kalends/domain/policy"
import { mayConnect } from "@kalends/domain/policy-effect"
import { Problem } from "@kalends/domain/problem"
import type { OwnPolicyView, PolicyChoiceInput } from "@kalends/protocol/policy"
import { effectivePolicyOf } from "../ports/policy-tables.ts"
import type { AccountTables, Store, UserRow } from "../ports/store.ts"
import { relistingUser } from "./relist.ts"

export type OwnPolicyDeps = { readonly store: Store; readonly labelOf: (provider: ProviderName) => string }

/** What holds for one person, why, and what they choose where nobody has locked it. */
export function createOwnPolicy({ store, labelOf }: OwnPolicyDeps) {
  async function viewOf(
    tables: AccountTables,
    { userId, role }: Pick<UserRow, "userId" | "role">,
  ): Promise<OwnPolicyView> {
    const settings = await effectivePolicyOf(tables, userId)
    const groupId = await tables.groups.findGroupOfUser(userId)
    const group = (await tables.groups.listGroups()).find((one) => one.groupId === groupId)
    const notice = await tables.policyChanges.findNotice(userId)
    return {
      settings,
      mayConnect: mayConnect(settings, role),
      groupName: group?.name ?? null,
      notice:
        notice === null
          ? null
          : {
              ...{ cause: notice.cause, provider: notice.provider, at: notice.at.toString() },
              providerLabel: labelOf(notice.provider),
            },
    }
  }

  return {
    viewOf,

    get: (user: UserRow): Promise<OwnPolicyView> => store.inAccount(user.accountId, (tables) => viewOf(tables, user)),

    /** Throws Problem "forbidden" (code "policy-locked") for a setting that is locked. */
    choose: (user: UserRow, wanted: PolicyChoiceInput): Promise<OwnPolicyView> =>
      store.inAccount(user.accountId, async (tables) => {
        await relistingUser(tables, user.userId, () => writeChoice(tables, user.userId, wanted))
        return viewOf(tables, user)
      }),
  }
}

export type OwnPolicy = ReturnType<typeof createOwnPolicy>

async function writeChoice(tables: AccountTables, userId: UserId, wanted: PolicyChoiceInput): Promise<void> {
  const policy = await effectivePolicyOf(tables, userId)
  for (const setting of choosableSettings) {
    const value = wanted[setting]
    if (value === undefined) continue
    if (!policy[setting].mayChoose)
      throw new Problem("forbidden", "Your administrators have locked this.", { code: "policy-locked" })
    await tables.policy.choose(userId, setting, value)
  }
}
