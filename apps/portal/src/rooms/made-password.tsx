import type { AddedDeviceView } from "@kalends/protocol/devices"
import { Button, Code, Group, Stack, Text } from "@mantine/core"
import type { VideoWords } from "../messages-video.ts"

type MadeProps = { readonly made: AddedDeviceView; readonly text: VideoWords; readonly done: () => void }

/** What a system signs in with here, shown this once. */
export function MadePassword({ made, text, done }: MadeProps) {
  return (
    <Stack gap="sm" role="status">
      <Text>{text.made}</Text>
      <Text>
        {text.username}: <Code>{made.device.username}</Code>
      </Text>
      <Text>
        {text.password}: <Code>{made.password}</Code>
      </Text>
      <Group>
        <Button variant="default" onClick={done}>
          {text.noted}
        </Button>
      </Group>
    </Stack>
  )
}
