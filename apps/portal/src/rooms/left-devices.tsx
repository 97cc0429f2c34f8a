import { Stack, Text } from "@mantine/core"
import { useEffect } from "react"
import { videoApi } from "../api-video.ts"
import { platform } from "../platform.ts"
import { useLoaded } from "../use-loaded.ts"
import { DeviceCard } from "./device-card.tsx"
import { againMs, isUnderWay, soonMs } from "./devices.tsx"
import { PartTitle } from "./room-page.tsx"
import type { RoomsProps } from "./room-text.ts"

/** Video systems of rooms that were removed, until their list is taken away from them; nothing where there are none. */
export function LeftDevices(props: RoomsProps) {
  const { value, error, reload } = useLoaded(() => videoApi.ofRoom("gone"), "gone")
  const isSoon = value?.devices.some(isUnderWay) ?? false
  // biome-ignore lint/correctness/useExhaustiveDependencies: once more after each reading, whatever came of it.
  useEffect(() => platform.after(isSoon ? soonMs : againMs, () => void reload()), [value, error])
  if (value === null || value.devices.length === 0) return null
  const text = props.words.video
  return (
    <Stack gap="sm">
      <PartTitle>{text.leftTitle}</PartTitle>
      <Text c="dimmed">{text.leftText}</Text>
      {value.devices.map((device) => (
        <DeviceCard key={device.deviceId} {...props} device={device} changed={reload} />
      ))}
    </Stack>
  )
}
