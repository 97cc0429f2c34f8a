import { ProblemAlert } from "@kalends/ui/sign-in-form"
import type { useSending } from "@kalends/ui/use-sending"
import { Alert, Anchor, Button, Group, Stack, Text } from "@mantine/core"
import { troubleText } from "../api-problem.ts"
import classes from "../portal.module.css"
import { backOf, countsOf, type RoomsSet } from "./many-rooms.ts"
import { roomsPlaceText } from "./place.ts"
import type { RoomsProps } from "./room-text.ts"

const shownMost = 20

type LastProps = Pick<RoomsProps, "words"> & {
  readonly last: RoomsSet
  readonly undoing: ReturnType<typeof useSending>
}

/** What came of what was set last, by room where something stood against it, and the way back. */
export function LastSet({ words, last, undoing }: LastProps) {
  const text = words.manyRooms
  const { changed, same, refused } = countsOf(last)
  return (
    <Alert variant="light" role="status">
      <Stack gap="sm">
        <Text fw={600}>{last.input.kind === "back" ? text.undone(changed) : text.done(changed, same)}</Text>
        {refused.length === 0 ? null : (
          <div>
            <Text>{text.refused(refused.length)}</Text>
            <ul className={classes.reasons}>
              {refused.slice(0, shownMost).map(({ roomId, code, name }) => (
                <li key={roomId} className={classes.breakable}>
                  <Anchor href={`#${roomsPlaceText({ kind: "room", roomId })}`}>{name}</Anchor> {text.reasons[code]}
                </li>
              ))}
              {refused.length > shownMost ? <li>{text.more(refused.length - shownMost)}</li> : null}
            </ul>
          </div>
        )}
        {backOf(last) === null ? null : (
          <form onSubmit={undoing.onSubmit}>
            <Text size="sm">{text.undoText}</Text>
            <ProblemAlert problem={troubleText(undoing.error, words)} />
            <Group mt="sm">
              <Button type="submit" variant="default" loading={undoing.isBusy}>
                {text.undo}
              </Button>
            </Group>
          </form>
        )}
      </Stack>
    </Alert>
  )
}
