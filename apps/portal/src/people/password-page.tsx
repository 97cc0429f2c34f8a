import { Loading } from "@kalends/ui/loading"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core"
import { type ReactNode, useEffect, useState, useSyncExternalStore } from "react"
import { peopleApi } from "../api-people.ts"
import { problemText } from "../api-problem.ts"
import type { Messages } from "../messages.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import type { PortalState, PortalStore } from "../store.ts"
import { createPasswordLink, type LinkState } from "./password-link.ts"

type PasswordPageProps = {
  readonly store: PortalStore
  readonly state: PortalState
  readonly words: Messages
  readonly token: string
  /** The link is dealt with: the portal goes on. */
  readonly leave: () => void
}

/** What a password link opens, for whoever was invited and for whoever has lost their password. */
export function PasswordPage({ store, state: portal, words, token, leave }: PasswordPageProps) {
  const [link] = useState(() => createPasswordLink(peopleApi, token))
  const state = useSyncExternalStore(link.subscribe, () => link.state)
  useEffect(() => void link.look(), [link])
  const text = words.peoplePages
  useEffect(() => platform.nameTab(text.setTitle), [text])
  const set = async (password: string) => {
    if (state.kind !== "asks" || !(await link.set(password))) return
    // Whoever was signed in here is somebody else, or has just lost every session.
    if (portal.user) await store.signOut()
    await store.signIn(state.person.email, password)
    leave()
  }
  return <Shown {...{ state, words, leave, set }} other={portal.user?.displayName ?? null} look={link.look} />
}

type ShownProps = Pick<PasswordPageProps, "words" | "leave"> & {
  readonly state: LinkState
  readonly other: string | null
  readonly look: () => Promise<void>
  readonly set: (password: string) => Promise<void>
}

function Shown({ state, words, other, leave, look, set }: ShownProps) {
  const text = words.peoplePages
  switch (state.kind) {
    case "looking":
    case "done":
      return (
        <main>
          <Group justify="center" pt="20vh">
            <Loading label={words.loading} />
          </Group>
        </main>
      )
    case "used":
    case "expired":
      return (
        <Frame title={text[`${state.kind}Title`]}>
          <Text role="alert">{text[state.kind]}</Text>
          <Button size="md" onClick={leave}>
            {other === null ? text.toSignIn : words.home}
          </Button>
        </Frame>
      )
    case "away":
      return (
        <Frame title={text.awayTitle}>
          <ProblemAlert problem={problemText(state.error, words)} />
          <Button size="md" onClick={() => void look()}>
            {words.retry}
          </Button>
        </Frame>
      )
    case "asks":
      return (
        <Frame title={text.setTitle}>
          <Text c="dimmed" className={classes.breakable}>
            {text.setText(state.person.displayName)}
          </Text>
          {other === null ? null : <Alert color="orange">{text.otherSignedIn(other)}</Alert>}
          <PasswordForm {...{ words, set }} state={state} />
        </Frame>
      )
  }
}

function Frame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <main>
      <Paper className={classes.narrow} withBorder>
        <Stack>
          <Title order={1} size="h2">
            {title}
          </Title>
          {children}
        </Stack>
      </Paper>
    </main>
  )
}

type FormProps = Pick<ShownProps, "words" | "set"> & { readonly state: Extract<LinkState, { readonly kind: "asks" }> }

/** The password twice: nobody can look up what they mistyped here. Password managers are told whose it is. */
function PasswordForm({ words, state: { person, isBusy, error }, set }: FormProps) {
  const text = words.peoplePages
  const [password, setPassword] = useState("")
  const [repeated, setRepeated] = useState("")
  const [isDifferent, setDifferent] = useState(false)
  const field = (value: string, change: (value: string) => void) => ({
    ...{ value, required: true, minLength: 10, maxLength: 200, autoComplete: "new-password", size: "md" },
    onChange: ({ currentTarget }: { readonly currentTarget: { readonly value: string } }) => {
      setDifferent(false)
      change(currentTarget.value)
    },
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (password === repeated) void set(password)
        else setDifferent(true)
      }}
    >
      <Stack>
        <ProblemAlert problem={error === null ? null : problemText(error, words)} />
        <input type="email" autoComplete="username" value={person.email} readOnly hidden />
        <Text size="sm" className={classes.breakable}>
          {words.email}: {person.email}
        </Text>
        <PasswordInput
          label={text.newPassword}
          description={words.passwordHint}
          data-autofocus
          {...field(password, setPassword)}
        />
        <PasswordInput
          label={text.repeated}
          error={isDifferent ? text.different : null}
          {...field(repeated, setRepeated)}
        />
        <Button type="submit" size="md" loading={isBusy}>
          {text.setPassword}
        </Button>
      </Stack>
    </form>
  )
}
