import type { GroupView } from "@kalends/protocol/groups"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { Anchor, Button, Card, Group, Stack, Text, Title } from "@mantine/core"
import { api } from "./api.ts"
import { policyApi } from "./api-policy.ts"
import { problemText } from "./api-problem.ts"
import { GroupMembers } from "./group-members.tsx"
import { addressOfGroups, type GroupsRead, standingsOf } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { NameForm } from "./name-form.tsx"
import { platform } from "./platform.ts"
import { Whom } from "./policy/change-preview.tsx"
import classes from "./policy/policy.module.css"
import { standingText } from "./policy/policy-texts.ts"
import { addressOfLevel } from "./policy/policy-view.ts"
import portal from "./portal.module.css"

export type GroupProps = GroupsRead & {
  readonly group: GroupView
  readonly words: Messages
  readonly canChange: boolean
  /** Reads all groups again. */
  readonly load: () => Promise<unknown>
}

/** One group: what is set for it, who is in it, its name. */
export function GroupPage(props: GroupProps) {
  const { group, words, canChange, load } = props
  const { groupId, name } = group
  return (
    <Stack gap="xl">
      <Anchor href={`#${addressOfGroups}`} w="fit-content">
        ← {words.groups}
      </Anchor>
      <div>
        <Title order={1} className={portal.breakable}>
          {name}
        </Title>
        <Text c="dimmed" mt="xs">
          {words.peopleOf(group.people, group.connected)}
        </Text>
      </div>
      <GroupPolicy {...props} />
      <GroupMembers {...props} />
      {canChange ? (
        <>
          <Card withBorder padding="lg">
            <NameForm
              key={name}
              words={words}
              name={name}
              label={words.rename}
              save={(typed) => api.putGroup(groupId, { name: typed }).then(load)}
            />
          </Card>
          <Dissolve {...props} />
        </>
      ) : null}
    </Stack>
  )
}

/** What holds for the group, and the way to where it is changed. */
function GroupPolicy({ group: { groupId, name }, levels, words, canChange }: GroupProps) {
  const text = words.policy
  const label = canChange ? words.changePolicy : words.seePolicy
  return (
    <Card withBorder padding="lg">
      <Stack>
        <Title order={2} size="h4">
          {text.title}
        </Title>
        <dl className={classes.standings}>
          {standingsOf(levels, groupId).map(({ setting, standing }) => (
            <div key={setting}>
              <dt>{text.settings[setting]}</dt>
              <dd data-own={standing.kind === "own"}>{standingText(setting, standing, text, levels.providers)}</dd>
            </div>
          ))}
        </dl>
        <Group>
          <Button component="a" href={`#${addressOfLevel(groupId)}`} variant="default" aria-label={`${label}: ${name}`}>
            {label}
          </Button>
        </Group>
      </Stack>
    </Card>
  )
}

/** Asks before the group goes, and says whom that concerns. */
function Dissolve({ group: { groupId, name }, words, load }: GroupProps) {
  const change = { dissolves: groupId }
  return (
    <ConfirmedAct
      label={words.dissolve}
      title={words.dissolveTitle(name)}
      keepLabel={words.keepGroup}
      closeLabel={words.close}
      act={async () => {
        await policyApi.save(change)
        platform.goToPlace(addressOfGroups)
        await load()
      }}
      explain={(error) => problemText(error, words)}
    >
      <Text>{words.dissolveText}</Text>
      <Whom change={change} words={words} />
    </ConfirmedAct>
  )
}
