import type { DeviceBookingsView, DeviceView } from "@kalends/protocol/devices"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Card, Code, Group, Stack, Text } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { Waiting } from "../page-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import { bookingLine, grouped, problemLine, stateLine } from "./device-text.ts"
import { NewDevice } from "./new-device.tsx"
import { PartTitle, type RoomPartProps } from "./room-page.tsx"

/** A room's video systems: how each is, what it was given, and adding another. */
export function RoomDevices(props: RoomPartProps) {
  const { room, words, canChange } = props
  const text = words.video
  const { value, error, reload } = useLoaded(() => videoApi.ofRoom(room.roomId), room.roomId)
  const [isAdding, setIsAdding] = useState(false)
  return (
    <Stack gap="sm">
      <PartTitle>{text.title}</PartTitle>
      <Text c="dimmed">{text.text}</Text>
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          {value.devices.length === 0 ? <Text>{text.none}</Text> : null}
          {value.devices.map((device) => (
            <Device key={device.deviceId} {...props} device={device} changed={reload} />
          ))}
        </>
      )}
      {!canChange ? null : isAdding ? (
        <NewDevice {...props} done={() => setIsAdding(false)} added={reload} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setIsAdding(true)}>
            {text.add}
          </Button>
        </Group>
      )}
    </Stack>
  )
}

type DeviceProps = RoomPartProps & { readonly device: DeviceView; readonly changed: () => Promise<void> }

function Device({ device, changed, words, locale, now, canChange }: DeviceProps) {
  const text = words.video
  const { deviceId, certificate, familyLabel, address, model, software } = device
  const [problem, setProblem] = useState<string | null>(null)
  const [note, setNote] = useState<string | null>(null)
  const [isTesting, setIsTesting] = useState(false)
  const [isAsked, setIsAsked] = useState(false)
  const failed = (error: unknown) => setProblem(problemText(error, text))
  const test = async () => {
    setProblem(null)
    setNote(null)
    setIsTesting(true)
    await videoApi.test(deviceId).then((found) => {
      if (found.isWell) setNote(text.testWell)
      else setProblem(problemLine(found.problem ?? { kind: "unavailable", code: null }, text))
    }, failed)
    setIsTesting(false)
    await changed()
  }
  return (
    <Card withBorder>
      <Stack gap="xs">
        <Text fw={600}>{device.name}</Text>
        <Text size="sm">{[familyLabel, model, software, address ?? device.username].filter(Boolean).join(" · ")}</Text>
        <Text>{stateLine(device, { text, locale, now })}</Text>
        {device.problem === null ? null : <ProblemAlert problem={problemLine(device.problem, text)} />}
        {certificate === null ? null : (
          <Text size="sm" c="dimmed">
            {text.fingerprint}: <Code style={{ overflowWrap: "anywhere" }}>{grouped(certificate)}</Code>
          </Text>
        )}
        <ProblemAlert problem={problem} />
        {note === null ? null : <Text role="status">{note}</Text>}
        {device.isCalled ? <Given deviceId={deviceId} words={text} locale={locale} /> : null}
        {canChange ? (
          <Group>
            {device.isCalled ? (
              <Button variant="default" loading={isTesting} onClick={() => void test()}>
                {text.test}
              </Button>
            ) : null}
            {isAsked ? (
              <>
                <Text size="sm">{text.removeText}</Text>
                <Button color="red" onClick={() => void videoApi.remove(deviceId).then(changed, failed)}>
                  {text.removeSure}
                </Button>
                <Button variant="default" onClick={() => setIsAsked(false)}>
                  {text.keep}
                </Button>
              </>
            ) : (
              <Button variant="default" color="red" onClick={() => setIsAsked(true)}>
                {text.remove}
              </Button>
            )}
          </Group>
        ) : null}
      </Stack>
    </Card>
  )
}

type GivenProps = {
  readonly deviceId: string
  readonly words: RoomPartProps["words"]["video"]
  readonly locale: string
}

/** Read when somebody wants to see it. */
function Given({ deviceId, words: text, locale }: GivenProps) {
  const [shown, setShown] = useState<DeviceBookingsView | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  if (shown === null)
    return (
      <Group>
        <Button
          variant="subtle"
          px={0}
          onClick={() =>
            void videoApi.bookings(deviceId).then(setShown, (error: unknown) => setProblem(problemText(error, text)))
          }
        >
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
