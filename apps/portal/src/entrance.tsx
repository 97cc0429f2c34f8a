import { ProblemAlert, SignInForm } from "@kalends/ui/sign-in-form"
import { Button, Divider, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "./messages.ts"
import { passkeyDevice } from "./passkey-device.ts"
import { platform } from "./platform.ts"
import classes from "./portal.module.css"
import type { PortalState, PortalStore } from "./store.ts"

export type EntranceProps = { readonly store: PortalStore; readonly state: PortalState; readonly words: Messages }

const problemText = ({ state: { problem, outcome }, words }: Pick<EntranceProps, "state" | "words">) => {
  // What ended a sign-in elsewhere came with the address.
  if (problem === null)
    return outcome.problem === null ? null : (words.problems[outcome.problem] ?? words.problems.unavailable ?? null)
  return (
    words.problems[problem.code] ??
    Object.entries(words.signInPage.problems).find(([code]) => code === problem.code)?.[1] ??
    problem.message
  )
}

/** Other services to sign in with; what was asked for is shown after it. */
function OtherServices({ store, state, words }: EntranceProps) {
  const issuers = state.service?.signInIssuers ?? []
  if (issuers.length === 0) return null
  return (
    <>
      <Divider label={words.signInPage.or} />
      {issuers.map(({ name, label }) => (
        <Button
          key={name}
          variant="default"
          size="md"
          disabled={state.isBusy}
          onClick={() => void store.signInWith(name, platform.here())}
        >
          {words.signInPage.with(label)}
        </Button>
      ))}
    </>
  )
}

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
      foot={
        <>
          <WithPasskey {...{ store, state, words }} />
          <OtherServices store={store} state={state} words={words} />
        </>
      }
      onSignIn={(email, password) => void store.signIn(email, password)}
    />
  )
}

/** Nothing is typed: the browser shows the passkeys that it knows. */
function WithPasskey({ store, state, words }: EntranceProps) {
  const { signInPage } = words
  if (!passkeyDevice.isThere()) return null
  return (
    <>
      <Divider label={signInPage.or} />
      <Button variant="default" size="md" loading={state.isBusy} onClick={() => void store.signInWithPasskey()}>
        {signInPage.signInWithPasskey}
      </Button>
    </>
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
