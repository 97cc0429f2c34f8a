import type { AddedDeviceView, DeviceView } from "@kalends/protocol/devices"
import { ConfirmedAct } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Card, Code, Group, Stack, Text, Title } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import classes from "../portal.module.css"
import { ChangedCertificate, hasChangedCertificate } from "./changed-certificate.tsx"
import { EditDevice } from "./device-edit.tsx"
import { DeviceGiven } from "./device-given.tsx"
import { deviceDot, grouped, guessedLine, linesOf, problemLine } from "./device-text.ts"
import { MadePassword } from "./made-password.tsx"
import type { RoomsProps } from "./room-text.ts"

export type DeviceCardProps = RoomsProps & {
  readonly device: DeviceView
  /** Given as it is now where it was changed. */
  readonly changed: (device?: DeviceView) => Promise<void>
}

/** One video system: how it is, since when, what is wrong with the fix, and what may be done with it. */
export function DeviceCard(props: DeviceCardProps) {
  const { device, words, locale, now, canChange } = props
  const text = words.video
  const { certificate, familyLabel, address, model, software, state } = device
  const isHere = state !== "leaving" && state !== "left"
  return (
    <Card withBorder component="article" aria-label={device.name}>
      <Stack gap="xs">
        <div>
          <Title order={3} size="md">
            {device.name}
          </Title>
          <Text size="sm" c="dimmed">
            {[familyLabel, model, software, address ?? device.username].filter(Boolean).join(" · ")}
          </Text>
        </div>
        {linesOf(device, { text, locale, now }).map((line, at) => (
          <Group key={line} gap={6} wrap="nowrap">
            {at === 0 ? <span className={classes.dot} data-state={deviceDot(device)} aria-hidden /> : null}
            <Text>{line}</Text>
          </Group>
        ))}
        <ProblemAlert problem={guessedLine(device, { text, locale, now })} />
        {device.problem === null ? null : <ProblemAlert problem={problemLine(device.problem, text)} />}
        {canChange && isHere && hasChangedCertificate(device) ? (
          <ChangedCertificate key={device.deviceId} {...props} />
        ) : certificate === null ? null : (
          <Text size="sm" c="dimmed">
            {text.fingerprint}: <Code style={{ overflowWrap: "anywhere" }}>{grouped(certificate)}</Code>
          </Text>
        )}
        {device.isCalled && isHere ? <DeviceGiven deviceId={device.deviceId} words={text} locale={locale} /> : null}
        {!canChange ? null : isHere ? <Acts {...props} /> : <ActsOfRemoved {...props} />}
      </Stack>
    </Card>
  )
}

/** What one does, and what went wrong with it. */
function useActs({ words: { video: text } }: DeviceCardProps) {
  const [problem, setProblem] = useState<string | null>(null)
  const [note, setNote] = useState<string | null>(null)
  const explain = (error: unknown) => problemText(error, text)
  const run = async (work: () => Promise<unknown>) => {
    setProblem(null)
    setNote(null)
    await work().catch((error: unknown) => setProblem(explain(error)))
  }
  return { problem, note, setProblem, setNote, explain, run }
}

function Acts(props: DeviceCardProps) {
  const { device, changed, words } = props
  const text = words.video
  const { deviceId } = device
  const { problem, note, setProblem, setNote, run } = useActs(props)
  const [isEditing, setIsEditing] = useState(false)
  const [isTesting, setIsTesting] = useState(false)
  const [made, setMade] = useState<AddedDeviceView | null>(null)
  const test = async () => {
    setIsTesting(true)
    await run(async () => {
      const found = await videoApi.test(deviceId)
      if (found.isWell) setNote(text.testWell)
      else setProblem(problemLine(found.problem ?? { kind: "unavailable", code: null }, text))
      await changed()
    })
    setIsTesting(false)
  }
  const isOff = device.state === "off"
  const turn = () => videoApi.change(deviceId, { isEnabled: isOff }).then(changed)
  return (
    <>
      <ProblemAlert problem={problem} />
      {note === null ? null : <Text role="status">{note}</Text>}
      {made === null ? null : <MadePassword made={made} text={text} done={() => setMade(null)} />}
      <Group>
        <Button variant="default" onClick={() => setIsEditing(true)}>
          {text.edit}
        </Button>
        {device.isCalled ? (
          <Button variant="default" loading={isTesting} onClick={() => void test()}>
            {text.test}
          </Button>
        ) : (
          <RenewPassword {...props} made={setMade} />
        )}
        <Button variant="default" onClick={() => void run(turn)}>
          {isOff ? text.switchOn : text.switchOff}
        </Button>
        <RemoveDevice {...props} />
      </Group>
      {isEditing ? <EditDevice {...props} close={() => setIsEditing(false)} /> : null}
    </>
  )
}

/** The old one counts no more at once, which is said before. */
function RenewPassword(props: DeviceCardProps & { readonly made: (made: AddedDeviceView) => void }) {
  const { device, words, made, changed } = props
  const text = words.video
  const { explain } = useActs(props)
  const [count, setCount] = useState(0)
  const act = async () => {
    made(await videoApi.renewPassword(device.deviceId))
    // The dialog is done with.
    setCount(count + 1)
    await changed()
  }
  return (
    <ConfirmedAct
      key={count}
      label={text.newPassword}
      title={text.newPasswordTitle(device.name)}
      keepLabel={text.keep}
      closeLabel={words.close}
      tone="plain"
      {...{ act, explain }}
    >
      <Text>{text.newPasswordText}</Text>
    </ConfirmedAct>
  )
}

function RemoveDevice(props: DeviceCardProps) {
  const { device, words, changed } = props
  const text = words.video
  const { explain } = useActs(props)
  return (
    <ConfirmedAct
      label={text.remove}
      title={text.removeTitle(device.name)}
      keepLabel={text.keep}
      closeLabel={words.close}
      act={() => videoApi.remove(device.deviceId).then(() => changed())}
      explain={explain}
    >
      <Text>{device.isCalled ? text.removeText : text.removeAskingText}</Text>
    </ConfirmedAct>
  )
}

/** Of one that was removed: taken back while that is possible, or put away. */
function ActsOfRemoved(props: DeviceCardProps) {
  const { device, changed, words } = props
  const text = words.video
  const { problem, run } = useActs(props)
  return (
    <>
      <ProblemAlert problem={problem} />
      <Group>
        {device.state === "leaving" && device.room !== null ? (
          <Button variant="default" onClick={() => void run(() => videoApi.restore(device.deviceId).then(changed))}>
            {text.undo}
          </Button>
        ) : null}
        <Button
          variant="default"
          onClick={() => void run(() => videoApi.remove(device.deviceId).then(() => changed()))}
        >
          {device.state === "left" ? text.putAway : text.stopTrying}
        </Button>
      </Group>
    </>
  )
}
