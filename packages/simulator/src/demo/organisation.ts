import type { Organisation, Person, SimAttendee, SimDetails, SimTime } from "../org.ts"
import { tenants } from "../simulator.ts"

const zone = "Europe/Berlin"

/** An observatory and its laboratory: people on Microsoft 365 and on Google, with a lively month around today. */
export function fillDemo(org: Organisation, now: Temporal.Instant): void {
  const today = now.toZonedDateTimeISO(zone).toPlainDate()
  const microsoft = ["Ada Lovelace", "Grace Hopper", "Katherine Johnson", "Hedy Lamarr", "Mary Jackson"].map((name) =>
    org.addPerson(tenants.microsoft, name, mailOf(name, tenants.microsoft.domain)),
  )
  const google = ["Vera Rubin", "Jocelyn Bell", "Annie Cannon", "Cecilia Payne", "Henrietta Leavitt"].map((name) =>
    org.addPerson(tenants.google, name, mailOf(name, tenants.google.domain)),
  )
  for (const [index, person] of [...microsoft, ...google].entries())
    fillPerson(person, { today, now, index, others: index < microsoft.length ? microsoft : google })
}

const mailOf = (name: string, domain: string) => `${name.split(" ")[0]?.toLowerCase()}@${domain}`

type Day = {
  readonly today: Temporal.PlainDate
  readonly now: Temporal.Instant
  readonly index: number
  readonly others: readonly Person[]
}

function attendeesOf(person: Person, others: readonly Person[]): readonly SimAttendee[] {
  const invited = others.filter((other) => other !== person).slice(0, 3)
  return invited.map(({ name, email }) => ({ name, email, response: "accepted" }))
}

function fillPerson(person: Person, { today, now, index, others }: Day): void {
  const attendees = attendeesOf(person, others)
  const monday = today.subtract({ days: today.dayOfWeek - 1 })
  const add = (details: SimDetails) => person.calendar.create({ attendees, ...details })
  const current = now
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .round({ smallestUnit: "minute", roundingIncrement: 15, roundingMode: "floor" })
  const standUp = add({
    subject: "Stand-up",
    time: at(monday, "09:15", 15),
    rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    location: "https://meet.jit.si/NorthwindStandUp",
  })
  const skipped = monday.add({ days: 2 }).toZonedDateTime({ timeZone: zone, plainTime: "09:15" }).toInstant().toString()
  person.calendar.except(
    standUp,
    skipped,
    index % 2 === 0
      ? "cancelled"
      : { subject: "Stand-up (later today)", time: at(monday.add({ days: 2 }), "11:00", 15) },
  )
  add({
    subject: "Telescope time allocation",
    time: span(current.add({ minutes: 8 + index * 5 }), 45),
    onlineUrl: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NorthWind%40thread.v2/0",
  })
  add({
    subject: "Spectrograph review",
    time: span(current.add({ minutes: 95 + index * 15 }), 30),
    location: "Room Andromeda",
    description:
      "Join Zoom Meeting\nhttps://us02web.zoom.us/j/88812345678?pwd=NorthWind1\n\nBring last week's calibration.",
  })
  add({ subject: "Focus time", time: at(today.add({ days: 1 }), "13:00", 120), isFree: true, attendees: [] })
  add({
    subject: "One to one",
    time: at(today.add({ days: 1 }), "16:00", 30),
    isPrivate: true,
    location: "https://meet.google.com/abc-defg-hij",
  })
  add({
    subject: "Visiting committee",
    time: { kind: "all-day", start: today.add({ days: 2 }).toString(), end: today.add({ days: 4 }).toString() },
  })
  add({ subject: "Night shift", time: span(today.add({ days: 3 }).toPlainDateTime("22:00"), 480), location: "Dome 2" })
  add({
    subject: "Budget with Tokyo",
    time: { ...at(today.add({ days: 4 }), "17:00", 60), zone: "Asia/Tokyo" },
    location: "https://observatory.webex.com/meet/northwind",
  })
  add({
    subject: "Journal club",
    time: at(monday.add({ days: 4 }), "15:00", 60),
    rule: "FREQ=MONTHLY;BYDAY=-1FR",
    location: "https://bbb.example.org/b/jou-rna-lcl",
  })
}

function at(date: Temporal.PlainDate, time: string, minutes: number): SimTime & { kind: "timed" } {
  return span(date.toPlainDateTime(time), minutes)
}

function span(start: Temporal.PlainDateTime, minutes: number): SimTime & { kind: "timed" } {
  const text = (wall: Temporal.PlainDateTime) => wall.toString({ smallestUnit: "second" })
  return { kind: "timed", start: text(start), end: text(start.add({ minutes })), zone }
}
