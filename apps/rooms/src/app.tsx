import { showApp } from "@kalends/ui/shell"
import { useMantineColorScheme } from "@mantine/core"
import { useEffect, useSyncExternalStore } from "react"
import { BoardScreen } from "./board-screen.tsx"
import { ControllerScreen } from "./controller-screen.tsx"
import { deviceNameOf } from "./device-name.ts"
import { createDisplayLink } from "./display-link.ts"
import { DoorScreen } from "./door-screen.tsx"
import { messages } from "./messages.ts"
import { PairingScreen, StartingScreen } from "./pairing-screen.tsx"
import { platform } from "./platform.ts"
import { createBuildWatch } from "./reload.ts"
import { RestartBoundary } from "./restart-boundary.tsx"
import { createScreen, type Screen } from "./screen.ts"
import type { ScreenView } from "./screen-view.ts"
import { createDisplayService } from "./service.ts"
import { createTokenKeeper } from "./token-keeper.ts"
import { TvScreen } from "./tv-screen.tsx"
import "./screen.css"

const deviceName = deviceNameOf(platform.userAgent)

function RoomsApp({ screen }: { readonly screen: Screen }) {
  const view = useSyncExternalStore(screen.subscribe, () => screen.view)
  const { setColorScheme } = useMantineColorScheme()
  const { look, language } = view.settings
  useEffect(() => {
    setColorScheme(look === "dark" ? "dark" : look === "system" ? "auto" : "light")
    platform.setPage({ title: `${titleOf(view)} · Kalends`, language, look })
  }, [setColorScheme, look, language, view])
  return <Shown view={view} press={(roomId, key) => void screen.press(roomId, key)} />
}

type ShownProps = { readonly view: ScreenView; readonly press: (roomId: string, key: string) => void }

function Shown({ view, press }: ShownProps) {
  const words = messages[view.settings.language]
  switch (view.kind) {
    case "pairing":
      return <PairingScreen code={view.code} deviceName={deviceName} words={words} />
    case "starting":
      return <StartingScreen text={words[view.says]} />
    case "board":
      return <BoardScreen view={view} words={words} />
    default: {
      const [room] = view.rooms
      if (room === undefined) return <StartingScreen text={words.noRooms} />
      const shown = { view, room, words, press: (key: string) => press(room.roomId, key) }
      if (view.kind === "tv") return <TvScreen {...shown} />
      return view.kind === "door" ? <DoorScreen {...shown} /> : <ControllerScreen {...shown} />
    }
  }
}

function titleOf(view: ScreenView): string {
  const words = messages[view.settings.language]
  if (view.kind === "pairing") return words.pairTitle
  return view.kind === "starting" ? words.starting : (view.rooms[0]?.name ?? words.board)
}

const lookMs = 1_000
const buildLookMs = 60 * 60_000
/** What the service says may be in words of a newer build, and then it is never heard. */
const unheardLookMs = 5 * 60_000
const pageMs = 15_000

/** Opens the link to the service and shows the screen. */
export function startApp(): void {
  const { device, after, fraction } = platform
  const keeper = createTokenKeeper()
  const service = createDisplayService(platform.fetch, deviceName)
  const link = createDisplayLink({ service, keeper, device, after, fraction })
  const act = (input: Parameters<typeof service.act>[1]) => service.act(keeper.token() ?? "", input)
  const screen = createScreen({ link, act, device, after, language: platform.language })
  watchBuild(link)
  platform.every(lookMs, screen.look)
  link.start()
  const words = () => messages[screen.view.settings.language]
  showApp(
    <RestartBoundary after={after} startOver={() => link.startOver()} text={() => words().restarting}>
      <RoomsApp screen={screen} />
    </RestartBoundary>,
    "nowhere",
  )
}

/** Looks for a newer build whenever the service is heard again, while it is not, and now and then. */
function watchBuild(link: ReturnType<typeof createDisplayLink>): void {
  const look = createBuildWatch({
    page: async () => {
      const answer = await platform.fetch("/rooms/", { signal: AbortSignal.timeout(pageMs) }).catch(() => null)
      return answer?.ok === true ? answer.text().catch(() => null) : null
    },
    ownScript: platform.ownScript(),
    reloads: platform.reloads(),
    ...{ forgetReloads: platform.forgetReloads, reload: platform.reload },
    ...{ after: platform.after, fraction: platform.fraction },
  })
  let wasLinked = false
  link.subscribe(() => {
    const isLinkedAnew = link.state.isLinked && !wasLinked
    wasLinked = link.state.isLinked
    if (isLinkedAnew) void look()
  })
  platform.every(buildLookMs, () => void look())
  platform.every(unheardLookMs, () => {
    if (!link.state.isLinked) void look()
  })
}
