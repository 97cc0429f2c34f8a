import { Button, Card, Group, PasswordInput, Select, Stack, Table, TextInput, Title } from "@mantine/core"
import { useEffect, useState } from "react"
import type { NewUserInput, UsersView } from "@kalends/protocol/api"
import { api } from "./api.ts"
import type { Messages } from "./messages.ts"
import type { PortalStore } from "./store.ts"

const empty: NewUserInput = { displayName: "", email: "", password: "", role: "user" }

/** The people of the organisation, for administrators. */
export function People({ store, words }: { readonly store: PortalStore; readonly words: Messages }) {
  const [users, setUsers] = useState<UsersView["users"]>([])
  const [input, setInput] = useState<NewUserInput>(empty)
  const load = () => api.users().then(({ users: found }) => setUsers(found), store.fail)
  useEffect(() => {
    void load()
  }, [])
  const add = async () => {
    try {
      await api.addUser(input)
      setInput(empty)
      await load()
    } catch (error) {
      store.fail(error)
    }
  }
  const role = (name: string) => (name === "administrator" ? words.administrator : words.user)
  return (
    <Stack gap="lg">
      <Title order={2} size="h3">{words.people}</Title>
      <Table.ScrollContainer minWidth={480}>
        <Table
          data={{
            head: [words.name, words.email, words.role, words.calendar],
            body: users.map((user) => [user.displayName, user.email, role(user.role), user.connectionState === null ? words.none : (words.states[user.connectionState] ?? user.connectionState)]),
          }}
        />
      </Table.ScrollContainer>
      <Card withBorder padding="lg">
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void add()
          }}
        >
          <Stack>
            <Title order={3} size="h4">{words.addPerson}</Title>
            <Group grow align="flex-start">
              <TextInput label={words.name} required value={input.displayName} onChange={(event) => setInput({ ...input, displayName: event.currentTarget.value })} />
              <TextInput label={words.email} type="email" required value={input.email} onChange={(event) => setInput({ ...input, email: event.currentTarget.value })} />
            </Group>
            <Group grow align="flex-start">
              <PasswordInput label={words.password} description={words.passwordHint} autoComplete="new-password" minLength={10} required value={input.password} onChange={(event) => setInput({ ...input, password: event.currentTarget.value })} />
              <Select
                label={words.role}
                description=" "
                allowDeselect={false}
                value={input.role}
                data={[
                  { value: "user", label: words.user },
                  { value: "administrator", label: words.administrator },
                ]}
                onChange={(value) => setInput({ ...input, role: value === "administrator" ? "administrator" : "user" })}
              />
            </Group>
            <Group><Button type="submit">{words.add}</Button></Group>
          </Stack>
        </form>
      </Card>
    </Stack>
  )
}
