import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { Button, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { troubleText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { roomsPlaceText } from "./place.ts"
import type { RoomsProps } from "./room-text.ts"

/** A room by hand. */
export function AddRoom({ words, locale }: RoomsProps) {
  const text = words.rooms
  const [typed, setTyped] = useState({ name: "", address: "", zone: Temporal.Now.timeZoneId() })
  const { isBusy, error, onSubmit } = useSending(async () => {
    const language = locale.startsWith("ja") ? "ja" : "en"
    const { roomId } = await roomsApi.add({ ...typed, language })
    platform.goToPlace(roomsPlaceText({ kind: "room", roomId }))
  })
  const field = (name: keyof typeof typed, label: string, type = "text") => (
    <TextInput
      required
      type={type}
      label={label}
      autoComplete="off"
      maxLength={name === "name" ? 120 : 254}
      value={typed[name]}
      onChange={({ currentTarget: { value } }) => setTyped((before) => ({ ...before, [name]: value }))}
    />
  )
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        <div className={classes.fields}>
          {field("name", text.name)}
          {field("address", text.address, "email")}
          {field("zone", text.zone)}
        </div>
        <ProblemAlert problem={troubleText(error, words)} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {text.add}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
