import { roles } from "@kalends/domain/ability"
import type { NewUserInput, UsersView, UserView } from "@kalends/protocol/api"
import { Button, Card, Group, Loader, NativeSelect, PasswordInput, Stack, Table, TextInput, Title } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import type { Messages } from "./messages.ts"
import classes from "./portal.module.css"
import type { PortalStore } from "./store.ts"

const empty: NewUserInput = { displayName: "", email: "", password: "", role: "user" }

type PeopleProps = { readonly store: PortalStore; readonly words: Messages; readonly user: UserView }

/** The people of the organisation, for administrators. */
export function People({ store, words, user }: PeopleProps) {
  const [users, setUsers] = useState<UsersView["users"] | null>(null)
  const [after, setAfter] = useState<string | null>(null)
  const read = (from: string | null, before: UsersView["users"]) =>
    api.users(from === null ? {} : { after: from }).then((page) => {
      setUsers([...before, ...page.users])
      setAfter(page.after)
    }, store.fail)
  const load = () => read(null, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once, when the page is opened.
  useEffect(() => {
    void load()
  }, [])
  const add = async (input: NewUserInput): Promise<boolean> => {
    try {
      await api.addUser(input)
      await load()
      return true
    } catch (error) {
      store.fail(error)
      return false
    }
  }
  return (
    <Stack gap="xl">
      <Title order={1}>{words.people}</Title>
      {users === null ? <Loader aria-label={words.loading} /> : <PeopleTable users={users} words={words} />}
      {after === null ? null : (
        <Group>
          <Button variant="default" onClick={() => void read(after, users ?? [])}>
            {words.more}
          </Button>
        </Group>
      )}
      {user.abilities.includes("change-people") ? (
        <PersonForm words={words} canGiveRoles={user.abilities.includes("change-roles")} add={add} />
      ) : null}
    </Stack>
  )
}

function PeopleTable({ users, words }: { readonly users: UsersView["users"]; readonly words: Messages }) {
  const state = (name: UsersView["users"][number]["connectionState"]) =>
    name === null ? words.none : (words.states[name] ?? name)
  return (
    <Table.ScrollContainer minWidth={480} type="native" tabIndex={0} role="region" aria-label={words.people}>
      <Table
        data={{
          head: [words.name, words.email, words.role, words.calendar],
          body: users.map((user) => [
            user.displayName,
            user.email,
            words.navigation.roles[user.role],
            state(user.connectionState),
          ]),
        }}
      />
    </Table.ScrollContainer>
  )
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
