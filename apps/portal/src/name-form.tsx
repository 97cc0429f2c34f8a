import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { troubleText } from "./api-problem.ts"
import type { Messages } from "./messages.ts"

type NameProps = {
  readonly words: Messages
  readonly name: string
  /** What the button says. */
  readonly label: string
  readonly save: (name: string) => Promise<unknown>
}

/** A group's name, typed. */
export function NameForm({ words, name, label, save }: NameProps) {
  const [typed, setTyped] = useState(name)
  const { isBusy, error, onSubmit } = useSending(() => save(typed.trim()))
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <TextInput
          label={words.groupName}
          required
          maxLength={120}
          autoComplete="off"
          data-autofocus
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <ProblemAlert problem={troubleText(error, words)} />
        <Group>
          <Button type="submit" loading={isBusy} disabled={typed.trim() === "" || typed.trim() === name}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
