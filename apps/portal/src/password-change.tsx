import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core"
import { useState } from "react"
import classes from "./portal.module.css"
import type { FactorProps } from "./totp-set-up.tsx"

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
