import { usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Button, Stack, Text, TextInput } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import { type Person, personKey, readPeople, searchOf } from "./people-pages.ts"
import { useSettled } from "./use-settled.ts"

type FinderProps = {
  readonly words: Messages
  /** Whom to look among. */
  readonly within: { readonly groupId?: string }
  /** Another number reads anew. */
  readonly turn: number
  readonly noteOf?: (person: Person) => string | null
  /** What can be done with somebody; null for nothing. */
  readonly action: (person: Person) => Action | null
}

type Action = { readonly label: string; readonly run: () => Promise<unknown> }

/** People found by a part of their name, a page of the service's at a time. */
export function PeopleFinder({ words, within, turn, noteOf, action }: FinderProps) {
  const [search, setSearch] = useState("")
  const query = { ...within, ...searchOf(useSettled(search)) }
  const read = (after: string | null) => readPeople(api.users, query, after)
  const loader = usePages(personKey, { read }, JSON.stringify(query))
  const shownTurn = useRef(turn)
  useEffect(() => {
    if (shownTurn.current !== turn) loader.refresh()
    shownTurn.current = turn
  }, [loader, turn])
  return (
    <Stack gap="sm">
      <TextInput
        label={words.findPeople}
        type="search"
        autoComplete="off"
        data-autofocus
        maxLength={120}
        value={search}
        onChange={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <VirtualList
        label={words.people}
        loader={loader}
        idOf={personKey}
        columns={[
          {
            key: "person",
            title: words.name,
            cell: (person) => <PersonText person={person} note={noteOf?.(person) ?? null} />,
          },
          {
            key: "action",
            title: words.act,
            width: "9rem",
            cell: (person) => <PersonAction person={person} action={action(person)} />,
          },
        ]}
        empty={<Text>{words.nobodyFound}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
      />
    </Stack>
  )
}

function PersonText({ person, note }: { readonly person: Person; readonly note: string | null }) {
  return (
    <>
      <Text>{person.displayName}</Text>
      <Text size="sm" c="dimmed">
        {person.email}
        {note === null ? "" : ` · ${note}`}
      </Text>
    </>
  )
}

function PersonAction({ person, action }: { readonly person: Person; readonly action: Action | null }) {
  const [isBusy, setIsBusy] = useState(false)
  if (action === null) return null
  return (
    <Button
      variant="default"
      aria-label={`${action.label}: ${person.displayName}`}
      loading={isBusy}
      onClick={() => {
        setIsBusy(true)
        void action.run().finally(() => setIsBusy(false))
      }}
    >
      {action.label}
    </Button>
  )
}
