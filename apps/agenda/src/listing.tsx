import type { AgendaDay, AgendaEntry } from "@kalends/domain/agenda"
import type { CalendarEvent } from "@kalends/domain/event"
import type { MeetingView } from "@kalends/protocol/meetings"
import type { AgendaView } from "@kalends/ui/agenda-view"
import { clockTime, dayName, relativeTime } from "@kalends/ui/words"
import { Button, Text } from "@mantine/core"
import { Fragment } from "react"
import classes from "./agenda.module.css"
import { EntryRow, titleOf } from "./entry-row.tsx"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

/** What can be done with an entry. */
export type EntryActions = {
  readonly selected: string | null
  readonly unfolded: string | null
  readonly select: (key: string) => void
  readonly toggle: (key: string) => void
  readonly join: (event: CalendarEvent) => void
  /** The meeting of ours that an event is of; null when it is none. */
  readonly meetingOf: (event: CalendarEvent) => MeetingView | null
  readonly openMeeting: (meetingId: string) => void
}

type ListingProps = {
  readonly view: AgendaView
  readonly now: Temporal.Instant
  readonly zone: string
  readonly words: Words
  readonly actions: EntryActions
}

/** Now and next on top, the days below. */
export function Listing(props: ListingProps) {
  const { view, now, zone, words, actions } = props
  return (
    <>
      {view.top === null ? null : <Top {...{ view, now, zone, words, actions }} entry={view.top} />}
      {view.order.length === 0 ? <Text size="lg">{words.nothingAhead}</Text> : null}
      {view.order.length > 0
        ? view.agenda.days.map((day) => (
            <Day key={day.date.toString()} day={day} view={view} words={words} zone={zone}>
              <Entries {...props} day={day} />
            </Day>
          ))
        : null}
    </>
  )
}

type EntriesProps = ListingProps & { readonly day: AgendaDay }

/** The entries of a day; today's with the line that says what time it is. */
function Entries({ day, view, now, zone, words, actions }: EntriesProps) {
  const { selected, unfolded, select, toggle, join, meetingOf, openMeeting } = actions
  const isToday = day.date.equals(view.today)
  const line = isToday ? view.nowLineAfter : null
  return (
    <>
      {day.entries.map((entry, index) => (
        <Fragment key={entry.key}>
          {line === index ? <NowLine now={now} zone={zone} /> : null}
          <EntryRow
            entry={entry}
            zone={zone}
            words={words}
            isToday={isToday}
            isSelected={selected === entry.key}
            isOpen={unfolded === entry.key}
            onFocus={() => select(entry.key)}
            onToggle={() => toggle(entry.key)}
            onJoin={() => join(entry.event)}
            meetingId={meetingOf(entry.event)?.meetingId ?? null}
            onOpenMeeting={openMeeting}
          />
        </Fragment>
      ))}
      {line === day.entries.length ? <NowLine now={now} zone={zone} /> : null}
    </>
  )
}

type TopProps = ListingProps & { readonly entry: AgendaEntry }

function Top({ view, entry, now, zone, words, actions }: TopProps) {
  const { joinable } = view
  const isNow = entry.phase === "now"
  return (
    <section className={classes.top} aria-label={isNow ? words.now : words.next}>
      <Text size="sm" c="dimmed">
        {isNow ? words.now : words.next} ·{" "}
        {isNow
          ? words.until(clockTime(entry.endsAt, zone, platform.locale))
          : words.startsAt(relativeTime(entry.startsAt, now, platform.locale))}
      </Text>
      <h2 className={classes.topTitle}>{titleOf(entry, words)}</h2>
      <Text c="dimmed">
        {clockTime(entry.startsAt, zone, platform.locale)} – {clockTime(entry.endsAt, zone, platform.locale)}
        {entry.event.location === null || entry.event.location.startsWith("https://")
          ? ""
          : ` · ${entry.event.location}`}
      </Text>
      {joinable?.join ? (
        <Button
          component="a"
          href={joinable.join.url}
          target="_blank"
          rel="noopener noreferrer"
          onClick={() => actions.join(joinable.event)}
          size="xl"
          classNames={{ root: classes.bigJoin ?? "", label: classes.bigJoinLabel ?? "" }}
          fullWidth
          mt="lg"
        >
          {words.join(joinable.join.vendor)}
          {joinable.key === entry.key ? "" : `: ${titleOf(joinable, words)}`}
        </Button>
      ) : null}
    </section>
  )
}

type DayProps = {
  readonly day: AgendaDay
  readonly view: AgendaView
  readonly words: Words
  readonly zone: string
  readonly children: React.ReactNode
}

function Day({ day, view, words, zone, children }: DayProps) {
  const ahead = view.today.until(day.date).days
  const relative = ahead === 0 ? `${words.today}, ` : ahead === 1 ? `${words.tomorrow}, ` : ""
  const { next } = view.agenda
  const nextDate = next?.startsAt.toZonedDateTimeISO(zone).toPlainDate()
  return (
    <section>
      <h2 className={classes.day}>
        {relative}
        {dayName(day.date, platform.locale)}
      </h2>
      {day.entries.length > 0 ? (
        <ul className={classes.list}>{children}</ul>
      ) : (
        <Text>
          {words.nothingToday}
          {next === null || nextDate === undefined
            ? ""
            : ` ${words.nextIs(dayName(nextDate, platform.locale), clockTime(next.startsAt, zone, platform.locale), titleOf(next, words))}`}
        </Text>
      )}
    </section>
  )
}

/** What time it is, between what has begun and what is ahead. Told to screen readers by the badges and the part on top. */
function NowLine({ now, zone }: Pick<ListingProps, "now" | "zone">) {
  return (
    <li className={classes.nowLine} data-meaning aria-hidden>
      <span>{clockTime(now, zone, platform.locale)}</span>
    </li>
  )
}
