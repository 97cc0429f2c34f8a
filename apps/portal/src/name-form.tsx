import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "./api-problem.ts"
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
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const submit = async () => {
    setIsBusy(true)
    setProblem(null)
    await save(typed.trim()).catch((error: unknown) => setProblem(problemText(error, words)))
    setIsBusy(false)
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
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
        <ProblemAlert problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy} disabled={typed.trim() === "" || typed.trim() === name}>
            {label}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
