import {
  type ChoosableSetting,
  choosableSettings,
  type PolicySetting,
  policySettings,
  policyValues,
} from "@kalends/domain/policy"
import { type OwnPolicyView, policyChoiceSchema } from "@kalends/protocol/policy"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { NativeSelect, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { policyApi } from "../api-policy.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { PageFrame, Waiting } from "../page-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import { sourceText } from "./own-texts.ts"
import classes from "./policy.module.css"
import { valueText } from "./policy-texts.ts"

type Labels = readonly { readonly provider: string; readonly label: string }[]
type OwnProps = { readonly words: Messages; readonly labels: Labels }

/** What holds for the person themselves, who says so, and what they may choose. */
export function OwnPolicyScreen({ words, labels }: OwnProps) {
  const { value, error, reload, put } = useLoaded<OwnPolicyView>(policyApi.own)
  const { own } = words.policy
  return (
    <PageFrame title={own.title} text={own.text}>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <ul className={classes.settings}>
          {policySettings.map((setting) => (
            <li key={setting}>
              <OwnSetting {...{ words, labels, setting, put }} policy={value} />
            </li>
          ))}
        </ul>
      )}
    </PageFrame>
  )
}

type SettingProps = OwnProps & {
  readonly setting: PolicySetting
  readonly policy: OwnPolicyView
  readonly put: (policy: OwnPolicyView) => void
}

function OwnSetting({ words, labels, setting, policy, put }: SettingProps) {
  const text = words.policy
  const { value, mayChoose } = policy.settings[setting]
  const choosable = choosableSettings.find((one) => one === setting)
  return (
    <div className={classes.setting}>
      <div>
        <Text fw={600} id={`own-${setting}`}>
          {text.settings[setting]}
        </Text>
        <Text size="sm" c="dimmed">
          {sourceText(policy, setting, text)}
          {choosable === undefined ? ` ${text.own.administrators}` : ""}
        </Text>
      </div>
      {choosable !== undefined && mayChoose ? (
        <OwnChoice {...{ words, policy, put }} setting={choosable} />
      ) : (
        <Text>{valueText(setting, value, text, labels)}</Text>
      )}
    </div>
  )
}

type ChoiceProps = Pick<SettingProps, "words" | "policy" | "put"> & { readonly setting: ChoosableSetting }

/** The person's own choice, or that they take what is proposed. */
function OwnChoice({ words, policy, put, setting }: ChoiceProps) {
  const text = words.policy
  const { value, from } = policy.settings[setting]
  const [problem, setProblem] = useState<string | null>(null)
  const [isSaved, setIsSaved] = useState(false)
  const choose = async (chosen: string) => {
    setProblem(null)
    setIsSaved(false)
    const choice = policyChoiceSchema.parse({ [setting]: chosen === "" ? null : chosen })
    await policyApi.choose(choice).then(
      (changed) => {
        put(changed)
        setIsSaved(true)
      },
      (error: unknown) => setProblem(problemText(error, words)),
    )
  }
  const proposed =
    from === "user" ? text.own.asProposed : `${text.own.asProposed} (${valueText(setting, value, text, [])})`
  return (
    <Stack gap="xs">
      <NativeSelect
        aria-labelledby={`own-${setting}`}
        value={from === "user" ? value : ""}
        data={[
          { value: "", label: proposed },
          ...policyValues[setting].map((one) => ({ value: one, label: valueText(setting, one, text, []) })),
        ]}
        onChange={({ currentTarget }) => void choose(currentTarget.value)}
      />
      <Text size="sm" c="dimmed" role="status">
        {isSaved ? `✓ ${text.own.chosen}` : ""} {setting === "sync" ? "" : text.own.atConnecting}
      </Text>
      <ProblemAlert problem={problem} />
    </Stack>
  )
}
