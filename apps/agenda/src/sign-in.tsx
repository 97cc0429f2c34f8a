import type { Client } from "@kalends/client/client"
import type { ClientState } from "@kalends/client/types"
import { SignInForm } from "@kalends/ui/sign-in-form"
import { Text } from "@mantine/core"
import classes from "./agenda.module.css"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

/** Signs in; nothing of it is kept by the browser. */
export function SignIn({
  client,
  state: { phase, problem },
  words,
}: {
  readonly client: Client
  readonly state: ClientState
  readonly words: Words
}) {
  const isBusy = phase === "signing-in"
  return (
    <SignInForm
      title={`Kalends · ${words.title}`}
      words={isBusy ? { ...words, signIn: words.signingIn } : words}
      problem={problem === null ? null : (words.problems[problem.code ?? ""] ?? problem.message)}
      isBusy={isBusy}
      isPasswordForgotten
      className={classes.sign}
      foot={
        <Text size="sm" c="dimmed">
          {words.forgets}
        </Text>
      }
      onSignIn={(email, password) => void client.signIn({ email, password, deviceName: platform.deviceName })}
    />
  )
}
