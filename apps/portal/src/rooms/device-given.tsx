import type { DeviceBookingsView } from "@kalends/protocol/devices"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import type { VideoWords } from "../messages-video.ts"
import { bookingLine } from "./device-text.ts"

type GivenProps = { readonly deviceId: string; readonly words: VideoWords; readonly locale: string }

/** What a system was given; read when somebody wants to see it. */
export function DeviceGiven({ deviceId, words: text, locale }: GivenProps) {
  const [shown, setShown] = useState<DeviceBookingsView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const show = () =>
    void videoApi.bookings(deviceId).then(setShown, (error: unknown) => setProblem(problemText(error, text)))
  if (shown === null)
    return (
      <Group>
        <Button variant="subtle" px={0} onClick={show}>
          {text.show}
        </Button>
        <ProblemAlert problem={problem} />
      </Group>
    )
  return (
    <Stack gap={4}>
      <Group>
        <Button variant="subtle" px={0} onClick={() => setShown(null)}>
          {text.hide}
        </Button>
      </Group>
      {shown.bookings.length === 0 ? <Text size="sm">{text.nothing}</Text> : null}
      {shown.bookings.map((booking) => (
        <Text key={`${booking.startsAt} ${booking.title}`} size="sm">
          {bookingLine(booking, text, locale)}
        </Text>
      ))}
    </Stack>
  )
}
