import type { GroupView } from "@kalends/protocol/groups"
import { Dialog } from "@kalends/ui/dialog"
import { Button, Card, Stack, Text, TextInput, UnstyledButton } from "@mantine/core"
import { useState, useSyncExternalStore } from "react"
import { api } from "./api.ts"
import { policyApi } from "./api-policy.ts"
import { GroupPage } from "./group-page.tsx"
import { addressOfGroup, type GroupsRead, groupOfAddress, groupsNamed, ownWords } from "./groups.ts"
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
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const openId = groupOfAddress(address)
  const [isMaking, setIsMaking] = useState(false)
  const group = value?.view.groups.find(({ groupId }) => groupId === openId)
  if (value !== null && group !== undefined)
    return <GroupPage key={group.groupId} {...{ group, words, canChange, ...value }} load={reload} />
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
          {openId === null ? null : <Text role="status">{words.policy.noSuchGroup}</Text>}
          <GroupList {...value} words={words} />
        </>
      )}
      <NewGroup
        isOpen={isMaking}
        close={() => setIsMaking(false)}
        words={words}
        made={async ({ groupId }) => {
          await reload()
          setIsMaking(false)
          platform.goToPlace(addressOfGroup(groupId))
        }}
      />
    </PageFrame>
  )
}

/** More than are seen at a glance are found by a part of their name. */
const glance = 12

function GroupList({ view, levels, words }: GroupsRead & { readonly words: Messages }) {
  const [search, setSearch] = useState("")
  if (view.groups.length === 0) return <Text size="lg">{words.noGroups}</Text>
  const found = groupsNamed(view.groups, search)
  return (
    <>
      {view.groups.length <= glance ? null : (
        <TextInput
          label={words.findGroup}
          type="search"
          autoComplete="off"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      )}
      {found.length === 0 ? <Text role="status">{words.noGroupFound}</Text> : null}
      <Stack gap="sm" component="ul" className={classes.plainList}>
        {found.map(({ groupId, name, people, connected }) => (
          <li key={groupId}>
            <Card withBorder padding={0}>
              <UnstyledButton component="a" href={`#${addressOfGroup(groupId)}`} className={classes.cardButton}>
                <Text fw={600}>{name}</Text>
                <Text c="dimmed" size="sm">
                  {words.peopleOf(people, connected)} · {words.ownWords(ownWords(levels, groupId))}
                </Text>
              </UnstyledButton>
            </Card>
          </li>
        ))}
      </Stack>
    </>
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
