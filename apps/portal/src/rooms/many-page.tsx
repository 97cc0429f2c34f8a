import type { RoomChoice, RoomChoicesView, SetRoomsInput } from "@kalends/protocol/many-rooms"
import { manyRoomsMost } from "@kalends/protocol/many-rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { useSending } from "@kalends/ui/use-sending"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core"
import { useState, useSyncExternalStore } from "react"
import { problemText, troubleText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { SelectionBar } from "../selection-bar.tsx"
import { useSettled } from "../use-settled.ts"
import { LastSet } from "./many-done.tsx"
import { ManyFields } from "./many-fields.tsx"
import {
  backOf,
  type Chosen,
  chosenAfter,
  nothingTyped,
  planOf,
  type RoomsSet,
  selecting,
  settingsTyped,
  toggled,
} from "./many-rooms.ts"
import { roomsPlaceText } from "./place.ts"
import { PartTitle } from "./room-page.tsx"
import type { RoomsProps } from "./room-text.ts"

/** What was set last, and by whom, so that they can take it back after other pages, too; until the portal is closed. */
let lastSet: (RoomsSet & { readonly by: string }) | null = null

/** Many rooms are chosen, and what is said is set for all of them. */
export function ManyRooms(props: RoomsProps) {
  const { words, canChange, user } = props
  const text = words.manyRooms
  const [chosen, choose] = useState<Chosen>(new Map())
  const [typed, type] = useState(nothingTyped)
  const [last, setLast] = useState(lastSet?.by === user.userId ? lastSet : null)
  const [turn, setTurn] = useState(0)
  const settings = settingsTyped(typed)
  const send = async (input: SetRoomsInput, names: RoomsSet["names"]) => {
    const { outcomes } = await roomsApi.setMany(input)
    lastSet = { input, outcomes, names, by: user.userId }
    setLast(lastSet)
    choose(chosenAfter(chosen, lastSet))
    setTurn(turn + 1)
  }
  const names = new Map([...chosen].map(([roomId, { name }]) => [roomId, name]))
  const setting = useSending(async () => {
    if (settings !== null) await send({ kind: "set", changes: [{ roomIds: [...chosen.keys()], settings }] }, names)
  })
  const undoing = useSending(async () => {
    const back = last === null ? null : backOf(last)
    if (last !== null && back !== null) await send(back, last.names)
  })
  const plan = planOf(chosen, settings ?? {})
  const isReady = settings !== null && Object.keys(settings).length > 0
  return (
    <Stack gap="lg">
      <Choosing {...{ ...props, chosen, choose, turn }} />
      {canChange ? (
        <form onSubmit={setting.onSubmit}>
          <Stack>
            <PartTitle>{text.what}</PartTitle>
            <ManyFields words={words} typed={typed} set={(part) => type({ ...typed, ...part })} />
            <Text role="status" fw={600}>
              {chosen.size === 0
                ? text.nothingChosen
                : isReady
                  ? text.plan(plan.changing, plan.same)
                  : text.nothingTyped}
            </Text>
            <ProblemAlert problem={troubleText(setting.error, words)} />
            <Group>
              <Button type="submit" loading={setting.isBusy} disabled={!isReady || plan.changing === 0}>
                {text.set(plan.changing)}
              </Button>
            </Group>
          </Stack>
        </form>
      ) : null}
      {last === null ? null : <LastSet {...{ words, last, undoing }} />}
    </Stack>
  )
}

type ChoosingProps = RoomsProps & {
  readonly chosen: Chosen
  readonly choose: (chosen: Chosen) => void
  /** Another where what is set has changed. */
  readonly turn: number
}

const idOf = ({ roomId }: RoomChoice) => roomId
const anywhere = ""

/** Rooms by name, building and floor, of which some or all are chosen. */
function Choosing({ words, locale, chosen, choose, turn }: ChoosingProps) {
  const text = words.manyRooms
  const [typed, type] = useState("")
  const [place, setPlace] = useState({ building: anywhere, floor: anywhere })
  const [found, setFound] = useState<Pick<RoomChoicesView, "isWhole" | "places">>({ isWhole: true, places: [] })
  const search = useSettled(typed).trim()
  const read = async () => {
    const { rooms, isWhole, places } = await roomsApi.choices({
      ...{ search: search || undefined, building: place.building || undefined, floor: place.floor || undefined },
    })
    setFound({ isWhole, places })
    return { rows: rooms, next: null }
  }
  const loader = usePages(idOf, { read }, JSON.stringify([search, place, turn]))
  const { rows: shown } = useSyncExternalStore(loader.subscribe, () => loader.state)
  const selection = {
    isSelected: ({ roomId }: RoomChoice) => chosen.has(roomId),
    toggle: (room: RoomChoice) => choose(toggled(chosen, room)),
  }
  const isFiltered = search !== "" || place.building !== anywhere || place.floor !== anywhere
  return (
    <Stack gap="sm">
      <PartTitle>{text.which}</PartTitle>
      <div className={classes.choices}>
        <TextInput
          type="search"
          autoComplete="off"
          maxLength={120}
          label={words.rooms.find}
          value={typed}
          onChange={({ currentTarget }) => type(currentTarget.value)}
        />
        <Places {...{ words, locale, places: found.places, place, setPlace }} />
      </div>
      <Bar {...{ words, chosen, choose, shown }} />
      {found.isWhole ? null : <Text size="sm">{text.isPart(manyRoomsMost)}</Text>}
      <VirtualList
        label={text.which}
        loader={loader}
        idOf={idOf}
        columns={columnsOf(words, selection)}
        empty={<Text>{isFiltered ? text.noneFits : text.none}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
        open={({ roomId }) => platform.goToPlace(roomsPlaceText({ kind: "room", roomId }))}
        selection={selection}
      />
    </Stack>
  )
}

type Place = { readonly building: string; readonly floor: string }
type PlacesProps = Pick<RoomsProps, "words" | "locale"> & {
  readonly places: RoomChoicesView["places"]
  readonly place: Place
  readonly setPlace: (place: Place) => void
}

function Places({ words, locale, places, place, setPlace }: PlacesProps) {
  const text = words.manyRooms
  const { compare } = new Intl.Collator(locale, { numeric: true })
  const buildings = new Set(places.flatMap(({ building }) => building ?? []))
  const floors = new Set(
    places.flatMap(({ building, floor }) =>
      place.building === anywhere || place.building === building ? (floor ?? []) : [],
    ),
  )
  const options = (values: ReadonlySet<string>, any: string) => [
    { value: anywhere, label: any },
    ...[...values].sort(compare).map((value) => ({ value, label: value })),
  ]
  return (
    <>
      <NativeSelect
        label={words.rooms.building}
        value={place.building}
        data={options(buildings, text.anyBuilding)}
        onChange={({ currentTarget }) => setPlace({ building: currentTarget.value, floor: anywhere })}
      />
      <NativeSelect
        label={words.rooms.floor}
        value={place.floor}
        data={options(floors, text.anyFloor)}
        onChange={({ currentTarget }) => setPlace({ ...place, floor: currentTarget.value })}
      />
    </>
  )
}

type BarProps = Pick<ChoosingProps, "words" | "chosen" | "choose"> & { readonly shown: readonly RoomChoice[] }

/** How many are chosen; it stays in sight. */
function Bar({ words, chosen, choose, shown }: BarProps) {
  const text = words.manyRooms
  const texts = {
    all: text.chooseAll(shown.length),
    selected: `${text.chosen(chosen.size)}${chosen.size < manyRoomsMost ? "" : ` · ${text.most(manyRoomsMost)}`}`,
    clear: text.clear,
  }
  return <SelectionBar {...{ selecting, shown, texts }} selection={chosen} select={choose} />
}

type Selecting = { readonly isSelected: (room: RoomChoice) => boolean; readonly toggle: (room: RoomChoice) => void }

function columnsOf(words: RoomsProps["words"], { isSelected, toggle }: Selecting): readonly Column<RoomChoice>[] {
  const text = words.rooms
  return [
    {
      ...{ key: "name", title: text.name, onCard: "title" },
      cell: (room) => (
        <Group gap="sm" wrap="nowrap">
          <Checkbox aria-label={room.name} checked={isSelected(room)} onChange={() => toggle(room)} />
          <span className={classes.breakable}>{room.name}</span>
        </Group>
      ),
    },
    {
      ...{ key: "place", title: text.building },
      cell: ({ settings: { building, floor } }) => [building, floor].filter((one) => one !== null).join(" · "),
    },
    {
      ...{ key: "now", title: words.manyRooms.now, width: "minmax(0, 2fr)" },
      cell: ({ settings }) => <span className={classes.breakable}>{nowText(settings, words)}</span>,
    },
  ]
}

/** What is set for it now, in one line. */
function nowText(settings: RoomChoice["settings"], { rooms, manyRooms }: RoomsProps["words"]): string {
  const { zone, language, hidesTitles, withinMinutes } = settings
  const checkIn = withinMinutes === null ? manyRooms.noCheckIn : manyRooms.checksIn(withinMinutes)
  return [zone, rooms.languages[language], rooms.titleChoices[hidesTitles], checkIn].join(" · ")
}
