import {
  type PolicySetting,
  type PolicyWord,
  parsePolicyValue,
  policySettings,
  policyValues,
} from "@kalends/domain/policy"
import { Checkbox, Group, NativeSelect, Stack, Switch, Text } from "@mantine/core"
import type { DeskProps } from "./desk.ts"
import classes from "./policy.module.css"
import { standingText, valueText } from "./policy-texts.ts"
import { draftWith, isChanged, isLockable, type PolicySpot, standingOf, wordWith } from "./policy-view.ts"

type LevelProps = DeskProps & { readonly groupId: string | null }

/** Everything that is set at one level, each setting with its lock and what it means. */
export function LevelEditor(props: LevelProps) {
  return (
    <ul className={classes.settings}>
      {policySettings.map((setting) => (
        <li key={setting}>
          <Setting {...props} setting={setting} />
        </li>
      ))}
    </ul>
  )
}

function Setting(props: LevelProps & { readonly setting: PolicySetting }) {
  const { levels, draft, words, groupId, setting, canChange } = props
  const text = words.policy
  const spot = { groupId, setting }
  const standing = standingOf(levels, draft, spot)
  const said = standingText(setting, standing, text, levels.providers)
  return (
    <div className={classes.setting}>
      <div>
        <Text fw={600} id={`${setting}-name`}>
          {text.settings[setting]}
        </Text>
        <Text size="sm" c="dimmed">
          {text.explanations[setting]}
        </Text>
      </div>
      <Stack gap="xs">
        {canChange && standing.kind !== "overruled" ? <Controls {...props} /> : <Text>{said}</Text>}
        {isChanged(draft, spot) ? <span className={classes.changed}>{text.changed}</span> : null}
      </Stack>
    </div>
  )
}

/** What stands for a list of calendar services among the values to choose from. */
const some = "some"
const none = ""

function Controls(props: LevelProps & PolicySpot) {
  const { levels, draft, setDraft, words, groupId, setting } = props
  const text = words.policy
  const spot = { groupId, setting }
  const word = wordWith(levels, draft, spot)
  const say = (next: PolicyWord | null) => setDraft(draftWith(levels, draft, { ...spot, word: next }))
  const choose = (value: string) => {
    if (value === none) return say(null)
    const names = levels.providers.map(({ provider }) => provider)
    const isLocked = word?.isLocked ?? false
    say({ value: value === some ? names : parsePolicyValue(setting, value), isLocked })
  }
  const without = standingOf(levels, draftWith(levels, draft, { ...spot, word: null }), spot)
  const withoutText = valueText(setting, without.value, text, levels.providers)
  const lockText = groupId === null ? text.lockText.organisation : text.lockText.group
  return (
    <>
      <NativeSelect
        aria-labelledby={`${setting}-name`}
        value={word === null ? none : typeof word.value === "string" ? word.value : some}
        data={[
          { value: none, label: groupId === null ? text.noWordNow(withoutText) : text.followNow(withoutText) },
          ...valuesOf(setting).map((value) => ({
            value,
            label: value === some ? text.onlyThese : valueText(setting, parsePolicyValue(setting, value), text, []),
          })),
        ]}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      />
      {word !== null && typeof word.value !== "string" ? (
        <Checkbox.Group value={[...word.value]} onChange={(value) => say({ ...word, value })}>
          <Group gap="sm" aria-labelledby={`${setting}-name`} role="group">
            {levels.providers.map(({ provider, label }) => (
              <Checkbox key={provider} value={provider} label={label} />
            ))}
          </Group>
        </Checkbox.Group>
      ) : null}
      {word !== null && isLockable(spot) ? (
        <Switch
          checked={word.isLocked}
          label={text.lock}
          aria-label={`${text.lock}: ${text.settings[setting]}`}
          description={lockText}
          onChange={({ currentTarget }) => say({ ...word, isLocked: currentTarget.checked })}
        />
      ) : null}
    </>
  )
}

const valuesOf = (setting: PolicySetting): readonly string[] =>
  setting === "providers" ? ["all", some] : policyValues[setting]
