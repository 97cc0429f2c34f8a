import { Alert, Button, Paper, PasswordInput, Stack, TextInput, Title } from "@mantine/core"
import { type ReactNode, useState } from "react"

export type SignInFormProps = {
  readonly title: string
  readonly words: { readonly email: string; readonly password: string; readonly signIn: string }
  /** What went wrong, for people; null when nothing did. */
  readonly problem: string | null
  readonly isBusy: boolean
  /** The password is taken out of the form when it is sent. */
  readonly isPasswordForgotten?: boolean
  /** Style of the form's paper. */
  readonly className: string | undefined
  readonly lead?: ReactNode
  readonly foot?: ReactNode
  readonly onSignIn: (email: string, password: string) => void
}

/** What went wrong, told at once to whoever cannot see it. */
export function ProblemAlert({ problem }: { readonly problem: string | null }) {
  if (problem === null) return null
  return (
    <Alert color="orange" role="alert">
      {problem}
    </Alert>
  )
}

/** E-mail address and password; nothing of it is kept by the browser. */
export function SignInForm(props: SignInFormProps) {
  const [email, setEmail] = useState("")
  const [password, setPassword] = useState("")
  return (
    <main>
      <Paper className={props.className} withBorder>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (props.isPasswordForgotten === true) setPassword("")
            props.onSignIn(email, password)
          }}
        >
          <Stack>
            <Title order={1} size="h2">
              {props.title}
            </Title>
            {props.lead}
            <ProblemAlert problem={props.problem} />
            <TextInput
              label={props.words.email}
              type="email"
              autoComplete="username"
              required
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <PasswordInput
              label={props.words.password}
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" size="md" loading={props.isBusy}>
              {props.words.signIn}
            </Button>
            {props.foot}
          </Stack>
        </form>
      </Paper>
    </main>
  )
}
