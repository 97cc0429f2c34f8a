import { explain } from "@kalends/ui/meeting-words"
import { clockTime, dayName } from "@kalends/ui/words"
import { Alert, Button, Group, Text } from "@mantine/core"
import { useEffect, useRef, useState } from "react"
import type { Done, MeetingStore } from "./meeting-store.ts"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

type NoticeProps = {
  readonly done: Done
  readonly store: MeetingStore
  readonly zone: string
  readonly words: Words
}

/** What was done last, how far the calendar is with it, and the way back from it. */
export function DoneNotice({ done, store, zone, words }: NoticeProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
  const notice = useRef<HTMLDivElement>(null)
  const { kind, subject } = done
  // biome-ignore lint/correctness/useExhaustiveDependencies: each thing done is brought into view once.
  useEffect(() => {
    // What had the focus is gone with a meeting that was cancelled.
    if (kind === "cancelled") notice.current?.focus()
    // Newer browsers answer with a promise, which must not be taken for the effect's end.
    void notice.current?.scrollIntoView({ block: "nearest" })
  }, [kind, subject])
  const again = async () => {
    if (done.kind !== "cancelled") return
    setIsBusy(true)
    setProblem(null)
    await store.again(done).catch((error: unknown) => setProblem(explain(error, words.meetingWords)))
    setIsBusy(false)
  }
  return (
    <Alert
      ref={notice}
      tabIndex={-1}
      color="green"
      role="status"
      mb="lg"
      title={done.kind === "made" ? words.made(done.subject) : words.meetingCancelled(done.subject)}
      withCloseButton
      closeButtonLabel={words.close}
      onClose={store.dismiss}
    >
      {done.kind === "made" ? <Text size="sm">{madeText(done, zone, words)}</Text> : null}
      {problem === null ? null : <Text role="alert">{problem}</Text>}
      <Group mt="sm">
        {done.kind === "made" ? (
          <Button variant="default" size="compact-md" onClick={() => store.open(done.meetingId)}>
            {words.openMade}
          </Button>
        ) : (
          <Button variant="default" size="compact-md" loading={isBusy} onClick={() => void again()}>
            {words.makeAgain}
          </Button>
        )}
      </Group>
    </Alert>
  )
}

function madeText({ event, startsAt }: Extract<Done, { kind: "made" }>, zone: string, words: Words): string {
  const when =
    startsAt === null
      ? ""
      : `${dayName(startsAt.toZonedDateTimeISO(zone).toPlainDate(), platform.locale)}, ${clockTime(startsAt, zone, platform.locale)}`
  switch (event) {
    case "awaited":
      return words.madeAwaited
    case "shown":
      return words.madeShown(when)
    case "beyond":
      return words.madeBeyond(when)
    case "without-event":
      return words.madeWithoutEvent
  }
}
