import type { RoomWords } from "./messages.ts"
import { Clock, type Shown } from "./parts.tsx"
import classes from "./rooms.module.css"

type BoardProps = { readonly view: Shown; readonly words: RoomWords }

/** Where people come in: which room is free, and until when. In the order of names, which does not jump. */
export function BoardScreen({ view, words }: BoardProps) {
  return (
    <main className={classes.board} data-size={sizeOf(view.rooms.length)}>
      <header className={classes.tvHead}>
        <div>
          <h1 className={classes.roomName}>{words.board}</h1>
          <p className={classes.boardSummary}>
            {view.isLinked ? view.summary : `${words.reasons.offline} · ${view.summary}`}
          </p>
        </div>
        <Clock view={view} words={words} />
      </header>
      {view.rooms.length === 0 ? <p className={classes.aloneText}>{words.noRooms}</p> : null}
      <ul className={classes.rooms}>
        {view.rooms.map((room) => (
          <li key={room.roomId} className={classes.roomTile} data-tone={room.tone}>
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
        ))}
      </ul>
    </main>
  )
}

const sizeOf = (rooms: number) => (rooms <= 12 ? "few" : rooms <= 24 ? "some" : "many")
