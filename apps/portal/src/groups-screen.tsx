import type { GroupView } from "@kalends/protocol/groups"
import { Dialog } from "@kalends/ui/dialog"
import { Button, Card, Stack, Text, UnstyledButton } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { policyApi } from "./api-policy.ts"
import { GroupPage } from "./group-page.tsx"
import { type GroupsRead, ownWords } from "./groups.ts"
import type { Messages } from "./messages.ts"
import { NameForm } from "./name-form.tsx"
import { PageFrame, Trouble, Waiting } from "./page-parts.tsx"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import { useLoaded } from "./use-loaded.ts"

type GroupsProps = { readonly words: Messages; readonly canChange: boolean }

/** Groups of people: who is in them, and what is set for each. */
export function Groups({ words, canChange }: GroupsProps) {
  const { value, error, reload } = useLoaded<GroupsRead>(async () => {
    const [view, levels] = await Promise.all([api.groups(), policyApi.levels()])
    return { view, levels }
  })
  const [openId, open] = useState<string | null>(null)
  const [isMaking, setIsMaking] = useState(false)
  const group = value?.view.groups.find(({ groupId }) => groupId === openId)
  if (value !== null && group !== undefined)
    return (
      <GroupPage key={group.groupId} {...{ group, words, canChange, ...value }} load={reload} back={() => open(null)} />
    )
  return (
    <PageFrame
      title={words.groups}
      text={words.groupsText}
      action={canChange ? <Button onClick={() => setIsMaking(true)}>{words.newGroup}</Button> : null}
    >
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          <Trouble error={error} words={words} />
          <GroupList {...value} {...{ words, open }} />
        </>
      )}
      <NewGroup
        isOpen={isMaking}
        close={() => setIsMaking(false)}
        words={words}
        made={async ({ groupId }) => {
          await reload()
          setIsMaking(false)
          open(groupId)
        }}
      />
    </PageFrame>
  )
}

type ListProps = GroupsRead & {
  readonly words: Messages
  readonly open: (groupId: string) => void
}

function GroupList({ view, levels, words, open }: ListProps) {
  if (view.groups.length === 0) return <Text size="lg">{words.noGroups}</Text>
  return (
    <Stack gap="sm" component="ul" className={classes.plainList}>
      {view.groups.map(({ groupId, name, people, connected }) => (
        <li key={groupId}>
          <Card withBorder padding={0}>
            <UnstyledButton onClick={() => open(groupId)} className={classes.cardButton}>
              <Text fw={600}>{name}</Text>
              <Text c="dimmed" size="sm">
                {words.peopleOf(people, connected)} · {words.ownWords(ownWords(levels, groupId))}
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
        save={async (name) => made(await api.putGroup(platform.newId(), { name }))}
      />
    </Dialog>
  )
}
