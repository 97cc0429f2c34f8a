import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Alert, Button, Group, Stack, Text } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import type { Move } from "./group-members.tsx"
import type { Loss } from "./groups.ts"
import type { Messages } from "./messages.ts"

/** How it stands with putting somebody into a group, or taking them out. */
export type Moving =
  | { readonly kind: "none" }
  | { readonly kind: "asking"; readonly move: Move; readonly loss: Loss }
  | { readonly kind: "done"; readonly move: Move }
  | { readonly kind: "failed"; readonly problem: string }

type OutcomeProps = {
  readonly moving: Moving
  readonly groupId: string
  readonly words: Messages
  readonly agree: (move: Move) => Promise<void>
  readonly keep: () => void
  readonly undo: (move: Move) => Promise<void>
}

/** What a move would take from somebody and the question whether to go on; or who was moved last, and the way back. */
export function MoveOutcome({ moving, ...props }: OutcomeProps) {
  switch (moving.kind) {
    case "none":
      return null
    case "failed":
      return <ProblemAlert problem={moving.problem} />
    case "asking":
      return <Question key={moving.move.person.userId} {...props} {...moving} />
    case "done":
      return <Done {...props} move={moving.move} />
  }
}

function Question({ move, loss, words, agree, keep }: Omit<OutcomeProps, "moving"> & { move: Move; loss: Loss }) {
  const [isBusy, setIsBusy] = useState(false)
  const first = useRef<HTMLButtonElement>(null)
  // What was pressed is farther down: whoever goes by keyboard or by ear is led to the question.
  useEffect(() => first.current?.focus(), [])
  const { displayName } = move.person
  const text = words.policy
  const go = async () => {
    setIsBusy(true)
    await agree(move)
    setIsBusy(false)
  }
  return (
    <Alert color="orange" role="alert">
      <Stack gap="sm">
        <Text>
          {loss.kind === "blocked"
            ? words.moveBlocks(displayName)
            : `${words.moveDisconnects(displayName, loss.causes.map((cause) => text.settings[cause]).join(text.comma))} ${loss.isForGood ? words.notAgain : words.canConnectAgain}`}
        </Text>
        <Group gap="xs">
          <Button variant="default" onClick={keep} ref={first}>
            {words.keepPerson}
          </Button>
          <Button color="red" loading={isBusy} onClick={() => void go()}>
            {loss.kind === "blocked" ? words.moveAnyway : words.moveAndDisconnect}
          </Button>
        </Group>
      </Stack>
    </Alert>
  )
}

function Done({ move, groupId, words, undo }: Omit<OutcomeProps, "moving"> & { readonly move: Move }) {
  const { displayName } = move.person
  return (
    <Alert color="green" role="status" py="xs">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm">{move.to === groupId ? words.wasAdded(displayName) : words.wasTakenOut(displayName)}</Text>
        <Button variant="default" size="compact-sm" onClick={() => void undo(move)}>
          {words.undo}
        </Button>
      </Group>
    </Alert>
  )
}
