import type { GroupsView, GroupView } from "@kalends/protocol/groups"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { Anchor, Card, Radio, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import { ConcernText } from "./concern-text.tsx"
import { GroupMembers } from "./group-members.tsx"
import { NameForm, wordOf } from "./group-words.tsx"
import { groupConcern } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { PolicyChange } from "./policy-change.tsx"
import classes from "./portal.module.css"

export type GroupProps = {
  readonly group: GroupView
  readonly view: GroupsView
  readonly words: Messages
  /** Reads all groups again. */
  readonly load: () => Promise<unknown>
}

/** One group: its name, what is set for it, who is in it. */
export function GroupPage({ group, view, words, load, back }: GroupProps & { readonly back: () => void }) {
  const { groupId, name, isOn } = group
  return (
    <Stack gap="xl">
      <Anchor component="button" type="button" onClick={back} w="fit-content">
        ← {words.groups}
      </Anchor>
      <div>
        <Title order={1} className={classes.breakable}>
          {name}
        </Title>
        <Text c="dimmed" mt="xs">
          {words.peopleOf(group.people, group.connected)} · {wordOf(group, view, words)}
        </Text>
      </div>
      <GroupPolicy {...{ group, view, words, load }} />
      <GroupMembers {...{ group, view, words, load }} />
      <Card withBorder padding="lg">
        <NameForm
          key={name}
          words={words}
          name={name}
          label={words.rename}
          save={(typed) => api.putGroup(groupId, { name: typed, isOn }).then(load)}
        />
      </Card>
      <Dissolve {...{ group, view, words, load }} />
    </Stack>
  )
}

const choices = { follow: null, on: true, off: false } as const
type Choice = keyof typeof choices
const isChoice = (text: string): text is Choice => text in choices
const choiceOf = (isOn: boolean | null): Choice => (isOn === null ? "follow" : isOn ? "on" : "off")

/** The group's own word on the sync, or that it follows the organisation. */
function GroupPolicy({ group, view, words, load }: GroupProps) {
  const { groupId, name } = group
  const [choice, choose] = useState<Choice>(choiceOf(group.isOn))
  const isOn = choices[choice]
  const labels = {
    follow: words.chooseFollow(view.isOn ? words.inStep : words.notInStep),
    on: words.chooseOn,
    off: words.chooseOff,
  }
  return (
    <Card withBorder padding="lg">
      <Radio.Group
        label={words.syncPolicy}
        description={words.syncPolicyText}
        value={choice}
        onChange={(value) => {
          if (isChoice(value)) choose(value)
        }}
      >
        <Stack gap="xs" mt="sm">
          {(["follow", "on", "off"] as const).map((value) => (
            <Radio key={value} value={value} label={labels[value]} />
          ))}
        </Stack>
      </Radio.Group>
      {isOn === group.isOn ? null : (
        <PolicyChange
          concern={groupConcern(view, group, isOn)}
          words={words}
          save={() => api.putGroup(groupId, { name, isOn }).then(load)}
          discard={() => choose(choiceOf(group.isOn))}
        />
      )}
    </Card>
  )
}

/** Asks before the group goes, and says what becomes different for its people. */
function Dissolve({ group, view, words, load }: GroupProps) {
  return (
    <ConfirmedAct
      label={words.dissolve}
      title={words.dissolveTitle(group.name)}
      keepLabel={words.keepGroup}
      closeLabel={words.close}
      act={() => api.dissolveGroup(group.groupId).then(load)}
      explain={(error) => problemText(error, words)}
    >
      <Text>{words.dissolveText}</Text>
      <div>
        <ConcernText concern={groupConcern(view, group, null)} words={words} />
      </div>
    </ConfirmedAct>
  )
}
