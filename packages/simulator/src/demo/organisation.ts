import { addContact } from "../contacts.ts"
import { globalObjectId } from "../exchange/items.ts"
import type { Organisation, Person, SimAttendee, SimDetails, SimTime } from "../org.ts"
import { tenants } from "../simulator.ts"
import { fillOwnWeek } from "./own-week.ts"
import { at, type Day, dayOf, span } from "./times.ts"

const observatory = [
  "Ada Lovelace",
  "Grace Hopper",
  "Katherine Johnson",
  "Hedy Lamarr",
  "Mary Jackson",
  "Radia Perlman",
]
const works = ["Mary Somerville", "Caroline Herschel", "Williamina Fleming", "Beatrice Tinsley", "Wang Zhenyi"]
const laboratory = ["Vera Rubin", "Jocelyn Bell", "Annie Cannon", "Cecilia Payne", "Henrietta Leavitt", "Nancy Roman"]

/** An observatory on Microsoft 365, its laboratory on Google and its works on Exchange: people, rooms and a lively month. */
export function fillDemo(org: Organisation, now: Temporal.Instant): void {
  const day = dayOf(now)
  for (const [tenant, names, rooms] of [
    [tenants.microsoft, observatory, ["Andromeda", "Cassiopeia"]],
    [tenants.google, laboratory, ["Lyra"]],
    [tenants.exchange, works, ["Draco", "Perseus"]],
  ] as const) {
    const people = names.map((name) =>
      org.addPerson(tenant, name, `${name.split(" ")[0]?.toLowerCase()}@${tenant.domain}`),
    )
    const places = rooms.map((name) =>
      org.addRoom(tenant, `Room ${name}`, `room-${name.toLowerCase()}@${tenant.domain}`),
    )
    fillSeries(people, places, day)
    fillOnce(people, places[0], day)
    for (const [index, person] of people.entries()) {
      fillOwnWeek(person, index, day)
      fillContacts(person, people)
    }
  }
}

/** Everybody has their colleagues in their address book. */
function fillContacts({ contacts, tenant, name: own }: Person, people: readonly Person[]): void {
  const organisations = { microsoft: "Northwind Observatory", google: "Northwind Labs", exchange: "Northwind Works" }
  for (const [index, { name, email }] of people.entries()) {
    if (name === own) continue
    const [givenName = name, ...rest] = name.split(" ")
    const who = { givenName, familyName: rest.join(" "), emails: [email], mobile: `+1 555 01${index}0` }
    addContact(contacts, tenant.service, { ...who, organisation: organisations[tenant.service] })
  }
}

type Meeting = {
  readonly details: SimDetails
  readonly by: Person
  readonly with: readonly Person[]
  readonly room?: Person | undefined
  /** The original start that is cancelled or changed for everybody. */
  readonly exception?: { readonly original: string; readonly changes: Partial<SimDetails> | "cancelled" }
}

/** The same meeting in everybody's calendar, and in the room's. */
function hold({ details, by, with: others, room, exception }: Meeting): void {
  const answers = ["accepted", "accepted", "tentative", "accepted", "none", "declined"] as const
  const attendees: SimAttendee[] = others.map(({ name, email }, index) => ({
    name,
    email,
    response: answers[index] ?? "none",
  }))
  if (room !== undefined) attendees.push({ name: room.name, email: room.email, response: "accepted", isRoom: true })
  const where = room === undefined || details.location !== undefined ? {} : { location: room.name }
  const uid = globalObjectId(`${details.subject} ${details.time.start}`)
  const shared = {
    ...details,
    ...where,
    organizer: { name: by.name, email: by.email },
    attendees,
    // Copies of a meeting have one UID at Exchange; the others here make theirs of the event.
    ...(by.tenant.service === "exchange" ? { extra: { ews: { uid } } } : {}),
  }
  for (const { calendar } of [by, ...others, ...(room === undefined ? [] : [room])]) {
    const event = calendar.create(shared)
    if (exception !== undefined) calendar.except(event, exception.original, exception.changes)
  }
}

const links = {
  microsoft: "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NorthWind%40thread.v2/0",
  google: "https://meet.google.com/nor-thwi-nds",
  exchange: "https://northwind.webex.com/meet/works",
}

/** Series, two of them with an exception this week or the next. */
function fillSeries(people: readonly Person[], rooms: readonly Person[], { monday }: Day): void {
  const [first, second, third] = people
  if (first === undefined || second === undefined || third === undefined) return
  const wednesday = monday.add({ days: 2 })
  hold({
    details: {
      subject: "Stand-up",
      time: at(monday, "09:15", 15),
      rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
      location: "https://meet.jit.si/NorthwindStandUp",
    },
    by: first,
    with: people.slice(1),
    exception: {
      original: instantOf(at(wednesday, "09:15", 15)),
      changes: { subject: "Stand-up (later today)", time: at(wednesday, "11:00", 15) },
    },
  })
  hold({
    details: {
      subject: "Instrument council",
      time: at(monday.subtract({ days: 6 }), "14:00", 60),
      rule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
      description: "Join: https://observatory.webex.com/meet/northwind\nAgenda: mirrors, coolant, the squeaking dome.",
    },
    by: third,
    with: people.filter((person) => person !== third),
    room: rooms.at(-1),
    exception: { original: instantOf(at(monday.add({ days: 8 }), "14:00", 60)), changes: "cancelled" },
  })
  hold({
    details: {
      subject: "Journal club",
      time: at(monday.add({ days: 4 }), "15:00", 60),
      rule: "FREQ=MONTHLY;BYDAY=-1FR",
      location: "https://bbb.example.org/b/jou-rna-lcl",
    },
    by: second,
    with: people.slice(2),
  })
}

function fillOnce(people: readonly Person[], room: Person | undefined, day: Day): void {
  const [first, second, third] = people
  if (first === undefined || second === undefined || third === undefined) return
  const { today } = day
  const { service } = first.tenant
  hold({
    details: {
      subject: "Telescope time allocation",
      time: span(day.current.add({ minutes: 15 }), 45),
      onlineUrl: links[service],
    },
    by: second,
    with: [first, third],
    room,
  })
  hold({
    details: {
      subject: "Budget with Tokyo",
      time: { ...at(today.add({ days: 4 }), "17:00", 60), zone: "Asia/Tokyo" },
      location: "https://us02web.zoom.us/j/81234567890?pwd=Tokyo1",
    },
    by: first,
    with: [third],
  })
  hold({
    details: {
      subject: "Visiting committee",
      time: { kind: "all-day", start: today.add({ days: 2 }).toString(), end: today.add({ days: 4 }).toString() },
    },
    by: first,
    with: people.slice(1),
  })
}

const instantOf = (time: SimTime & { kind: "timed" }) =>
  Temporal.PlainDateTime.from(time.start).toZonedDateTime(time.zone).toInstant().toString()
