import type { RoomView } from "@kalends/protocol/rooms"
import { ProblemAlert } from "@kalends/ui/sign-in-form"
import { Anchor, Button, Group, Stack, Table, Text, Title } from "@mantine/core"
import { type ReactNode, useEffect, useState } from "react"
import { problemText } from "../api-problem.ts"
import { roomsApi } from "../api-rooms.ts"
import { RoomScreens } from "../displays/room-screens.tsx"
import { PageFrame, Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { useLoaded } from "../use-loaded.ts"
import { RoomDevices } from "./devices.tsx"
import { roomsPlaceText } from "./place.ts"
import { RoomCalendar } from "./room-calendar.tsx"
import { RoomDoctor } from "./room-doctor.tsx"
import { RoomSettings } from "./room-settings.tsx"
import { ageText, placeText, type RoomsProps, stateText } from "./room-text.ts"

export type RoomPageProps = RoomsProps & { readonly roomId: string }
/** What each part of a room's page is given. `put`: shows what was changed. */
export type RoomPartProps = RoomsProps & { readonly room: RoomView; readonly put: (room: RoomView) => void }

/** The parts of a room's page, in order. Its video systems are one more line. */
const parts: readonly { readonly key: string; readonly view: (props: RoomPartProps) => ReactNode }[] = [
  { key: "calendar", view: (props) => <RoomCalendar {...props} /> },
  { key: "devices", view: (props) => <RoomDevices {...props} /> },
  { key: "settings", view: (props) => <RoomSettings key={props.room.roomId} {...props} /> },
  { key: "displays", view: (props) => <RoomScreens {...props} /> },
  { key: "doctor", view: (props) => <RoomDoctor {...props} /> },
  { key: "removal", view: (props) => <Removal {...props} /> },
]

const againMs = 15_000

/** One room: what its screens show now, its calendar, its settings, and what is wrong with its mailbox. */
export function RoomPage(props: RoomPageProps) {
  const { words, roomId } = props
  const { value: room, error, reload, put } = useLoaded<RoomView>(() => roomsApi.room(roomId), roomId)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more after each reading, whatever came of it.
  useEffect(() => platform.after(againMs, () => void reload()), [room, error])
  const back = (
    <Anchor href={`#${roomsPlaceText({ kind: "list", search: "" })}`} w="fit-content">
      ← {words.rooms.back}
    </Anchor>
  )
  if (room === null)
    return (
      <Stack gap="md">
        {back}
        <PageFrame title={words.rooms.title}>
          <Waiting error={error} words={words} retry={reload} />
        </PageFrame>
      </Stack>
    )
  return (
    <Stack gap="md">
      {back}
      <PageFrame
        title={room.name}
        text={[placeText(room, words), room.address].filter((one) => one !== "").join(" · ")}
      >
        <Now {...props} room={room} />
        {parts.map(({ key, view }) => (
          <section key={key}>{view({ ...props, room, put })}</section>
        ))}
      </PageFrame>
    </Stack>
  )
}

function Now({ room, ...props }: RoomPageProps & { readonly room: RoomView }) {
  const text = props.words.rooms
  return (
    <Table withRowBorders>
      <Table.Tbody>
        {[
          [text.state, stateText(room, props)],
          [text.read, ageText(room, props)],
        ].map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th scope="row" w="40%">
              {name}
            </Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

export function PartTitle({ children }: { readonly children: ReactNode }) {
  return (
    <Title order={2} size="h4" className={classes.heading}>
      {children}
    </Title>
  )
}

/** Asked once more: what screens show is gone at once. */
function Removal({ room, words, canChange }: RoomPartProps) {
  const text = words.rooms
  const [isAsked, setIsAsked] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  if (!canChange) return null
  const remove = async () => {
    setProblem(null)
    await roomsApi.remove(room.roomId).then(
      () => platform.goToPlace(roomsPlaceText({ kind: "list", search: "" })),
      (error: unknown) => setProblem(problemText(error, words)),
    )
  }
  return (
    <Stack gap="sm">
      <PartTitle>{text.remove}</PartTitle>
      <Text c="dimmed">{text.removeText}</Text>
      <ProblemAlert problem={problem} />
      <Group>
        {isAsked ? (
          <>
            <Button color="red" onClick={() => void remove()}>
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
    </Stack>
  )
}
