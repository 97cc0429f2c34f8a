import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Paper, Stack, Text, Title } from "@mantine/core"
import { CodeForm } from "./code-form.tsx"
import type { EntranceProps } from "./entrance.tsx"
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
          <Text c="dimmed">{signInPage.secondStepCode}</Text>
          <ProblemAlert
            problem={
              problem === null
                ? null
                : (Object.entries(signInPage.problems).find(([code]) => code === problem.code)?.[1] ??
                  words.problems[problem.code] ??
                  problem.message)
            }
          />
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
