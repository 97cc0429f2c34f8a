import { Acts } from "./door-screen.tsx"
import { Age, Clock, Days, Said, type ScreenProps, TimesAndHost } from "./parts.tsx"
import classes from "./rooms.module.css"

/** On the table: one touch joins what is on, or what is next. */
export function ControllerScreen({ view, room, words, press }: ScreenProps) {
  const shown = room.now ?? room.next
  return (
    <main className={classes.controller}>
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
      <section className={classes.card}>
        {shown === null ? (
          <p className={classes.cardTitle}>{room.tone === "unknown" ? room.sentence : words.nothing}</p>
        ) : (
          <>
            <p className={classes.label}>{room.now === null ? words.next : words.now}</p>
            <p className={classes.cardTitle}>
              <bdi>{shown.title}</bdi>
            </p>
            <p className={classes.cardTimes}>
              <TimesAndHost booking={shown} />
            </p>
            {shown.joinUrl === null ? null : (
              <a
                className={`${classes.button} ${classes.bigJoin}`}
                data-main
                href={shown.joinUrl}
                target="_blank"
                rel="noopener noreferrer"
                aria-label={words.joinIt(shown.title)}
              >
                {words.join}
              </a>
            )}
          </>
        )}
        <Acts view={view} room={room} words={words} press={press} />
        <Said view={view} />
        <Age room={room} />
      </section>
      <Days room={room} words={words} most={8} canJoin />
    </main>
  )
}
