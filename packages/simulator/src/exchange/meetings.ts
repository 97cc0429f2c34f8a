import { occurrencesOf, type Person, type SimAttendee, type SimDetails, type SimEvent } from "../org.ts"
import { parseExtra, withExtra } from "./item-extra.ts"
import { type Item, uidOf } from "./items.ts"
import { EwsError } from "./soap.ts"
import type { World } from "./world.ts"

/** What becomes of a meeting in the calendars of those invited who have a mailbox here: a copy, found by the UID. */

export type Reply = Exclude<SimAttendee["response"], "none">

export const replyKinds: Readonly<Record<string, Reply>> = {
  AcceptItem: "accepted",
  TentativelyAcceptItem: "tentative",
  DeclineItem: "declined",
}

const organizerErrors = { accepted: "Accept", tentative: "Tentative", declined: "Decline" } as const

const copyIn = (person: Person, uid: string): SimEvent | null =>
  person.calendar.live().find((event) => parseExtra(event.details).uid === uid) ?? null

function invited(world: World, organizer: Person, details: SimDetails): readonly Person[] {
  return (details.attendees ?? []).flatMap(({ email }) => {
    const person = world.directory.findPerson(email)
    return person === null || person === organizer ? [] : [person]
  })
}

/** Brings each copy to what the organizer's item is now; rooms answer at once, by whether they are free. */
export function deliver(world: World, organizer: Person, event: SimEvent): void {
  const details = withExtra(event.details, { uid: uidOf({ event, details: event.details }) })
  const people = invited(world, organizer, details)
  for (const person of people) {
    const copy = copyIn(person, parseExtra(details).uid ?? "")
    const kept = copy === null ? person.calendar.create(details) : rewrite(person, copy, details)
    for (const [original, one] of event.exceptions) person.calendar.except(kept, original, one)
    if (person.isRoom) answer({ person, copy: kept, organizer }, isTaken(person, kept) ? "declined" : "accepted")
  }
  withdraw(world, { organizer, details, people })
}

function rewrite({ calendar }: Person, copy: SimEvent, details: SimDetails): SimEvent {
  const { time, rule, ...rest } = details
  const isMoved = JSON.stringify([time, rule]) !== JSON.stringify([copy.details.time, copy.details.rule])
  return calendar.update(copy, { ...rest, ...(isMoved ? { time, ...(rule === undefined ? {} : { rule }) } : {}) })
}

type Withdrawal = { readonly organizer: Person; readonly details: SimDetails; readonly people: readonly Person[] }

/** Those who are not invited any more lose their copy. */
function withdraw(world: World, { organizer, details, people }: Withdrawal): void {
  for (const person of world.directory.people()) {
    if (person === organizer || people.includes(person)) continue
    const copy = copyIn(person, parseExtra(details).uid ?? "")
    if (copy !== null) person.calendar.remove(copy)
  }
}

function isTaken({ calendar }: Person, copy: SimEvent): boolean {
  const [first] = occurrencesOf(copy, null)
  if (first === undefined) return false
  const span = { from: first.startsAt, to: first.endsAt }
  return calendar
    .live()
    .some((event) => event !== copy && event.details.isFree !== true && occurrencesOf(event, span).length > 0)
}

type Answering = { readonly person: Person; readonly copy: SimEvent; readonly organizer: Person }

/** Writes an answer into the copy and into the organizer's item. */
function answer({ person, copy, organizer }: Answering, response: Reply): void {
  const answered = (attendees: readonly SimAttendee[] = []) =>
    attendees.map((one) => (one.email === person.email ? { ...one, response } : one))
  person.calendar.update(copy, { attendees: answered(copy.details.attendees) })
  const original = copyIn(organizer, parseExtra(copy.details).uid ?? "")
  if (original !== null) organizer.calendar.update(original, { attendees: answered(original.details.attendees) })
}

/** Somebody accepts, or declines and loses the copy. */
export function respond(world: World, { folder: { person }, event }: Item, reply: Reply): void {
  const organizer = world.directory.findPerson(event.details.organizer?.email ?? "")
  if (event.details.organizer === undefined || organizer === person)
    throw new EwsError(
      `ErrorCalendarIsOrganizerFor${organizerErrors[reply]}`,
      "The operation is invalid for the organizer.",
    )
  if (organizer !== null) answer({ person, copy: event, organizer }, reply)
  if (reply === "declined") person.calendar.remove(event)
}

/** The organizer cancels a meeting or one occurrence of it: the copies go too. */
export function cancelCopies(world: World, { folder, event, original, details }: Item): void {
  const isOrganizer = details.organizer === undefined || details.organizer.email === folder.person.email
  if (!isOrganizer) return
  for (const person of invited(world, folder.person, event.details)) {
    const copy = copyIn(person, uidOf({ event, details: event.details }))
    if (copy === null) continue
    if (original === null) person.calendar.remove(copy)
    else person.calendar.except(copy, original, "cancelled")
  }
}
