import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, Stack } from "@mantine/core"
import { useState } from "react"
import { problemText } from "./api-problem.ts"
import { ConcernText } from "./concern-text.tsx"
import type { Concern } from "./groups.ts"
import type { Messages } from "./messages.ts"

type ChangeProps = {
  readonly concern: Concern
  readonly words: Messages
  readonly save: () => Promise<unknown>
  readonly discard: () => void
}

/** A change that is chosen and not made yet: whom it concerns, and the two ways on from here. */
export function PolicyChange({ concern, words, save, discard }: ChangeProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const submit = async () => {
    setIsBusy(true)
    setProblem(null)
    await save().catch((error: unknown) => setProblem(problemText(error, words)))
    setIsBusy(false)
  }
  return (
    <Alert color="night" mt="md" role="status">
      <Stack gap="sm">
        <div>
          <ConcernText concern={concern} words={words} />
        </div>
        <ProblemAlert problem={problem} />
        <Group gap="xs">
          <Button loading={isBusy} onClick={() => void submit()}>
            {words.saveChange}
          </Button>
          <Button variant="default" onClick={discard}>
            {words.discard}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}
