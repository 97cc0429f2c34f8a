import { roomsMostOf } from "@kalends/domain/display"
import { Loading } from "@kalends/ui/loading"
import { Checkbox, Radio, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { roomsApi } from "../api-rooms.ts"
import type { Messages } from "../messages.ts"
import { Waiting } from "../page-parts.tsx"
import { useLoaded } from "../use-loaded.ts"
import { useSettled } from "../use-settled.ts"
import { type ChosenRoom, type DisplayForm, withRoom } from "./display-form.ts"

type ChooserProps = {
  readonly words: Messages
  readonly form: DisplayForm
  readonly change: (form: DisplayForm) => void
}

const shownMost = 8

/** Which rooms a screen shows: what was chosen first, then what fits what is typed. */
export function RoomChooser({ words, form, change }: ChooserProps) {
  const text = words.displays
  const [typed, setTyped] = useState("")
  const search = useSettled(typed).trim()
  const { value, error, reload } = useLoaded(() => roomsApi.page({ search: search || undefined }), search)
  const isOne = roomsMostOf[form.kind] === 1
  const chosen = new Set(form.rooms.map(({ roomId }) => roomId))
  const found = (value?.rooms ?? []).filter(({ roomId }) => !chosen.has(roomId)).slice(0, shownMost)
  const option = (room: ChosenRoom) => {
    const props = {
      key: room.roomId,
      label: room.name,
      checked: chosen.has(room.roomId),
      onChange: () => change(withRoom(form, { roomId: room.roomId, name: room.name })),
    }
    const { key, ...rest } = props
    return isOne ? <Radio key={key} name="room" {...rest} /> : <Checkbox key={key} {...rest} />
  }
  return (
    <Stack gap="xs" role="group" aria-label={isOne ? text.room : text.rooms}>
      <TextInput
        type="search"
        autoComplete="off"
        maxLength={120}
        label={isOne ? text.room : text.rooms}
        placeholder={text.findRoom}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      {form.rooms.map(option)}
      {value === null && error === null ? <Loading size="sm" label={words.loading} /> : null}
      {value === null && error !== null ? <Waiting error={error} words={words} retry={reload} /> : null}
      {found.map(option)}
      {value !== null && found.length + form.rooms.length === 0 ? <Text c="dimmed">{text.noRooms}</Text> : null}
      {isOne ? null : (
        <Text size="sm" c="dimmed" role="status">
          {text.chosen(form.rooms.length)}
        </Text>
      )}
    </Stack>
  )
}
