import type { RoomView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Button, Checkbox, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from "@mantine/core"
import { useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import classes from "../portal.module.css"
import { PartTitle, type RoomPartProps } from "./room-page.tsx"

type Settings = Pick<
  RoomView,
  "name" | "building" | "floor" | "capacity" | "zone" | "privacy" | "checkIn" | "language" | "clockHours"
>

const numberOf = (value: string | number): number | null => (typeof value === "number" ? Math.round(value) : null)
const textOf = (value: string): string | null => (value.trim() === "" ? null : value)

/** What is set for a room; saved as a whole. */
export function RoomSettings({ room, words, canChange, put }: RoomPartProps) {
  const text = words.rooms
  const [typed, setTyped] = useState<Settings>(room)
  const [problem, setProblem] = useState<string | null>(null)
  const [isSaved, setIsSaved] = useState(false)
  const set = (changes: Partial<Settings>) => {
    setIsSaved(false)
    setTyped((before) => ({ ...before, ...changes }))
  }
  const save = async () => {
    setProblem(null)
    const { name, building, floor, capacity, zone, privacy, checkIn, language, clockHours } = typed
    await roomsApi
      .change(room.roomId, { name, building, floor, capacity, zone, privacy, checkIn, language, clockHours })
      .then(
        (changed) => {
          put(changed)
          setIsSaved(true)
        },
        (error: unknown) => setProblem(problemText(error, words)),
      )
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <fieldset disabled={!canChange} className={classes.plainFieldset}>
        <Stack>
          <PartTitle>{text.settings}</PartTitle>
          <Where typed={typed} set={set} words={words} />
          <Shown typed={typed} set={set} words={words} />
          <CheckIn typed={typed} set={set} words={words} />
          <ProblemAlert problem={problem} />
          {canChange ? (
            <Group>
              <Button type="submit">{text.save}</Button>
              <Text role="status" c="dimmed">
                {isSaved ? text.saved : ""}
              </Text>
            </Group>
          ) : null}
        </Stack>
      </fieldset>
    </form>
  )
}

type PartProps = Pick<RoomPartProps, "words"> & {
  readonly typed: Settings
  readonly set: (changes: Partial<Settings>) => void
}

function Where({ typed, set, words }: PartProps) {
  const text = words.rooms
  return (
    <div className={classes.fields}>
      <TextInput
        required
        label={text.name}
        maxLength={120}
        value={typed.name}
        onChange={({ currentTarget }) => set({ name: currentTarget.value })}
      />
      <TextInput
        label={text.building}
        maxLength={120}
        value={typed.building ?? ""}
        onChange={({ currentTarget }) => set({ building: textOf(currentTarget.value) })}
      />
      <TextInput
        label={text.floor}
        maxLength={60}
        value={typed.floor ?? ""}
        onChange={({ currentTarget }) => set({ floor: textOf(currentTarget.value) })}
      />
      <NumberInput
        hideControls
        label={text.capacity}
        min={1}
        max={100_000}
        value={typed.capacity ?? ""}
        onChange={(value) => set({ capacity: numberOf(value) })}
      />
      <TextInput
        required
        label={text.zone}
        maxLength={60}
        value={typed.zone}
        onChange={({ currentTarget }) => set({ zone: currentTarget.value })}
      />
    </div>
  )
}

function Shown({ typed, set, words }: PartProps) {
  const text = words.rooms
  return (
    <>
      <div className={classes.fields}>
        <NativeSelect
          label={text.language}
          value={typed.language}
          data={(["en", "ja"] as const).map((value) => ({ value, label: text.languages[value] }))}
          onChange={({ currentTarget: { value } }) => set({ language: value === "ja" ? "ja" : "en" })}
        />
        <NativeSelect
          label={text.clock}
          value={String(typed.clockHours)}
          data={([12, 24] as const).map((value) => ({ value: String(value), label: text.clocks[value] }))}
          onChange={({ currentTarget: { value } }) => set({ clockHours: value === "12" ? 12 : 24 })}
        />
        <NativeSelect
          label={text.titles}
          value={typed.privacy.hidesTitles}
          data={(["private", "all"] as const).map((value) => ({ value, label: text.titleChoices[value] }))}
          onChange={({ currentTarget: { value } }) =>
            set({ privacy: { ...typed.privacy, hidesTitles: value === "all" ? "all" : "private" } })
          }
        />
      </div>
      <Checkbox
        label={text.hidesHosts}
        checked={typed.privacy.hidesHostsOfPrivate}
        onChange={({ currentTarget: { checked } }) =>
          set({ privacy: { ...typed.privacy, hidesHostsOfPrivate: checked } })
        }
      />
    </>
  )
}

const usualMinutes = 10

function CheckIn({ typed: { checkIn }, set, words }: PartProps) {
  const text = words.rooms
  const change = (changes: Partial<Settings["checkIn"]>) => set({ checkIn: { ...checkIn, ...changes } })
  return (
    <>
      <Checkbox
        label={text.checkIn}
        description={text.checkInText}
        checked={checkIn.withinMinutes !== null}
        onChange={({ currentTarget: { checked } }) => change({ withinMinutes: checked ? usualMinutes : null })}
      />
      {checkIn.withinMinutes === null ? null : (
        <div className={classes.fields}>
          <NumberInput
            hideControls
            required
            label={text.within}
            min={1}
            max={240}
            value={checkIn.withinMinutes}
            onChange={(value) => change({ withinMinutes: numberOf(value) ?? usualMinutes })}
          />
          <NumberInput
            hideControls
            required
            label={text.early}
            min={0}
            max={240}
            value={checkIn.earlyMinutes}
            onChange={(value) => change({ earlyMinutes: numberOf(value) ?? 0 })}
          />
          <NumberInput
            hideControls
            label={text.misses}
            description={text.missesNone}
            min={1}
            max={50}
            value={checkIn.missesMost ?? ""}
            onChange={(value) => change({ missesMost: numberOf(value) })}
          />
        </div>
      )}
    </>
  )
}
