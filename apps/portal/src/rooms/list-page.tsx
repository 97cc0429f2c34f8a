import type { RoomView } from "@kalends/protocol/rooms"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Anchor, Button, Group, Text } from "@mantine/core"
import { useEffect, useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { PageFrame } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { FoundSearch } from "./found-search.tsx"
import { LeftDevices } from "./left-devices.tsx"
import { roomsPlaceText } from "./place.ts"
import { ageText, calendarText, dotOf, placeText, type RoomsProps, stateText } from "./room-text.ts"
import { TroubleChoice } from "./trouble-choice.tsx"

type ListProps = RoomsProps & { readonly search: string; readonly isTroubled: boolean }

/** What is shown is looked at again after this long; sooner, a few times, while rooms are being read for the first time. */
const againMs = 30_000
const soonMs = 2_000
const soonLooksMost = 5

const isAwaited = ({ connection, agenda }: RoomView) => connection !== null && agenda === null
const idOf = ({ roomId }: RoomView) => roomId
const linkOf = (kind: "add" | "import" | "many" | "setup" | "dial-rules" | "video") => `#${roomsPlaceText({ kind })}`

/** All rooms by name, with what is known of each now and how old that is. */
export function RoomList(props: ListProps) {
  const { words, search, isTroubled } = props
  const text = words.rooms
  const [count, setCount] = useState<number | null>(null)
  const [looks, setLooks] = useState({ made: 0, isAwaited: false })
  const read = async (next: string | null) => {
    const page = await roomsApi.page({
      ...{ search: search || undefined, state: isTroubled ? "trouble" : undefined, next: next ?? undefined },
    })
    setCount(page.count)
    setLooks(({ made }) => ({ made: made + 1, isAwaited: page.rooms.some(isAwaited) }))
    return { rows: page.rooms, next: page.next }
  }
  const loader = usePages(idOf, { read }, `${isTroubled} ${search}`)
  useEffect(() => {
    if (looks.made === 0) return
    // A look makes rooms be read that nobody else looks at.
    const isSoon = looks.isAwaited && looks.made <= soonLooksMost
    return platform.after(isSoon ? soonMs : againMs, () => loader.refresh())
  }, [looks, loader])
  return (
    <PageFrame title={text.title} text={text.text}>
      <Ways {...props} />
      <Finder {...props} />
      {count === null || count === 0 ? null : <Text c="dimmed">{text.count(count)}</Text>}
      <LeftDevices {...props} />
      <VirtualList
        label={text.title}
        loader={loader}
        idOf={idOf}
        columns={columnsOf(props)}
        empty={<Text>{search !== "" ? text.noneFits : isTroubled ? words.video.allConnected : text.none}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
        open={({ roomId }) => platform.goToPlace(roomsPlaceText({ kind: "room", roomId }))}
      />
    </PageFrame>
  )
}

/** What is done with rooms, and where more of them is. */
function Ways({ words, canChange }: ListProps) {
  const text = words.rooms
  return (
    <>
      {canChange ? (
        <Group>
          <Button component="a" href={linkOf("import")}>
            {text.importTitle}
          </Button>
          <Button component="a" href={linkOf("add")} variant="default">
            {text.add}
          </Button>
          <Button component="a" href={linkOf("many")} variant="default">
            {words.manyRooms.title}
          </Button>
        </Group>
      ) : null}
      <Group component="nav" gap="lg" aria-label={text.title}>
        {(
          [
            ["setup", text.setup],
            ["dial-rules", text.dialRules],
            ["video", words.video.allTitle],
          ] as const
        ).map(([kind, label]) => (
          <Anchor key={kind} href={linkOf(kind)}>
            {label}
          </Anchor>
        ))}
      </Group>
    </>
  )
}

function Finder({ words, search, isTroubled }: ListProps) {
  const text = words.rooms
  return (
    <Group align="flex-end" className={classes.finder}>
      <FoundSearch
        label={text.find}
        search={search}
        find={(typed) => {
          const show = isTroubled ? { show: "trouble" as const } : {}
          platform.goToPlace(roomsPlaceText({ kind: "list", search: typed, ...show }))
        }}
      />
      <TroubleChoice
        label={words.video.onlyUnconnected}
        isTroubled={isTroubled}
        choose={(show) => platform.goToPlace(roomsPlaceText({ kind: "list", search, ...show }))}
      />
    </Group>
  )
}

function columnsOf(props: ListProps): readonly Column<RoomView>[] {
  const { words } = props
  const text = words.rooms
  return [
    {
      ...{ key: "name", title: text.name, width: "minmax(0, 1.5fr)", onCard: "title" },
      cell: (room) => (
        <div className={classes.breakable}>
          <Anchor href={`#${roomsPlaceText({ kind: "room", roomId: room.roomId })}`} inherit>
            {room.name}
          </Anchor>
          <Text size="sm" fw={400} c="dimmed">
            {placeText(room, words)}
          </Text>
        </div>
      ),
    },
    {
      ...{ key: "state", title: text.state, onCard: "named" },
      cell: (room) => (
        <Group gap={6} wrap="nowrap" display="inline-flex">
          <span className={classes.dot} data-state={dotOf(room)} aria-hidden />
          {stateText(room, props)}
        </Group>
      ),
    },
    { key: "read", title: text.read, onCard: "named", cell: (room) => ageText(room, props) },
    {
      ...{ key: "calendar", title: text.calendar, onCard: "named", width: "minmax(0, 1.2fr)" },
      cell: (room) => <span className={classes.breakable}>{calendarText(room, words)}</span>,
    },
  ]
}
