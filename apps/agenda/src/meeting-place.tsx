import { Loading } from "@kalends/ui/loading"
import { MeetingView } from "@kalends/ui/meeting-view"
import { explain } from "@kalends/ui/meeting-words"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Anchor, Button, Group, Stack } from "@mantine/core"
import { useEffect, useRef } from "react"
import classes from "./agenda.module.css"
import type { MeetingStore, MeetingsState } from "./meeting-store.ts"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

type PlaceProps = {
  readonly open: NonNullable<MeetingsState["open"]>
  readonly store: MeetingStore
  readonly close: () => void
  readonly now: Temporal.Instant
  readonly zone: string
  readonly words: Words
}

/** A meeting of ours, in place of the list, and the way back. */
export function MeetingPlace({ open, store, close, now, zone, words }: PlaceProps) {
  const back = useRef<HTMLButtonElement>(null)
  useEffect(() => back.current?.focus(), [])
  const { detail, error } = open
  return (
    <main className={classes.page}>
      <Stack gap="xl">
        <Anchor component="button" type="button" ref={back} onClick={close} w="fit-content">
          ← {words.title}
        </Anchor>
        {error === null ? null : (
          <Stack align="flex-start">
            <ProblemAlert problem={explain(error, words.meetingWords)} />
            <Button variant="default" onClick={() => void store.reload()}>
              {words.refresh}
            </Button>
          </Stack>
        )}
        {detail === null && error === null ? (
          <Group justify="center" py="xl">
            <Loading label={words.reading} />
          </Group>
        ) : null}
        {detail === null ? null : (
          <MeetingView
            meeting={detail}
            calls={store}
            words={words.meetingWords}
            {...{ now, zone }}
            locale={platform.locale}
          />
        )}
      </Stack>
    </main>
  )
}
