import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { ApiProblem } from "./api-problem.ts"
import classes from "./portal.module.css"
import { explain } from "./sign-in-parts.tsx"
import type { FactorProps } from "./totp-set-up.tsx"

/** What is said beside the password that it is about. */
export const isAboutPassword = (error: unknown): boolean =>
  error instanceof ApiProblem && /^(?:password-|wrong-present-password$)/.test(error.code)

/** One's own password, changed by whoever knows the present one. */
export function PasswordChange({ own, state, words }: FactorProps) {
  const { signInPage } = words
  const [present, setPresent] = useState("")
  const [next, setNext] = useState("")
  if (state.view?.hasPassword !== true) return <Text>{signInPage.noPassword}</Text>
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void own.changePassword(present, next).then((isChanged) => {
          setPresent("")
          if (isChanged) setNext("")
        })
      }}
    >
      <Stack className={classes.form}>
        <PasswordInput
          label={signInPage.present}
          autoComplete="current-password"
          required
          value={present}
          onChange={(event) => setPresent(event.currentTarget.value)}
        />
        <PasswordInput
          label={signInPage.next}
          description={words.passwordHint}
          autoComplete="new-password"
          required
          minLength={10}
          maxLength={200}
          value={next}
          onChange={(event) => setNext(event.currentTarget.value)}
        />
        {isAboutPassword(state.error) ? <ProblemAlert problem={explain(words)(state.error)} /> : null}
        <Group>
          <Button type="submit" variant="default" loading={state.isBusy}>
            {signInPage.change}
          </Button>
          <Text role="status">{state.done === "password" ? signInPage.changed : ""}</Text>
        </Group>
      </Stack>
    </form>
  )
}
