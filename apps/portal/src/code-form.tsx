import { Button, Group, TextInput } from "@mantine/core"
import { useState } from "react"
import type { Messages } from "./messages.ts"

export type CodeFormProps = {
  readonly words: Messages
  readonly label: string
  /** Without recovery codes, where a code of the app alone is taken. */
  readonly hint?: string
  readonly isBusy: boolean
  readonly give: (code: string) => Promise<boolean>
  readonly leave?: () => void
}

/** One code, which the browser or the phone may fill in. */
export function CodeForm({ words, label, hint, isBusy, give, leave }: CodeFormProps) {
  const [code, setCode] = useState("")
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void give(code).then((isRight) => (isRight ? undefined : setCode("")))
      }}
    >
      <TextInput
        label={words.signInPage.code}
        {...(hint === undefined ? {} : { description: hint })}
        autoComplete="one-time-code"
        autoFocus
        required
        minLength={6}
        maxLength={40}
        value={code}
        onChange={(event) => setCode(event.currentTarget.value)}
      />
      <Group mt="md">
        <Button type="submit" loading={isBusy}>
          {label}
        </Button>
        {leave === undefined ? null : (
          <Button variant="default" onClick={leave}>
            {words.cancel}
          </Button>
        )}
      </Group>
    </form>
  )
}
