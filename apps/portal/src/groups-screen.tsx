import type { GroupsView, GroupView } from "@kalends/protocol/groups"
import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Card, Group, Loader, Stack, Switch, Text, Title, UnstyledButton } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import { GroupPage } from "./group-page.tsx"
import { NameForm, wordOf } from "./group-words.tsx"
import { accountConcern, followers } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import { PolicyChange } from "./policy-change.tsx"
import classes from "./portal.module.css"

/** Groups of people and what is set for them, and for the organisation; for administrators. */
export function Groups({ words }: { readonly words: Messages }) {
  const [view, setView] = useState<GroupsView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [openId, open] = useState<string | null>(null)
  const [isMaking, setIsMaking] = useState(false)
  const load = () => api.groups().then(setView)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once, when the page is opened.
  useEffect(() => {
    void load().catch((error: unknown) => setProblem(problemText(error, words)))
  }, [])
  const group = view?.groups.find(({ groupId }) => groupId === openId)
  if (view !== null && group !== undefined)
    return <GroupPage key={group.groupId} {...{ group, view, words, load }} back={() => open(null)} />
  return (
    <Stack gap="xl">
      <div>
        <Group justify="space-between">
          <Title order={1}>{words.groups}</Title>
          <Button onClick={() => setIsMaking(true)}>{words.newGroup}</Button>
        </Group>
        <Text c="dimmed" mt="xs">
          {words.groupsText}
        </Text>
      </div>
      <ProblemAlert problem={problem} />
      {view === null ? (
        problem === null ? (
          <Loader aria-label={words.loading} />
        ) : null
      ) : (
        <>
          <AccountCard {...{ view, words, load }} />
          <GroupList {...{ view, words, open }} />
        </>
      )}
      <NewGroup
        isOpen={isMaking}
        close={() => setIsMaking(false)}
        words={words}
        made={async ({ groupId }) => {
          await load()
          setIsMaking(false)
          open(groupId)
        }}
      />
    </Stack>
  )
}

type AccountProps = { readonly view: GroupsView; readonly words: Messages; readonly load: () => Promise<unknown> }

/** The organisation's own word, with whom it is for. */
function AccountCard({ view, words, load }: AccountProps) {
  const [isOn, setIsOn] = useState(view.isOn)
  return (
    <Card withBorder padding="lg">
      <Title order={2} size="h4" mb="sm">
        {words.syncPolicy}
      </Title>
      <Switch
        checked={isOn}
        label={words.syncPolicyOn}
        description={words.syncPolicyText}
        onChange={({ currentTarget }) => setIsOn(currentTarget.checked)}
      />
      <Text size="sm" c="dimmed" mt="sm">
        {words.holdsFor(followers(view).people)}
      </Text>
      {isOn === view.isOn ? null : (
        <PolicyChange
          concern={accountConcern(view, isOn)}
          words={words}
          save={() => api.setSyncForAll(isOn).then(load)}
          discard={() => setIsOn(view.isOn)}
        />
      )}
    </Card>
  )
}

type ListProps = {
  readonly view: GroupsView
  readonly words: Messages
  readonly open: (groupId: string) => void
}

function GroupList({ view, words, open }: ListProps) {
  if (view.groups.length === 0) return <Text size="lg">{words.noGroups}</Text>
  return (
    <Stack gap="sm" component="ul" className={classes.plainList}>
      {view.groups.map((group) => (
        <li key={group.groupId}>
          <Card withBorder padding={0}>
            <UnstyledButton onClick={() => open(group.groupId)} className={classes.cardButton}>
              <Text fw={600}>{group.name}</Text>
              <Text c="dimmed" size="sm">
                {words.peopleOf(group.people, group.connected)} · {wordOf(group, view, words)}
              </Text>
            </UnstyledButton>
          </Card>
        </li>
      ))}
    </Stack>
  )
}

type NewProps = {
  readonly isOpen: boolean
  readonly close: () => void
  readonly words: Messages
  readonly made: (group: GroupView) => Promise<unknown>
}

function NewGroup({ isOpen, close, words, made }: NewProps) {
  return (
    <Dialog isOpen={isOpen} close={close} title={words.newGroup} closeLabel={words.close}>
      <NameForm
        words={words}
        name=""
        label={words.makeGroup}
        save={async (name) => made(await api.putGroup(platform.newId(), { name, isOn: null }))}
      />
    </Dialog>
  )
}
