import type { DeviceView } from "@kalends/protocol/devices"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { Anchor, Button, Group, Stack, Text } from "@mantine/core"
import { useEffect } from "react"
import { problemText } from "../api-problem.ts"
import { videoApi } from "../api-video.ts"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { deviceDot, linesOf, problemLine } from "./device-text.ts"
import { againMs } from "./devices.tsx"
import { roomsPlaceText } from "./place.ts"
import type { RoomsProps } from "./room-text.ts"
import { TroubleChoice } from "./trouble-choice.tsx"

type PageProps = RoomsProps & { readonly isTroubled: boolean }

const idOf = ({ deviceId }: DeviceView) => deviceId
const placeOf = ({ room }: DeviceView) =>
  roomsPlaceText(room === null ? { kind: "list", search: "" } : { kind: "room", roomId: room.roomId })

/** All rooms' video systems by name, or those alone that need somebody. What is done with one is done on its room's page. */
export function VideoSystems(props: PageProps) {
  const { words, isTroubled } = props
  const text = words.video
  const read = async (after: string | null) => {
    const page = await videoApi.page({ trouble: isTroubled ? "yes" : undefined, after: after ?? undefined })
    return { rows: page.devices, next: page.after }
  }
  const loader = usePages(idOf, { read }, String(isTroubled))
  useEffect(() => platform.every(againMs, () => loader.refresh()), [loader])
  return (
    <Stack gap="md">
      {props.canChange ? (
        <Button component="a" href={`#${roomsPlaceText({ kind: "devices" })}`} variant="default" w="fit-content">
          {words.deviceLists.title}
        </Button>
      ) : null}
      <TroubleChoice
        label={text.onlyTrouble}
        isTroubled={isTroubled}
        choose={(show) => platform.goToPlace(roomsPlaceText({ kind: "video", ...show }))}
      />
      <VirtualList
        label={text.allTitle}
        loader={loader}
        idOf={idOf}
        columns={columnsOf(props)}
        empty={<Text>{isTroubled ? text.noTrouble : text.noneAtAll}</Text>}
        words={words}
        explain={(error) => problemText(error, words)}
        open={(device) => platform.goToPlace(placeOf(device))}
      />
    </Stack>
  )
}

function columnsOf({ words, locale, now }: PageProps): readonly Column<DeviceView>[] {
  const text = words.video
  return [
    {
      ...{ key: "name", title: text.name, width: "minmax(0, 1.4fr)", onCard: "title" },
      cell: (device) => (
        <div className={classes.breakable}>
          <Anchor href={`#${placeOf(device)}`} inherit>
            {device.name}
          </Anchor>
          <Text size="sm" fw={400} c="dimmed">
            {[device.familyLabel, device.model, device.software, device.address ?? device.username]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </div>
      ),
    },
    {
      ...{ key: "room", title: text.room, onCard: "named" },
      cell: ({ room }) => <span className={classes.breakable}>{room?.displayName ?? text.roomGone}</span>,
    },
    {
      ...{ key: "state", title: text.state, width: "minmax(0, 2fr)", onCard: "named" },
      cell: (device) => (
        <div className={classes.breakable}>
          <Group gap={6} wrap="nowrap" display="inline-flex">
            <span className={classes.dot} data-state={deviceDot(device)} aria-hidden />
            {linesOf(device, { text, locale, now })[0]}
          </Group>
          {device.problem === null ? null : <Text size="sm">{problemLine(device.problem, text)}</Text>}
        </div>
      ),
    },
  ]
}
