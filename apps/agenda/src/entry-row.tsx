import { Anchor, Badge, Button, Collapse, Group, Stack, Text } from "@mantine/core"
import type { AgendaEntry } from "@kalends/domain/agenda"
import { clockTime, type Language } from "@kalends/ui/words"
import { messages } from "./messages.ts"
import { platform } from "./platform.ts"
import classes from "./agenda.module.css"

export type EntryRowProps = {
  readonly entry: AgendaEntry
  readonly zone: string
  readonly language: Language
  readonly isSelected: boolean
  readonly isOpen: boolean
  readonly onToggle: () => void
}

/** One line of a day, with its details below when it is open. */
export function EntryRow({ entry, zone, language, isSelected, isOpen, onToggle }: EntryRowProps) {
  const words = messages[language]
  const { event, join } = entry
  const isDone = entry.phase === "over" || event.isCancelled || event.myResponse === "declined"
  const detailsId = `details-${entry.key}`
  return (
    <li className={classes.entry} data-selected={isSelected} data-phase={entry.isAllDay ? "day" : entry.phase} data-key={entry.key}>
      <div className={classes.row}>
        <div className={classes.time} data-over={isDone}>
          {entry.isAllDay ? words.allDay : clockTime(entry.startsAt, zone, platform.locale)}
          {entry.isAllDay ? null : <span className={classes.end}>{clockTime(entry.endsAt, zone, platform.locale)}</span>}
        </div>
        <button type="button" className={classes.subject} data-over={isDone} aria-expanded={isOpen} aria-controls={detailsId} onClick={onToggle}>
          <span className={event.isCancelled ? classes.struck : undefined}>{event.subject === "" ? words.noSubject : event.subject}</span>
          <Marks entry={entry} language={language} />
        </button>
        {join === null || event.isCancelled ? null : (
          <Button component="a" href={join.url} target="_blank" rel="noopener noreferrer" variant={entry.phase === "now" ? "filled" : "default"} size="sm" className={classes.join}>
            {words.join(join.vendor)}
          </Button>
        )}
      </div>
      <Collapse expanded={isOpen} id={detailsId}>
        <Details entry={entry} language={language} />
      </Collapse>
    </li>
  )
}

function Marks({ entry, language }: Pick<EntryRowProps, "entry" | "language">) {
  const words = messages[language]
  const { event, dayOf } = entry
  return (
    <Group gap={8} component="span" className={classes.marks}>
      {entry.phase === "now" && !entry.isAllDay ? <Badge component="span" variant="filled" size="sm">{words.now}</Badge> : null}
      {event.isCancelled ? <Badge component="span" color="gray" variant="default" size="sm">{words.cancelled}</Badge> : null}
      {event.showsAs === "tentative" ? <Badge component="span" variant="default" size="sm">{words.tentative}</Badge> : null}
      {event.isPrivate ? <Badge component="span" variant="default" size="sm">{words.private}</Badge> : null}
      {dayOf === null ? null : <Text component="span" size="sm" c="dimmed">{words.dayOf(dayOf.day, dayOf.days)}</Text>}
      {event.location === null || event.location.startsWith("https://") ? null : <Text component="span" size="sm" c="dimmed" truncate>{event.location}</Text>}
    </Group>
  )
}

function Details({ entry, language }: Pick<EntryRowProps, "entry" | "language">) {
  const words = messages[language]
  const { organizer, attendees, description, location } = entry.event
  const people = attendees.filter(({ isResource }) => !isResource)
  const rooms = attendees.filter(({ isResource }) => isResource)
  return (
    <Stack gap={6} className={classes.details}>
      {location === null ? null : <Text size="sm">{location}</Text>}
      {organizer === null ? null : <Text size="sm">{words.organizer}: {organizer.name ?? organizer.email}</Text>}
      {rooms.map((room) => <Text key={room.email ?? room.name} size="sm">{words.room}: {room.name ?? room.email}</Text>)}
      {people.length === 0 ? null : <Text size="sm">{words.attendees(people.length)}: {people.slice(0, 20).map(({ name, email }) => name ?? email).join(", ")}{people.length > 20 ? " …" : ""}</Text>}
      {description === null ? null : <Text size="sm" className={classes.description}>{linked(description)}</Text>}
    </Stack>
  )
}

/** Plain text with its https addresses as links. */
function linked(text: string) {
  return text.split(/(https:\/\/[^\s<>"]{4,500})/).map((part, index) =>
    part.startsWith("https://") ? <Anchor key={`${index}${part}`} href={part} target="_blank" rel="noopener noreferrer" inherit>{part}</Anchor> : part,
  )
}
