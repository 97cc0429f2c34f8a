import type { DisplaysView } from "@kalends/protocol/display"
import { Anchor, Group, Stack, Text } from "@mantine/core"
import { displaysApi } from "../api-displays.ts"
import { Waiting } from "../page-parts.tsx"
import classes from "../portal.module.css"
import { PartTitle, type RoomPartProps } from "../rooms/room-page.tsx"
import { useLoaded } from "../use-loaded.ts"
import { displaysPlaceText } from "./place.ts"
import { seenDot, seenText } from "./seen-text.ts"

/** The screens that show a room, on the room's own page. */
export function RoomScreens({ room, words, locale, now }: RoomPartProps) {
  const text = words.displays
  const { roomId } = room
  const read = () => displaysApi.page({ after: undefined, search: undefined, trouble: undefined, roomId })
  const { value, error, reload } = useLoaded<DisplaysView>(read, roomId)
  return (
    <Stack gap="sm">
      <PartTitle>{text.title}</PartTitle>
      {value === null ? <Waiting error={error} words={words} retry={reload} /> : null}
      {value?.displays.length === 0 ? <Text c="dimmed">{text.noneOfRoom}</Text> : null}
      {(value?.displays ?? []).map((display) => (
        <Group key={display.displayId} gap="xs">
          <span className={classes.dot} data-state={seenDot(display, now)} aria-hidden />
          <Text>
            {display.name}, {text.kinds[display.kind]}
          </Text>
          <Text c="dimmed">{seenText(display, { words, locale, now })}</Text>
        </Group>
      ))}
      <Anchor href={`#${displaysPlaceText({ roomId })}`} w="fit-content">
        {text.manage}
      </Anchor>
    </Stack>
  )
}
