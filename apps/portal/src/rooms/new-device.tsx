import type { AddedDeviceView, CertificateView } from "@kalends/protocol/devices"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Checkbox, Code, Group, NativeSelect, PasswordInput, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { troubleText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { useLoaded } from "../use-loaded.ts"
import { grouped, inputOf, type Typed } from "./device-text.ts"
import { MadePassword } from "./made-password.tsx"
import type { RoomPartProps } from "./room-page.tsx"

export type NewDeviceProps = RoomPartProps & { readonly added: () => Promise<void>; readonly done: () => void }

const empty: Typed = { family: "", name: "", address: "", username: "", password: "", keepsOthers: false }

/** One that is called shows its certificate first, which a person compares; then it is added with it pinned. */
export function NewDevice({ room, words, added, done }: NewDeviceProps) {
  const text = words.video
  const families = useLoaded(videoApi.families).value?.families ?? []
  const [typed, setTyped] = useState(empty)
  const [shown, setShown] = useState<CertificateView | null>(null)
  const [made, setMade] = useState<AddedDeviceView | null>(null)
  const family = families.find(({ name }) => name === typed.family) ?? families[0]
  const isCalled = family?.isCalled ?? true
  const certificate = shown === null || shown.isTrusted ? null : shown.sha256
  const input = inputOf({ ...typed, family: family?.name ?? "" }, { roomId: room.roomId, isCalled, certificate })
  const change = (part: Partial<Typed>) => {
    setTyped({ ...typed, ...part })
    // What was compared belongs to the address that was typed.
    if (part.address !== undefined || part.family !== undefined) setShown(null)
  }
  const { isBusy, error, onSubmit } = useSending(async () => {
    if (input === null) return
    if (isCalled && shown === null) return setShown(await videoApi.certificate(input.address ?? ""))
    const one = await videoApi.add(input)
    void added()
    if (one.password === null) done()
    else setMade(one)
  })
  if (made !== null) return <MadePassword made={made} text={text} done={done} />
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        <NativeSelect
          label={text.kind}
          value={family?.name ?? ""}
          onChange={(event) => change({ family: event.currentTarget.value })}
          data={families.map(({ name, label }) => ({ value: name, label }))}
        />
        <TextInput
          label={text.name}
          value={typed.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
        />
        {isCalled ? <Called typed={typed} change={change} text={text} /> : null}
        {shown === null ? null : <Shown shown={shown} text={text} />}
        <ProblemAlert problem={troubleText(error, text)} />
        <Group>
          <Button type="submit" disabled={input === null} loading={isBusy}>
            {!isCalled || shown?.isTrusted === true ? text.save : shown === null ? text.read : text.isSame}
          </Button>
          <Button variant="default" onClick={done}>
            {text.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

type Words = RoomPartProps["words"]["video"]

/** Where it answers, and how it is signed in at. */
function Called({ typed, change, text }: { typed: Typed; change: (part: Partial<Typed>) => void; text: Words }) {
  return (
    <>
      <TextInput
        label={text.address}
        description={text.addressText}
        value={typed.address}
        onChange={(event) => change({ address: event.currentTarget.value })}
      />
      <TextInput
        label={text.username}
        description={text.usernameText}
        autoComplete="off"
        value={typed.username}
        onChange={(event) => change({ username: event.currentTarget.value })}
      />
      <PasswordInput
        label={text.password}
        autoComplete="new-password"
        value={typed.password}
        onChange={(event) => change({ password: event.currentTarget.value })}
      />
      <Checkbox
        label={text.keepsOthers}
        checked={typed.keepsOthers}
        onChange={(event) => change({ keepsOthers: event.currentTarget.checked })}
      />
    </>
  )
}

function Shown({ shown, text }: { readonly shown: CertificateView; readonly text: Words }) {
  return (
    <Stack gap={4} role="status">
      <Text fw={600}>{text.fingerprint}</Text>
      <Code block style={{ whiteSpace: "pre-wrap" }}>
        {grouped(shown.sha256)}
      </Code>
      <Text size="sm">{shown.subject}</Text>
      <Text>{shown.isTrusted ? text.isTrusted : text.compare}</Text>
    </Stack>
  )
}
