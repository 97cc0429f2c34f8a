import type { DisplayView } from "@kalends/protocol/display"
import { type Column, usePages, VirtualList } from "@kalends/ui/virtual-list"
import { chooseLanguage } from "@kalends/ui/words"
import { Anchor, Button, Group, Text } from "@mantine/core"
import { useEffect, useState, useSyncExternalStore } from "react"
import { displaysApi } from "../api-displays.ts"
import type { Messages } from "../messages.ts"
import { PageFrame, type PageProps } from "../page-parts.tsx"
import { platform } from "../platform.ts"
import classes from "../portal.module.css"
import { againMs } from "../rooms/devices.tsx"
import { FoundSearch } from "../rooms/found-search.tsx"
import { TroubleChoice } from "../rooms/trouble-choice.tsx"
import { EditDialog, explainDisplay, PairDialog } from "./display-dialogs.tsx"
import { type DisplaysPlace, displaysPlaceOf, displaysPlaceText } from "./place.ts"
import { seenDot, seenText } from "./seen-text.ts"

type DisplaysProps = PageProps & { readonly canChange: boolean }

const idOf = ({ displayId }: DisplayView) => displayId

/** All screens, or those of one room, with what each shows and whether it is there. */
export function Displays(props: DisplaysProps) {
  const { words, locale, canChange } = props
  const text = words.displays
  const address = useSyncExternalStore(platform.onPlace, platform.placeText)
  const place = displaysPlaceOf(address)
  const { roomId, search = "", show } = place
  const [version, setVersion] = useState(0)
  const [edited, edit] = useState<DisplayView | null>(null)
  const read = async (after: string | null) => {
    const page = await displaysApi.page({
      ...{ after: after ?? undefined, roomId, search: search || undefined },
      trouble: show === undefined ? undefined : "yes",
    })
    return { rows: page.displays, next: page.after }
  }
  const loader = usePages(idOf, { read }, `${displaysPlaceText(place)} ${version}`)
  useEffect(() => platform.every(againMs, () => loader.refresh()), [loader])
  const changed = () => {
    edit(null)
    setVersion((count) => count + 1)
  }
  const language = chooseLanguage([locale])
  return (
    <PageFrame
      title={text.title}
      text={roomId === undefined ? text.text : text.ofRoom}
      action={
        canChange ? (
          <PairDialog {...{ words, language }} screensUrl={`${platform.origin}/rooms`} paired={changed} />
        ) : null
      }
    >
      {roomId === undefined ? null : (
        <Anchor href="#displays" w="fit-content">
          {text.all}
        </Anchor>
      )}
      <Finder words={words} place={place} />
      <VirtualList
        label={text.title}
        loader={loader}
        idOf={idOf}
        columns={columnsOf(props, edit)}
        empty={<Text>{emptyText(place, words)}</Text>}
        words={words}
        explain={(error) => explainDisplay(error, words)}
        {...(canChange ? { open: edit } : {})}
      />
      {edited === null ? null : (
        <EditDialog key={edited.displayId} words={words} display={edited} close={() => edit(null)} changed={changed} />
      )}
    </PageFrame>
  )
}

type FinderProps = { readonly words: Messages; readonly place: DisplaysPlace }

function Finder({ words, place: { show, ...place } }: FinderProps) {
  const showing = show === undefined ? {} : { show }
  return (
    <Group align="flex-end" className={classes.finder}>
      <FoundSearch
        label={words.roomTroubles.find}
        search={place.search ?? ""}
        find={(search) => platform.goToPlace(displaysPlaceText({ ...place, ...showing, search }))}
      />
      <TroubleChoice
        label={words.roomTroubles.onlyTrouble}
        isTroubled={show !== undefined}
        choose={(chosen) => platform.goToPlace(displaysPlaceText({ ...place, ...chosen }))}
      />
    </Group>
  )
}

function emptyText({ roomId, search, show }: DisplaysPlace, { displays, roomTroubles }: Messages): string {
  if (search !== undefined) return roomTroubles.noneFits
  if (show !== undefined) return roomTroubles.noTrouble
  return roomId === undefined ? displays.none : displays.noneOfRoom
}

function columnsOf(
  { words, locale, now, canChange }: DisplaysProps,
  edit: (display: DisplayView) => void,
): readonly Column<DisplayView>[] {
  const text = words.displays
  return [
    {
      ...{ key: "name", title: text.name, width: "minmax(0, 1.4fr)", onCard: "title" },
      cell: (display) =>
        canChange ? (
          <Button
            variant="subtle"
            size="compact-md"
            px={0}
            aria-label={text.edit(display.name)}
            onClick={() => edit(display)}
          >
            <span className={classes.breakable}>{display.name}</span>
          </Button>
        ) : (
          <span className={classes.breakable}>{display.name}</span>
        ),
    },
    { key: "kind", title: text.kind, onCard: "named", cell: ({ kind }) => text.kinds[kind] },
    {
      ...{ key: "shows", title: text.shows, width: "minmax(0, 1.4fr)", onCard: "named" },
      cell: ({ rooms }) => (
        <span className={classes.breakable}>
          {rooms.length === 0 ? text.showsNothing : rooms.map(({ name }) => name).join(", ")}
        </span>
      ),
    },
    {
      ...{ key: "seen", title: text.seen, width: "minmax(0, 1.2fr)", onCard: "named" },
      cell: (display) => (
        <Group gap={6} wrap="nowrap" display="inline-flex">
          <span className={classes.dot} data-state={seenDot(display, now)} aria-hidden />
          {seenText(display, { words, locale, now })}
        </Group>
      ),
    },
  ]
}
