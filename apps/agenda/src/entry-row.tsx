import type { AgendaEntry } from "@kalends/domain/agenda"
import { clockTime } from "@kalends/ui/words"
import { Anchor, Badge, Button, Collapse, Group, Stack, Text } from "@mantine/core"
import classes from "./agenda.module.css"
import type { Words } from "./messages.ts"
import { platform } from "./platform.ts"

export type EntryRowProps = {
  readonly entry: AgendaEntry
  readonly zone: string
  readonly words: Words
  readonly isSelected: boolean
  readonly isOpen: boolean
  /** The meeting may be joined today, so its button is in the line; later ones have it in their details. */
  readonly isToday: boolean
  readonly onFocus: () => void
  readonly onToggle: () => void
  readonly onJoin: () => void
  /** The meeting of ours that it is; null when it is none. */
  readonly meetingId: string | null
  readonly onOpenMeeting: (meetingId: string) => void
}

/** What an entry is called. */
export function titleOf({ event }: AgendaEntry, words: { readonly noSubject: string }): string {
  return event.subject === "" ? words.noSubject : event.subject
}

/** One line of a day, with its details below when it is open. */
export function EntryRow(props: EntryRowProps) {
  const { entry, zone, words, isToday, isSelected, isOpen, onFocus, onToggle, onJoin } = props
  const { meetingId, onOpenMeeting } = props
  const { event } = entry
  const isJoinInLine = isToday && entry.phase !== "over"
  const isDone = entry.phase === "over" || event.isCancelled || event.myResponse === "declined"
  const detailsId = `details-${entry.key}`
  return (
    <li
      className={classes.entry}
      data-selected={isSelected}
      data-phase={entry.isAllDay ? "day" : entry.phase}
      data-key={entry.key}
    >
      <div className={classes.row}>
        <Times entry={entry} zone={zone} words={words} isDone={isDone} />
        <button
          type="button"
          className={classes.subject}
          data-over={isDone}
          aria-expanded={isOpen}
          aria-controls={detailsId}
          onClick={onToggle}
          onFocus={onFocus}
        >
          <span className={event.isCancelled ? classes.struck : undefined}>{titleOf(entry, words)}</span>
          <Marks entry={entry} words={words} />
        </button>
        {isJoinInLine ? <Join entry={entry} words={words} onJoin={onJoin} /> : null}
      </div>
      <Collapse expanded={isOpen} id={detailsId}>
        <Stack gap="sm" align="flex-start" className={classes.details}>
          <Details entry={entry} words={words} />
          <Group gap="xs">
            {isJoinInLine ? null : <Join entry={entry} words={words} onJoin={onJoin} />}
            {meetingId === null ? null : (
              <Button variant="default" size="sm" onClick={() => onOpenMeeting(meetingId)}>
                {words.openMeeting}
              </Button>
            )}
          </Group>
        </Stack>
      </Collapse>
    </li>
  )
}

type TimesProps = Pick<EntryRowProps, "entry" | "zone" | "words"> & { readonly isDone: boolean }

/** When it begins and ends, as far as that is on this day: what lasts longer ends on a later one, or began on an earlier. */
function Times({ entry, zone, words, isDone }: TimesProps) {
  const { dayOf } = entry
  const isFirst = dayOf === null || dayOf.day === 1
  const isLast = dayOf === null || dayOf.day === dayOf.days
  const start = clockTime(entry.startsAt, zone, platform.locale)
  const end = clockTime(entry.endsAt, zone, platform.locale)
  return (
    <div className={classes.time} data-over={isDone}>
      {entry.isAllDay || !(isFirst || isLast) ? words.allDay : isFirst ? start : words.until(end)}
      {entry.isAllDay || !isFirst || !isLast ? null : <span className={classes.end}>{end}</span>}
    </div>
  )
}

function Join({ entry, words, onJoin }: Pick<EntryRowProps, "entry" | "words" | "onJoin">) {
  if (entry.join === null || entry.event.isCancelled) return null
  const label = words.join(entry.join.vendor)
  return (
    <Button
      component="a"
      href={entry.join.url}
      target="_blank"
      rel="noopener noreferrer"
      aria-label={`${label}: ${titleOf(entry, words)}`}
      onClick={onJoin}
      variant={entry.phase === "now" ? "filled" : "default"}
      size="sm"
      className={classes.join}
    >
      {label}
    </Button>
  )
}

function Marks({ entry, words }: Pick<EntryRowProps, "entry" | "words">) {
  const { event, dayOf } = entry
  return (
    <Group gap={8} component="span" className={classes.marks}>
      {entry.phase === "now" && !entry.isAllDay ? (
        <Badge component="span" variant="filled" size="sm">
          {words.now}
        </Badge>
      ) : null}
      {event.isCancelled ? (
        <Badge component="span" color="gray" variant="default" size="sm">
          {words.cancelled}
        </Badge>
      ) : null}
      {event.myResponse === "declined" ? (
        <Badge component="span" variant="default" size="sm">
          {words.declined}
        </Badge>
      ) : null}
      {event.showsAs === "out-of-office" ? (
        <Badge component="span" variant="default" size="sm">
          {words.outOfOffice}
        </Badge>
      ) : null}
      {event.showsAs === "tentative" ? (
        <Badge component="span" variant="default" size="sm">
          {words.tentative}
        </Badge>
      ) : null}
      {event.isPrivate ? (
        <Badge component="span" variant="default" size="sm">
          {words.private}
        </Badge>
      ) : null}
      {dayOf === null ? null : (
        <Text component="span" size="sm" c="dimmed">
          {words.dayOf(dayOf.day, dayOf.days)}
        </Text>
      )}
      {event.location === null || event.location.startsWith("https://") ? null : (
        <Text component="span" size="sm" c="dimmed" truncate>
          {event.location}
        </Text>
      )}
    </Group>
  )
}

function Details({ entry, words }: Pick<EntryRowProps, "entry" | "words">) {
  const { organizer, attendees, description, location } = entry.event
  const people = attendees.filter(({ isResource }) => !isResource)
  const rooms = attendees.filter(({ isResource }) => isResource)
  return (
    <Stack gap={6}>
      {location === null ? null : <Text size="sm">{linked(location)}</Text>}
      {organizer === null ? null : (
        <Text size="sm">
          {words.organizer}: {organizer.name ?? organizer.email}
        </Text>
      )}
      {rooms.map((room) => (
        <Text key={room.email ?? room.name} size="sm">
          {words.room}: {room.name ?? room.email}
        </Text>
      ))}
      {people.length === 0 ? null : (
        <Text size="sm">
          {words.attendees(people.length)}:{" "}
          {people
            .slice(0, 20)
            .map(({ name, email }) => name ?? email)
            .join(", ")}
          {people.length > 20 ? " …" : ""}
        </Text>
      )}
      {description === null ? null : (
        <Text size="sm" className={classes.description}>
          {linked(description)}
        </Text>
      )}
    </Stack>
  )
}

/** Plain text with its https addresses as links. */
function linked(text: string) {
  return text.split(/(https:\/\/[^\s<>"]{4,500})/).map((part, index) =>
    part.startsWith("https://") ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, which have no other name and never move.
      <Anchor key={`${index}${part}`} href={part} target="_blank" rel="noopener noreferrer" inherit>
        {part}
      </Anchor>
    ) : (
      part
    ),
  )
}
