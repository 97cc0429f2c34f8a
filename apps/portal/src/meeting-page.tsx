import type { MeetingChangeInput, MeetingDetail } from "@kalends/protocol/meetings"
import { Loading } from "@kalends/ui/loading"
import { MeetingView } from "@kalends/ui/meeting-view"
import { Anchor, Stack } from "@mantine/core"
import { useEffect, useState } from "react"
import { api } from "./api.ts"
import type { Messages } from "./messages.ts"
import { platform } from "./platform.ts"
import type { PortalStore } from "./store.ts"

type PageProps = {
  readonly meetingId: string
  readonly store: PortalStore
  readonly now: Temporal.Instant
  readonly words: Messages
  readonly locale: string
  readonly back: () => void
}

/** One meeting, and the way back to the others. */
export function MeetingPage({ meetingId, store, now, words, locale, back }: PageProps) {
  const [meeting, setMeeting] = useState<MeetingDetail | null>(null)
  const reload = () => api.meeting(meetingId).then(setMeeting)
  // biome-ignore lint/correctness/useExhaustiveDependencies: read once for each meeting.
  useEffect(() => {
    void reload().catch(store.fail)
  }, [meetingId])
  const calls = {
    change: (id: string, input: MeetingChangeInput) => api.changeMeeting(id, input).then(setMeeting),
    cancel: (id: string) => api.cancelMeeting(id).then(back),
    reload,
    started: api.meetingStarted,
  }
  return (
    <Stack gap="xl">
      <Anchor component="button" type="button" onClick={back} w="fit-content">
        ← {words.meetings}
      </Anchor>
      {meeting === null ? (
        <Loading label={words.loading} />
      ) : (
        <MeetingView {...{ meeting, calls, words, now, locale }} zone={platform.zone} />
      )}
    </Stack>
  )
}
