import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Group, Stack, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { roomsPlaceText } from "./place.ts"
import type { RoomsProps } from "./room-text.ts"

/** A room by hand. */
export function AddRoom({ words, locale }: RoomsProps) {
  const text = words.rooms
  const [typed, setTyped] = useState({ name: "", address: "", zone: Temporal.Now.timeZoneId() })
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setIsBusy] = useState(false)
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
  const save = async () => {
    setIsBusy(true)
    setProblem(null)
    try {
      const language = locale.startsWith("ja") ? "ja" : "en"
      const { roomId } = await roomsApi.add({ ...typed, language })
      platform.goToPlace(roomsPlaceText({ kind: "room", roomId }))
    } catch (error) {
      setProblem(problemText(error, words))
      setIsBusy(false)
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <Stack>
        <div className={classes.fields}>
          {field("name", text.name)}
          {field("address", text.address, "email")}
          {field("zone", text.zone)}
        </div>
        <ProblemAlert problem={problem} />
        <Group>
          <Button type="submit" loading={isBusy}>
            {text.add}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
