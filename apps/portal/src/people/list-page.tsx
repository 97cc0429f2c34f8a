import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Anchor, Badge, Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core"
import { useState, useSyncExternalStore } from "react"
import { api } from "../api.ts"
import { problemText } from "../api-problem.ts"
import { addressOf, chosenIn } from "../chosen.ts"
import type { Messages } from "../messages.ts"
import { PageFrame } from "../page-parts.tsx"
import { PeopleFilters } from "../people-filters.tsx"
import { anybody, choiceOf, type PeopleChoice, type Person, personKey, readPeople, searchOf } from "../people-pages.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { SelectionBar } from "../selection-bar.tsx"
import { useSettled } from "../use-settled.ts"
import { movedMost } from "./group-move.ts"
import { InviteDialog } from "./invite-dialog.tsx"
import { MoveDialog } from "./move-dialog.tsx"
import type { PeopleProps } from "./people-screen.tsx"
import { peoplePlaceText } from "./place.ts"
import { type Selection, selecting, toggled } from "./selection.ts"

/** Everybody, to be found, opened, invited, and put into groups. */
export function PeopleList({ words, user }: PeopleProps) {
  const [search, setSearch] = useState("")
  const choice = chosenIn(useSyncExternalStore(platform.onPlace, platform.placeText), anybody)
  const choose = (wanted: PeopleChoice) => platform.goToPlace(addressOf("people", wanted))
  const [selection, select] = useState<Selection>(new Map())
  const query = { ...searchOf(useSettled(search)), ...choiceOf(choice) }
  const read = (after: string | null) => readPeople(api.users, query, after)
  const loader = usePages(personKey, { read }, JSON.stringify(query))
  const { rows: shown } = useSyncExternalStore(loader.subscribe, () => loader.state)
  const canMove = user.abilities.includes("change-policy")
  const selecting = {
    isSelected: ({ userId }: Person) => selection.has(userId),
    toggle: (person: Person) => select(toggled(selection, person)),
  }
  return (
    <PageFrame
      title={words.people}
      text={words.peoplePages.text}
      action={
        user.abilities.includes("change-people") ? (
          <InviteDialog words={words} user={user} invited={() => loader.refresh()} />
        ) : undefined
      }
    >
      <Stack gap="sm">
        <TextInput
          label={words.findPeople}
          type="search"
          autoComplete="off"
          maxLength={120}
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
        <PeopleFilters {...{ words, choice, choose }} hasGroups={user.abilities.includes("read-policy")} />
        {canMove ? (
          <Bar
            {...{ words, shown, selection, select }}
            moved={() => {
              select(new Map())
              loader.refresh()
            }}
          />
        ) : null}
        <VirtualList
          label={words.people}
          loader={loader}
          idOf={personKey}
          columns={columnsOf(words, canMove ? selecting : null)}
          empty={<Text>{words.navigation.people.nobody}</Text>}
          words={words}
          explain={(error) => problemText(error, words)}
          open={({ userId }) => platform.goToPlace(peoplePlaceText({ kind: "one", userId }))}
          {...(canMove ? { selection: selecting } : {})}
        />
      </Stack>
    </PageFrame>
  )
}

type BarProps = {
  readonly words: Messages
  readonly shown: readonly Person[]
  readonly selection: Selection
  readonly select: (selection: Selection) => void
  /** They were moved: the list is not as it was. */
  readonly moved: () => void
}

/** How many are selected, and what is done with them. It stays in sight. */
function Bar({ words, shown, selection, select, moved }: BarProps) {
  const text = words.peoplePages
  const [isMoving, setMoving] = useState(false)
  const texts = {
    all: text.selectAll(shown.length),
    selected: `${text.selected(selection.size)}${selection.size < movedMost ? "" : ` · ${text.tooMany(movedMost)}`}`,
    clear: text.clear,
  }
  return (
    <SelectionBar {...{ selecting, shown, selection, select, texts }}>
      <Button variant="default" disabled={selection.size === 0} onClick={() => setMoving(true)}>
        {text.changeGroup}
      </Button>
      <MoveDialog
        words={words}
        people={isMoving ? [...selection.values()] : []}
        close={(hasMoved) => {
          setMoving(false)
          if (hasMoved) moved()
        }}
      />
    </SelectionBar>
  )
}

type Selecting = { readonly isSelected: (person: Person) => boolean; readonly toggle: (person: Person) => void }

function columnsOf(words: Messages, selecting: Selecting | null): readonly Column<Person>[] {
  const state = (name: Person["connectionState"]) => (name === null ? words.none : words.states[name])
  return [
    {
      ...{ key: "name", title: words.name, onCard: "title" },
      cell: (person) => <Name {...{ words, person, selecting }} />,
    },
    { key: "email", title: words.email, width: "minmax(0, 1.5fr)", cell: ({ email }) => email },
    {
      ...{ key: "role", title: words.role, width: "minmax(0, 0.75fr)", onCard: "named" },
      cell: ({ role }) => words.navigation.roles[role],
    },
    {
      ...{ key: "calendar", title: words.calendar, width: "minmax(0, 0.75fr)", onCard: "named" },
      cell: ({ connectionState }) => state(connectionState),
    },
  ]
}

type NameProps = { readonly words: Messages; readonly person: Person; readonly selecting: Selecting | null }

function Name({ words, person, selecting }: NameProps) {
  const { userId, displayName, suspendedAt = null } = person
  return (
    <Group gap="sm" wrap="nowrap">
      {selecting === null ? null : (
        <Checkbox
          aria-label={displayName}
          checked={selecting.isSelected(person)}
          onChange={() => selecting.toggle(person)}
        />
      )}
      <Anchor href={`#${peoplePlaceText({ kind: "one", userId })}`} className={classes.breakable} size="sm">
        {displayName}
      </Anchor>
      {suspendedAt === null ? null : (
        <Badge color="orange" variant="outline" tt="none" flex="none">
          {words.peoplePages.suspended}
        </Badge>
      )}
    </Group>
  )
}
