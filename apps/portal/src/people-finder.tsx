import type { UsersView } from "@kalends/protocol/api"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Loader, Stack, Text, TextInput } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"

type Person = UsersView["users"][number]

type FinderProps = {
  readonly words: Messages
  /** Whom to look among. */
  readonly within: { readonly groupId?: string }
  /** Another number reads anew. */
  readonly turn: number
  readonly noteOf?: (person: Person) => string
  /** What can be done with somebody; null for nothing. */
  readonly action: (person: Person) => Action | null
}

type Action = { readonly label: string; readonly run: () => Promise<unknown> }

/** Typing has paused. */
const pauseMs = 250

/** People found by a part of their name, a page of the service's at a time. */
export function PeopleFinder({ words, within, turn, noteOf, action }: FinderProps) {
  const [search, setSearch] = useState("")
  const [found, setFound] = useState<UsersView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const query = { ...within, ...(search.trim() === "" ? {} : { search: search.trim() }) }
  const asked = JSON.stringify(query)
  const fail = (error: unknown) => setProblem(problemText(error, words))
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again when other people are wanted, or one was moved.
  useEffect(() => {
    let isWanted = true
    const read = () =>
      void api.users(query).then((page) => {
        if (!isWanted) return
        setFound(page)
        setProblem(null)
      }, fail)
    const stop = platform.after(found === null ? 0 : pauseMs, read)
    return () => {
      isWanted = false
      stop()
    }
  }, [asked, turn])
  const more = (after: string) =>
    void api
      .users({ ...query, after })
      .then((page) => setFound({ users: [...(found?.users ?? []), ...page.users], after: page.after }), fail)
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
      <ProblemAlert problem={problem} />
      {found === null ? problem === null ? <Loader aria-label={words.loading} /> : null : null}
      {found?.users.length === 0 ? <Text>{words.nobodyFound}</Text> : null}
      <ul className={classes.people}>
        {found?.users.map((person) => (
          <PersonRow key={person.userId} person={person} note={noteOf?.(person) ?? null} action={action(person)} />
        ))}
      </ul>
      {found?.after ? (
        <Group>
          <Button variant="default" onClick={() => more(found.after ?? "")}>
            {words.more}
          </Button>
        </Group>
      ) : null}
    </Stack>
  )
}

type RowProps = { readonly person: Person; readonly note: string | null; readonly action: Action | null }

function PersonRow({ person, note, action }: RowProps) {
  const [isBusy, setIsBusy] = useState(false)
  return (
    <li className={classes.person}>
      <div className={classes.breakable}>
        <Text>{person.displayName}</Text>
        <Text size="sm" c="dimmed">
          {person.email}
          {note === null ? "" : ` · ${note}`}
        </Text>
      </div>
      {action === null ? null : (
        <Button
          variant="default"
          className={classes.personAction}
          aria-label={`${action.label}: ${person.displayName}`}
          loading={isBusy}
          onClick={() => {
            setIsBusy(true)
            void action.run().finally(() => setIsBusy(false))
          }}
        >
          {action.label}
        </Button>
      )}
    </li>
  )
}
