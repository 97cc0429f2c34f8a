import { QrPicture } from "@kalends/ui/qr-picture"
import type { RoomWords } from "./messages.ts"
import type { BookingView, RoomView } from "./room-view.ts"
import classes from "./rooms.module.css"
import type { ScreenView } from "./screen-view.ts"

export type Shown = Extract<ScreenView, { readonly rooms: readonly RoomView[] }>

export type ScreenProps = {
  readonly view: Shown
  readonly room: RoomView
  readonly words: RoomWords
  readonly press: (key: string) => void
}

/** Longer addresses make codes that no phone reads from a distance. */
const qrCharsMost = 600

type CodeProps = { readonly url: string | null; readonly label: string; readonly sizePx?: number }

export function Code({ url, label, sizePx = 160 }: CodeProps) {
  if (url === null || url.length > qrCharsMost) return null
  return (
    <figure className={classes.code}>
      <QrPicture text={url} label={label} sizePx={sizePx} />
      <figcaption>{label}</figcaption>
    </figure>
  )
}

/** How old what is shown is, and why. */
export function Age({ room: { age, why } }: { readonly room: RoomView }) {
  return age === null && why === null ? null : (
    <div className={classes.age} role="status">
      {why === null ? null : <p>{why}</p>}
      {age === null ? null : <p>{age}</p>}
    </div>
  )
}

/** Paper shows no clock: it would be drawn anew each minute for it. */
export function Clock({ view, words: _words }: { readonly view: Shown; readonly words: RoomWords }) {
  return (
    <div className={classes.when}>
      {view.settings.look === "e-paper" ? null : <p className={classes.clock}>{view.clock}</p>}
      <p className={classes.day}>{view.day}</p>
    </div>
  )
}

/** What came of what was pressed. */
export function Said({ view }: { readonly view: Shown }) {
  return (
    <p className={classes.said} role="status" data-failure={view.said?.isFailure === true}>
      {view.said?.text ?? ""}
    </p>
  )
}

/** When, and whose. What people wrote keeps its own direction: a name in Hebrew does not turn the times around. */
export function TimesAndHost({ booking: { times, host } }: { readonly booking: BookingView }) {
  return (
    <>
      {times}
      {host === null ? null : (
        <>
          {" · "}
          <bdi>{host}</bdi>
        </>
      )}
    </>
  )
}

type LineProps = { readonly booking: BookingView; readonly words?: RoomWords }

/** A booking in a list; with a button to join it where the screen has one. */
export function BookingLine({ booking, words }: LineProps) {
  return (
    <li className={classes.line}>
      <span className={classes.lineTimes}>{booking.times}</span>
      <span className={classes.lineTitle}>
        <bdi>{booking.title}</bdi>
        {booking.host === null ? null : (
          <span className={classes.lineHost}>
            <bdi>{booking.host}</bdi>
          </span>
        )}
      </span>
      {words === undefined || booking.joinUrl === null ? null : (
        <a
          className={classes.button}
          href={booking.joinUrl}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={words.joinIt(booking.title)}
        >
          {words.join}
        </a>
      )}
    </li>
  )
}

type DaysProps = {
  readonly room: RoomView
  readonly words: RoomWords
  readonly canJoin?: boolean
  readonly most: number
}

/** Today's bookings that are still to come, then tomorrow's, as many as fit. */
export function Days({ room, words, canJoin = false, most }: DaysProps) {
  const [today, tomorrow] = room.days
  const shownToday = today?.bookings.slice(0, most) ?? []
  const shownTomorrow = tomorrow?.bookings.slice(0, Math.max(0, most - shownToday.length - 1)) ?? []
  const lines = (bookings: readonly BookingView[]) => (
    <ul className={classes.lines}>
      {bookings.map((booking) => (
        <BookingLine key={booking.key} booking={booking} {...(canJoin ? { words } : {})} />
      ))}
    </ul>
  )
  return (
    <section className={classes.days}>
      <h2 className={classes.label}>{words.today}</h2>
      {shownToday.length > 0 ? (
        lines(shownToday)
      ) : (
        <p className={classes.quiet}>
          {room.tone === "unknown" ? words.unknownPast : room.now === null ? words.nothing : words.nothingMore}
        </p>
      )}
      {shownTomorrow.length === 0 ? null : (
        <>
          <h2 className={classes.label}>{words.tomorrow}</h2>
          {lines(shownTomorrow)}
        </>
      )}
    </section>
  )
}
