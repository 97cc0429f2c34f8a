import { Anchor, Stack } from "@mantine/core"
import { type ReactNode, useSyncExternalStore } from "react"
import type { Messages } from "../messages.ts"
import { PageFrame } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import { AddRoom } from "./add-page.tsx"
import { ImportDevices } from "./device-import.tsx"
import { DialRules } from "./dial-rules-page.tsx"
import { ImportRooms } from "./import-page.tsx"
import { RoomList } from "./list-page.tsx"
import { ManyRooms } from "./many-page.tsx"
import { roomsPlaceOf } from "./place.ts"
import { RoomPage } from "./room-page.tsx"
import type { RoomsProps } from "./room-text.ts"
import { RoomSetup } from "./setup-page.tsx"
import { VideoSystems } from "./video-page.tsx"

/** Rooms, for those who look after them. */
export function Rooms(props: RoomsProps) {
  const { words } = props
  const place = roomsPlaceOf(useSyncExternalStore(platform.onPlace, platform.placeText))
  const text = words.rooms
  switch (place.kind) {
    case "list":
      return <RoomList {...props} search={place.search} isTroubled={place.show === "trouble"} />
    case "video":
      return framed(
        words,
        words.video.allTitle,
        words.video.allText,
        <VideoSystems {...props} isTroubled={place.show === "trouble"} />,
      )
    case "room":
      return <RoomPage key={place.roomId} {...props} roomId={place.roomId} />
    case "add":
      return framed(words, text.add, text.addText, <AddRoom {...props} />)
    case "import":
      return framed(words, text.importTitle, text.importText, <ImportRooms {...props} />)
    case "many":
      return framed(words, words.manyRooms.title, words.manyRooms.text, <ManyRooms {...props} />)
    case "devices":
      return framed(words, words.deviceLists.title, words.deviceLists.text, <ImportDevices {...props} />)
    case "setup":
      return framed(words, text.setup, text.setupText, <RoomSetup {...props} />)
    case "dial-rules":
      return framed(words, text.dialRules, text.dialText, <DialRules {...props} />)
  }
}

function framed(words: Messages, title: string, text: string, children: ReactNode) {
  return (
    <Stack gap="md">
      <Anchor href="#rooms" w="fit-content">
        ← {words.rooms.back}
      </Anchor>
      <PageFrame title={title} text={text}>
        {children}
      </PageFrame>
    </Stack>
  )
}
