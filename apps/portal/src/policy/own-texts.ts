import type { PolicySetting } from "@kalends/domain/policy"
import type { OwnPolicyView } from "@kalends/protocol/policy"
import type { PolicyWords } from "../messages-policy.ts"

/** Who says what holds of a setting, and whether it can be chosen otherwise, in words for the person it holds for. */
export function sourceText(
  { settings, groupName }: Pick<OwnPolicyView, "settings" | "groupName">,
  setting: PolicySetting,
  { own }: PolicyWords,
): string {
  const { from, lockedBy } = settings[setting]
  switch (from) {
    case "default":
      return own.default
    case "account":
      return lockedBy === "account" ? own.accountLocked : own.account
    case "group":
      return lockedBy === "group" ? own.groupLocked(groupName ?? "") : own.group(groupName ?? "")
    case "user":
      return own.user
  }
}
