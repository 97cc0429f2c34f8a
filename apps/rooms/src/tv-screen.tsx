import { Age, Clock, Code, Days, type ScreenProps, TimesAndHost } from "./parts.tsx"
import classes from "./rooms.module.css"

/** In the room: what is on and what comes, to be read from the table. */
export function TvScreen({ view, room, words }: ScreenProps) {
  const shown = room.now ?? room.next
  const isBare = shown === null && room.days.every(({ bookings }) => bookings.length === 0)
  return (
    <main className={classes.tv} data-bare={isBare}>
      <header className={classes.tvHead}>
        <div>
          <h1 className={classes.roomName}>
            <bdi>{room.name}</bdi>
          </h1>
          <p className={classes.chip} data-tone={room.tone} data-meaning>
            <strong>{room.word}</strong> {room.tone === "unknown" ? null : <span>{room.sentence}</span>}
          </p>
        </div>
        <Clock view={view} words={words} />
      </header>
      <section className={classes.tvNow} data-tone={room.tone}>
        {shown === null ? (
          <p className={classes.tvTitle}>{room.tone === "unknown" ? room.sentence : words.nothing}</p>
        ) : (
          <>
            <div>
              <p className={classes.label}>{room.now === null ? words.next : words.now}</p>
              <p className={classes.tvTitle}>
                <bdi>{shown.title}</bdi>
              </p>
              <p className={classes.tvTimes}>
                <TimesAndHost booking={shown} />
              </p>
              {room.now === null || room.next === null ? null : (
                <p className={classes.tvNext}>
                  <strong>{words.next}</strong> {room.next.startsAt} <bdi>{room.next.title}</bdi>
                </p>
              )}
            </div>
            <Code url={shown.joinUrl} label={words.scanToJoin} sizePx={300} />
          </>
        )}
      </section>
      {isBare ? null : <Days room={room} words={words} most={7} />}
      <Age room={room} />
    </main>
  )
}
