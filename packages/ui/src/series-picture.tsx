import { Group, Text, VisuallyHidden } from "@mantine/core"
import classes from "./meeting.module.css"
import type { MeetingWords } from "./meeting-words.ts"
import { type DayMark, type PictureDay, seriesPicture } from "./meetings.ts"

type PictureProps = {
  readonly schedule: Parameters<typeof seriesPicture>[0]
  readonly now: Temporal.Instant
  readonly zone: string
  readonly words: MeetingWords
  readonly locale: string
}

/** A series as people see it on a wall calendar: eight weeks, its days, and what became of single ones. */
export function SeriesPicture({ schedule, now, zone, words, locale }: PictureProps) {
  const weeks = seriesPicture(schedule, now, zone)
  const shown = new Set(weeks.flat().map(({ mark }) => mark))
  const [first] = weeks
  return (
    <figure className={classes.picture}>
      <table>
        <caption>
          <VisuallyHidden>{words.seriesPicture}</VisuallyHidden>
        </caption>
        <thead>
          <tr>
            {first?.map(({ date }) => (
              <th key={date.toString()} scope="col">
                {date.toLocaleString(locale, { weekday: "short" })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeks.map((days) => (
            <tr key={days[0]?.date.toString()}>
              {days.map((day) => (
                <Day key={day.date.toString()} day={day} words={words} locale={locale} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <figcaption>
        <Group gap="md">
          {(["regular", "moved-here", "moved-away", "cancelled"] as const)
            .filter((mark) => shown.has(mark))
            .map((mark) => (
              <Group key={mark} gap={6}>
                <span className={classes.mark} data-mark={mark} aria-hidden="true" />
                <Text size="sm">{words.dayMarks[mark]}</Text>
              </Group>
            ))}
        </Group>
      </figcaption>
    </figure>
  )
}

function Day({
  day,
  words,
  locale,
}: {
  readonly day: PictureDay
  readonly words: MeetingWords
  readonly locale: string
}) {
  const { date, mark, isToday } = day
  const isFirst = date.day === 1
  const text = date.toLocaleString(locale, isFirst ? { day: "numeric", month: "short" } : { day: "numeric" })
  return (
    <td data-mark={mark} data-today={isToday} title={titleOf(date, mark, words, locale)}>
      {text}
      {mark === "none" ? null : <VisuallyHidden>{words.dayMarks[mark]}</VisuallyHidden>}
    </td>
  )
}

function titleOf(date: Temporal.PlainDate, mark: DayMark, words: MeetingWords, locale: string): string {
  const day = date.toLocaleString(locale, { dateStyle: "full" })
  return mark === "none" ? day : `${day}: ${words.dayMarks[mark]}`
}
