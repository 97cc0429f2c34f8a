import type { Person } from "../org.ts"
import { at, type Day, span } from "./times.ts"

/** What one person has besides the common meetings; differs from person to person by `index`. */
export function fillOwnWeek({ calendar, name }: Person, index: number, { today, monday, current }: Day): void {
  const weekday = (number: number) => monday.add({ days: (number + index) % 5 })
  calendar.create({
    subject: "Spectrograph review",
    time: span(current.add({ minutes: 90 + index * 15 }), 30),
    location: "Workshop",
    description:
      "Join Zoom Meeting\nhttps://us02web.zoom.us/j/88812345678?pwd=NorthWind1\n\nBring last week's calibration.",
  })
  calendar.create({ subject: "Focus time", time: at(today.add({ days: 1 }), "13:00", 120), isFree: true })
  calendar.create({
    subject: "One to one",
    time: at(weekday(1), "16:00", 30),
    rule: "FREQ=WEEKLY",
    isPrivate: true,
    location: "https://meet.google.com/abc-defg-hij",
  })
  calendar.create({
    subject: "Night shift",
    time: at(weekday(3), "22:00", 480),
    rule: "FREQ=WEEKLY;INTERVAL=3",
    location: "Dome 2",
  })
  calendar.create({
    subject: "Call with Mauna Kea",
    time: { ...at(weekday(2), "08:00", 45), zone: "America/Los_Angeles" },
    rule: "FREQ=WEEKLY;COUNT=6",
    location: "https://meet.jit.si/MaunaKeaWeekly",
  })
  if (index % 3 === 1) {
    const start = today.add({ days: 9 })
    calendar.create({
      subject: "Holiday",
      time: { kind: "all-day", start: start.toString(), end: start.add({ days: 5 }).toString() },
    })
  }
  const birthday = today.add({ days: 5 + index })
  calendar.create({
    subject: `${name.split(" ")[0]}'s birthday`,
    time: { kind: "all-day", start: birthday.toString(), end: birthday.add({ days: 1 }).toString() },
    rule: "FREQ=YEARLY",
    isFree: true,
  })
}
