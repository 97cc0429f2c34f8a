import type { OwnSignInView } from "@kalends/protocol/sign-in"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Divider, Group, Paper, Stack, Text, Title } from "@mantine/core"
import { CodeForm } from "./code-form.tsx"
import type { EntranceProps } from "./entrance.tsx"
import type { Messages } from "./messages.ts"
import { passkeyDevice } from "./passkey-device.ts"
import classes from "./portal.module.css"

/** The second step of signing in, for who has set one up. */
export function SecondStep({ store, state, words }: EntranceProps) {
  const { signInPage } = words
  const { problem } = state
  return (
    <main>
      <Paper className={classes.narrow} withBorder>
        <Stack>
          <Title order={1} size="h2">
            {signInPage.secondStep}
          </Title>
          <Text c="dimmed">{canUsePasskey(state.signIn) ? signInPage.secondStepText : signInPage.secondStepCode}</Text>
          <ProblemAlert
            problem={
              problem === null
                ? null
                : (Object.entries(signInPage.problems).find(([code]) => code === problem.code)?.[1] ??
                  words.problems[problem.code] ??
                  problem.message)
            }
          />
          <PasskeyOr words={words} view={state.signIn} isBusy={state.isBusy} show={store.showPasskey} />
          <CodeForm
            words={words}
            label={signInPage.continue}
            hint={signInPage.codeHint}
            isBusy={state.isBusy}
            give={store.giveCode}
          />
          <Group>
            <Button variant="subtle" size="compact-md" className="flush-start" onClick={() => void store.signOut()}>
              {words.signOut}
            </Button>
          </Group>
        </Stack>
      </Paper>
    </main>
  )
}

const canUsePasskey = (view: OwnSignInView | null): boolean =>
  view !== null && view.passkeys.length > 0 && passkeyDevice.isThere()

type PasskeyOrProps = {
  readonly words: Messages
  readonly view: OwnSignInView | null
  readonly isBusy: boolean
  readonly show: () => Promise<boolean>
}

/** A passkey, for who has one, before what is done without. */
export function PasskeyOr({ words, view, isBusy, show }: PasskeyOrProps) {
  const { signInPage } = words
  if (!canUsePasskey(view)) return null
  return (
    <>
      <Button size="md" loading={isBusy} onClick={() => void show()}>
        {signInPage.usePasskey}
      </Button>
      <Divider label={signInPage.or} />
    </>
  )
}
