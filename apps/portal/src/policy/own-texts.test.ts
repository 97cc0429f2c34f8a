import { effectivePolicy, type PolicyChoice, type PolicyLevel } from "@kalends/domain/policy"
import { expect, test } from "vitest"
import { policyWords } from "../messages-policy.ts"
import { sourceText } from "./own-texts.ts"

const said = (value: "on" | "off", isLocked: boolean): PolicyLevel => ({ sync: { value, isLocked } })

test.each([
  ["nobody", {}, {}, {}, "Nobody has set it."],
  ["the organisation", said("off", false), {}, {}, "Set by your organisation."],
  ["the organisation's lock", said("off", true), {}, { sync: "on" }, "Locked by your organisation."],
  ["the group", said("off", false), said("on", false), {}, "Set for your group “Pilots”."],
  ["the group's lock", {}, said("on", true), { sync: "off" }, "Locked for your group “Pilots”."],
  ["oneself", said("off", false), said("on", false), { sync: "off" }, "Your choice."],
] satisfies [string, PolicyLevel, PolicyLevel, PolicyChoice, string][])(
  "what %s says is named as such",
  (_name, account, group, choice, text) => {
    const settings = effectivePolicy(account, group, choice)
    expect(sourceText({ settings, groupName: "Pilots" }, "sync", policyWords.en)).toBe(text)
  },
)
