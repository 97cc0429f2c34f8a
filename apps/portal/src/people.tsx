import { roles } from "@kalends/domain/ability"
import type { NewUserInput, UserView } from "@kalends/protocol/api"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Button, Card, Group, NativeSelect, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import { api } from "./api.ts"
import { problemText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"
import { PeopleFilters } from "./people-filters.tsx"
import { anybody, choiceOf, type Person, personKey, readPeople, searchOf } from "./people-pages.ts"
import classes from "./portal.module.css"
import type { PortalStore } from "./store.ts"
import { useSettled } from "./use-settled.ts"

const empty: NewUserInput = { displayName: "", email: "", password: "", role: "user" }

type PeopleProps = { readonly store: PortalStore; readonly words: Messages; readonly user: UserView }

/** The people of the organisation, for administrators. */
export function People({ store, words, user }: PeopleProps) {
  const [search, setSearch] = useState("")
  const [choice, choose] = useState(anybody)
  const query = { ...searchOf(useSettled(search)), ...choiceOf(choice) }
  const read = (after: string | null) => readPeople(api.users, query, after)
  const loader = usePages(personKey, { read }, JSON.stringify(query))
  const add = async (input: NewUserInput): Promise<boolean> => {
    try {
      await api.addUser(input)
      loader.refresh()
      return true
    } catch (error) {
      store.fail(error)
      return false
    }
  }
  return (
    <Stack gap="xl">
      <Title order={1}>{words.people}</Title>
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
        <VirtualList
          label={words.people}
          loader={loader}
          idOf={personKey}
          columns={columnsOf(words)}
          empty={<Text>{words.navigation.people.nobody}</Text>}
          words={words}
          explain={(error) => problemText(error, words)}
        />
      </Stack>
      {user.abilities.includes("change-people") ? (
        <PersonForm words={words} canGiveRoles={user.abilities.includes("change-roles")} add={add} />
      ) : null}
    </Stack>
  )
}

function columnsOf(words: Messages): readonly Column<Person>[] {
  const state = (name: Person["connectionState"]) => (name === null ? words.none : words.states[name])
  return [
    { key: "name", title: words.name, onCard: "title", cell: ({ displayName }) => displayName },
    { key: "email", title: words.email, width: "minmax(0, 1.5fr)", cell: ({ email }) => email },
    {
      key: "role",
      title: words.role,
      width: "minmax(0, 0.75fr)",
      onCard: "named",
      cell: ({ role }) => words.navigation.roles[role],
    },
    {
      key: "calendar",
      title: words.calendar,
      width: "minmax(0, 0.75fr)",
      onCard: "named",
      cell: ({ connectionState }) => state(connectionState),
    },
  ]
}

type FormProps = {
  readonly words: Messages
  readonly canGiveRoles: boolean
  readonly add: (input: NewUserInput) => Promise<boolean>
}

function PersonForm({ words, canGiveRoles, add }: FormProps) {
  const [input, setInput] = useState<NewUserInput>(empty)
  const field = (name: "displayName" | "email" | "password") => ({
    required: true,
    value: input[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setInput({ ...input, [name]: event.currentTarget.value }),
  })
  const submit = async () => {
    if (await add(input)) setInput(empty)
  }
  return (
    <Card withBorder padding="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        <Stack>
          <Title order={2} size="h4">
            {words.addPerson}
          </Title>
          <div className={classes.fields}>
            <TextInput label={words.name} autoComplete="off" {...field("displayName")} />
            <TextInput label={words.email} type="email" autoComplete="off" {...field("email")} />
            <PasswordInput
              label={words.password}
              description={words.passwordHint}
              inputWrapperOrder={["label", "input", "description", "error"]}
              autoComplete="new-password"
              minLength={10}
              {...field("password")}
            />
            <NativeSelect
              label={words.role}
              value={input.role}
              data={(canGiveRoles ? roles : (["user"] as const)).map((value) => ({
                value,
                label: words.navigation.roles[value],
              }))}
              onChange={({ currentTarget: { value } }) =>
                setInput({ ...input, role: roles.find((role) => role === value) ?? "user" })
              }
            />
          </div>
          <Group>
            <Button type="submit">{words.add}</Button>
          </Group>
        </Stack>
      </form>
    </Card>
  )
}
