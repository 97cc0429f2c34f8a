import type { DeviceView } from "@kalends/protocol/devices"
import { Anchor, Button, Group, Stack, Text } from "@mantine/core"
import { useEffect, useState } from "react"
import { videoApi } from "../api-video.ts"
import { Waiting } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { useLoaded } from "../use-loaded.ts"
import { DeviceCard } from "./device-card.tsx"
import { NewDevice } from "./new-device.tsx"
import { roomsPlaceText } from "./place.ts"
import { PartTitle, type RoomPartProps } from "./room-page.tsx"

type MovedDevice = Pick<DeviceView, "name"> & { readonly room: NonNullable<DeviceView["room"]> }

/** Looked at again after this long; sooner while something is about to happen. */
export const againMs = 30_000
export const soonMs = 3_000
export const isUnderWay = ({ state, isUncleared }: DeviceView) => state === "leaving" || state === "new" || isUncleared

/** A room's video systems: how each is, what it was given, and adding another. */
export function RoomDevices(props: RoomPartProps) {
  const { room, words, canChange } = props
  const text = words.video
  const { value, error, reload } = useLoaded(() => videoApi.ofRoom(room.roomId), room.roomId)
  const [isAdding, setIsAdding] = useState(false)
  const [moved, setMoved] = useState<MovedDevice | null>(null)
  const isSoon = value?.devices.some(isUnderWay) ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more after each reading, whatever came of it.
  useEffect(() => platform.after(isSoon ? soonMs : againMs, () => void reload()), [value, error])
  const changed = async (device?: DeviceView) => {
    if (device?.room != null && device.room.roomId !== room.roomId) setMoved({ ...device, room: device.room })
    await reload()
  }
  return (
    <Stack gap="sm">
      <PartTitle>{text.title}</PartTitle>
      <Text c="dimmed">{text.text}</Text>
      {moved === null ? null : (
        <Text role="status">
          {text.moved(moved.name)}{" "}
          <Anchor href={`#${roomsPlaceText({ kind: "room", roomId: moved.room.roomId })}`}>
            {moved.room.displayName}
          </Anchor>
        </Text>
      )}
      {value === null ? (
        <Waiting error={error} words={words} retry={reload} />
      ) : (
        <>
          {value.devices.length === 0 ? <Text>{text.none}</Text> : null}
          {value.devices.map((device) => (
            <DeviceCard key={device.deviceId} {...props} device={device} changed={changed} />
          ))}
        </>
      )}
      {!canChange ? null : isAdding ? (
        <NewDevice {...props} done={() => setIsAdding(false)} added={reload} />
      ) : (
        <Group>
          <Button variant="default" onClick={() => setIsAdding(true)}>
            {text.add}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
