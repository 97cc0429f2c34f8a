import { Dialog } from "@kalends/ui/dialog"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Checkbox, Group, NumberInput, PasswordInput, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { troubleText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { type DisplayForm, emptyForm } from "../displays/display-form.ts"
import { RoomChooser } from "../displays/room-chooser.tsx"
import type { VideoWords } from "../messages-video.ts"
import classes from "../portal.module.css"
import type { DeviceCardProps } from "./device-card.tsx"
import { changeOf, type Edited, editedOf, isElsewhere } from "./device-text.ts"

/** What is known of a system, and in which room it is. */
export function EditDevice({ device, words, changed, close }: DeviceCardProps & { readonly close: () => void }) {
  const text = words.video
  const [typed, setTyped] = useState<Edited>(() => editedOf(device))
  const set = (part: Partial<Edited>) => setTyped({ ...typed, ...part })
  const change = changeOf(device, typed)
  const { isBusy, error, onSubmit } = useSending(async () => {
    if (change === null) return
    const done = await videoApi.change(device.deviceId, change)
    close()
    await changed(done)
  })
  const chooser: DisplayForm = { ...emptyForm("en"), kind: "door", rooms: typed.room === null ? [] : [typed.room] }
  return (
    <Dialog isOpen close={close} title={text.editTitle(device.name)} closeLabel={words.close} isWide>
      <form onSubmit={onSubmit}>
        <Stack>
          <TextInput
            required
            label={text.name}
            maxLength={120}
            value={typed.name}
            onChange={({ currentTarget }) => set({ name: currentTarget.value })}
          />
          {device.isCalled ? (
            <CalledFields {...{ device, typed, set, text }} />
          ) : (
            <Text c="dimmed">{text.editAsking}</Text>
          )}
          <RoomChooser
            words={words}
            form={chooser}
            change={({ rooms: [room] }) => (room === undefined ? undefined : set({ room }))}
          />
          {typed.room?.roomId === device.room?.roomId ? null : <Text role="status">{text.moveText}</Text>}
          <ProblemAlert problem={troubleText(error, text)} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {text.cancel}
            </Button>
            <Button type="submit" loading={isBusy} disabled={change === null}>
              {text.saveChanges}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}

type FieldsProps = {
  readonly device: DeviceCardProps["device"]
  readonly typed: Edited
  readonly set: (part: Partial<Edited>) => void
  readonly text: VideoWords
}

function CalledFields({ device, typed, set, text }: FieldsProps) {
  return (
    <>
      <TextInput
        required
        label={text.address}
        description={text.addressText}
        value={typed.address}
        onChange={({ currentTarget }) => set({ address: currentTarget.value })}
      />
      {isElsewhere(device, typed) ? <Text role="status">{text.elsewhereText(device.address ?? "")}</Text> : null}
      <div className={classes.fields}>
        <TextInput
          required
          label={text.username}
          description={text.usernameText}
          autoComplete="off"
          value={typed.username}
          onChange={({ currentTarget }) => set({ username: currentTarget.value })}
        />
        <PasswordInput
          label={text.password}
          description={text.passwordStays}
          autoComplete="new-password"
          value={typed.password}
          onChange={({ currentTarget }) => set({ password: currentTarget.value })}
        />
        <Minutes
          label={text.startBuffer}
          value={typed.startBufferMinutes}
          put={(startBufferMinutes) => set({ startBufferMinutes })}
        />
        <Minutes
          label={text.endBuffer}
          value={typed.endBufferMinutes}
          put={(endBufferMinutes) => set({ endBufferMinutes })}
        />
      </div>
      <Checkbox
        label={text.keepsOthers}
        checked={typed.keepsOthers}
        onChange={({ currentTarget }) => set({ keepsOthers: currentTarget.checked })}
      />
    </>
  )
}

type MinutesProps = { readonly label: string; readonly value: number; readonly put: (minutes: number) => void }

function Minutes({ label, value, put }: MinutesProps) {
  return (
    <NumberInput
      hideControls
      allowDecimal={false}
      label={label}
      min={0}
      max={30}
      value={value}
      onChange={(typed) => put(typeof typed === "number" ? typed : 0)}
    />
  )
}
