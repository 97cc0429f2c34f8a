import { useState, useSyncExternalStore } from "react"
import type { ActChoice } from "./act-choices.ts"
import { Age, Clock, Code, Days, Said, type ScreenProps, TimesAndHost } from "./parts.tsx"
import { platform } from "./platform.ts"
import classes from "./rooms.module.css"
import { createTimed } from "./timed.ts"
import { TimelineBar } from "./timeline-bar.tsx"

/** Whoever comes next must not answer what another was asked. */
const questionMs = 30_000

/** Beside the door: the state by colour and word, read from across the corridor; what can be done, within reach. */
export function DoorScreen({ view, room, words, press }: ScreenProps) {
  return (
    <main className={classes.door}>
      <section className={classes.state} data-tone={room.tone} data-meaning>
        <h1 className={classes.roomName}>
          <bdi>{room.name}</bdi>
        </h1>
        <div>
          <p className={classes.word} style={{ "--ems": room.wordEms }}>
            {room.word}
          </p>
          <p className={classes.sentence}>{room.sentence}</p>
        </div>
        <div className={classes.current}>
          {room.now === null ? null : (
            <>
              <p className={classes.currentTitle}>
                <bdi>{room.now.title}</bdi>
              </p>
              <p>
                <TimesAndHost booking={room.now} />
              </p>
            </>
          )}
          <Age room={room} />
        </div>
      </section>
      <section className={classes.side}>
        <Clock view={view} words={words} />
        <Acts view={view} room={room} words={words} press={press} />
        <Said view={view} />
        <Days room={room} words={words} most={4} />
        <Code url={room.now?.joinUrl ?? null} label={words.scanToJoin} sizePx={120} />
      </section>
      <TimelineBar timeline={room.timeline} label={words.timeline} isPaper={view.settings.look === "e-paper"} />
    </main>
  )
}

/** Big buttons for what can be done now. To end somebody's meeting is asked again, for a while. */
export function Acts({ view, room, words, press }: ScreenProps) {
  const { book, extend, end, checkIn } = room.acts
  const [question] = useState(() =>
    createTimed<string | null>(null, { after: platform.after, delayMs: questionMs, next: () => null }),
  )
  const asked = useSyncExternalStore(question.subscribe, question.get)
  const ask = question.set
  const button = (choice: ActChoice, isMain = false) => (
    <button
      key={choice.key}
      type="button"
      className={classes.button}
      data-main={isMain}
      disabled={view.isBusy}
      onClick={() => press(choice.key)}
    >
      {choice.label}
    </button>
  )
  if (end !== null && asked === end.key)
    return (
      <fieldset className={classes.group}>
        <legend className={classes.label}>{words.endAsk}</legend>
        <div className={classes.choices}>
          <button
            type="button"
            className={classes.button}
            data-main
            onClick={() => {
              ask(null)
              press(end.key)
            }}
          >
            {words.endYes}
          </button>
          <button type="button" className={classes.button} onClick={() => ask(null)}>
            {words.keep}
          </button>
        </div>
      </fieldset>
    )
  const isNothing = book.length + extend.length === 0 && end === null && checkIn === null
  if (isNothing) return null
  return (
    <div className={classes.acts}>
      {checkIn === null ? null : button(checkIn, true)}
      {book.length === 0 ? null : (
        <fieldset className={classes.group}>
          <legend className={classes.label}>{words.book}</legend>
          <div className={classes.choices}>{book.map((choice) => button(choice))}</div>
        </fieldset>
      )}
      {extend.length === 0 && end === null ? null : (
        <fieldset className={classes.group}>
          {extend.length === 0 ? null : <legend className={classes.label}>{words.extend}</legend>}
          <div className={classes.choices}>
            {extend.map((choice) => button(choice))}
            {end === null ? null : (
              <button type="button" className={classes.button} disabled={view.isBusy} onClick={() => ask(end.key)}>
                {end.label}
              </button>
            )}
          </div>
        </fieldset>
      )}
    </div>
  )
}
