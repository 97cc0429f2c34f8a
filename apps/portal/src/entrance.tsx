import { ProblemAlert, SignInForm } from "@kalends/ui/sign-in-form"
import { Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

export type EntranceProps = { readonly store: PortalStore; readonly state: PortalState; readonly words: Messages }

const problemText = ({ state: { problem }, words }: Pick<EntranceProps, "state" | "words">) =>
  problem === null ? null : (words.problems[problem.code] ?? problem.message)

/** Sign-in of the portal. */
export function SignIn({ store, state, words }: EntranceProps) {
  return (
    <SignInForm
      title="Kalends"
      words={words}
      problem={problemText({ state, words })}
      isBusy={state.isBusy}
      className={classes.narrow}
      lead={<Text c="dimmed">{words.tagline}</Text>}
      onSignIn={(email, password) => void store.signIn(email, password)}
    />
  )
}

const empty = { setupCode: "", organisation: "", displayName: "", email: "", password: "" }

/** The first start: organisation and administrator. */
export function SetUp({ store, state, words }: EntranceProps) {
  const [input, setInput] = useState(() => ({ ...empty, setupCode: platform.takeSetupCode() }))
  const field = (name: keyof typeof empty) => ({
    required: true,
    value: input[name],
    onChange: (event: { currentTarget: { value: string } }) =>
      setInput({ ...input, [name]: event.currentTarget.value }),
  })
  return (
    <main>
      <Paper className={classes.narrow} withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void store.setUp(input)
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              {words.setUp}
            </Title>
            <Text c="dimmed">{words.setUpText}</Text>
            <ProblemAlert problem={problemText({ state, words })} />
            <TextInput
              label={words.setupCode}
              description={words.setupCodeHint}
              autoComplete="off"
              {...field("setupCode")}
            />
            <TextInput label={words.organisation} autoComplete="organization" {...field("organisation")} />
            <TextInput label={words.yourName} autoComplete="name" {...field("displayName")} />
            <TextInput label={words.email} type="email" autoComplete="username" {...field("email")} />
            <PasswordInput
              label={words.password}
              description={words.passwordHint}
              autoComplete="new-password"
              minLength={10}
              {...field("password")}
            />
            <Button type="submit" size="md" loading={state.isBusy}>
              {words.create}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
