import { useMemo, useSyncExternalStore } from "react"
import { pageAt, pagesOf } from "./board-pages.ts"
import type { RoomWords } from "./messages.ts"
import { Clock, type Shown } from "./parts.tsx"
import { platform } from "./platform.ts"
import type { RoomView } from "./room-view.ts"
import classes from "./rooms.module.css"
import { createTimed } from "./timed.ts"

type BoardProps = { readonly view: Shown; readonly words: RoomWords }

/** Long enough to find a name among those of one page. */
const pageTurnMs = 10_000

/** Where people come in: which room is free, and until when. In the order of names, which does not jump. */
export function BoardScreen({ view, words }: BoardProps) {
  const pages = pagesOf(view.rooms)
  const isStill = pages.length < 2 || view.settings.look === "e-paper" || platform.isStillWanted()
  const turns = useMemo(
    () =>
      createTimed(0, { after: platform.after, delayMs: pageTurnMs, next: (count) => (isStill ? count : count + 1) }),
    [isStill],
  )
  const at = pageAt(useSyncExternalStore(turns.subscribe, turns.get), pages.length)
  const rooms = pages[at] ?? []
  return (
    <main className={classes.board} data-size={sizeOf(rooms.length)}>
      <header className={classes.tvHead}>
        <div>
          <h1 className={classes.roomName}>{words.board}</h1>
          <p className={classes.boardSummary}>
            {view.isLinked ? view.summary : `${words.reasons.offline} · ${view.summary}`}
          </p>
        </div>
        {pages.length < 2 ? null : (
          <nav className={classes.pages} aria-label={words.pages}>
            <button
              type="button"
              className={classes.button}
              aria-label={words.pageBefore}
              onClick={() => turns.set(at - 1)}
            >
              ‹
            </button>
            <p>
              {words.pageOf(at + 1, pages.length)}
              {isStill ? (
                <span className={classes.lineHost}>{words.moreRooms(view.rooms.length - rooms.length)}</span>
              ) : null}
            </p>
            <button
              type="button"
              className={classes.button}
              aria-label={words.pageAfter}
              onClick={() => turns.set(at + 1)}
            >
              ›
            </button>
          </nav>
        )}
        <Clock view={view} words={words} />
      </header>
      {view.rooms.length === 0 ? <p className={classes.aloneText}>{words.noRooms}</p> : null}
      <ul className={classes.rooms}>
        {rooms.map((room) => (
          <RoomTile key={room.roomId} room={room} />
        ))}
      </ul>
    </main>
  )
}

function RoomTile({ room }: { readonly room: RoomView }) {
  return (
    <li className={classes.roomTile} data-tone={room.tone}>
      <p className={classes.tileWord} data-tone={room.tone} data-meaning>
        {room.word}
      </p>
      <div className={classes.tileText}>
        <h2 className={classes.tileName}>
          <bdi>{room.name}</bdi>
        </h2>
        <p className={classes.tileSentence}>{room.sentence}</p>
        <p className={`${classes.quiet} ${classes.tileLine}`}>
          {room.now === null ? room.next?.startsAt : null} <bdi>{(room.now ?? room.next)?.title}</bdi>
        </p>
        {room.age === null || room.tone === "unknown" ? null : <p className={classes.quiet}>{room.age}</p>}
      </div>
    </li>
  )
}

const sizeOf = (rooms: number) => (rooms <= 12 ? "few" : rooms <= 24 ? "some" : "many")
