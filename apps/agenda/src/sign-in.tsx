import type { Client } from "@kalends/client/client"
import type { ClientState } from "@kalends/client/types"
import type { Language } from "@kalends/ui/words"
import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import classes from "./agenda.module.css"
import { messages } from "./messages.ts"
import { platform } from "./platform.ts"

/** Signs in; nothing of it is kept by the browser. */
export function SignIn({
  client,
  state,
  language,
}: {
  readonly client: Client
  readonly state: ClientState
  readonly language: Language
}) {
  const words = messages[language]
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  const isBusy = state.phase === "signing-in"
  const submit = () => {
    setPassword("")
    void client.signIn({ email, password, deviceName: platform.deviceName })
  }
  return (
    <main>
      <Paper className={classes.sign} withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            submit()
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              Kalends · {words.title}
            </Title>
            {state.problem === null ? null : (
              <Alert color="orange" role="alert">
                {words.problems[state.problem.code ?? ""] ?? state.problem.message}
              </Alert>
            )}
            <TextInput
              label={words.email}
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={words.password}
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={isBusy} size="md">
              {isBusy ? words.signingIn : words.signIn}
            </Button>
            <Text size="sm" c="dimmed">
              {words.forgets}
            </Text>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
