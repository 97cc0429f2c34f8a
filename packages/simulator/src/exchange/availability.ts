import type { Person } from "../org.ts"
import { type WallClock, wallClock } from "./bias-zone.ts"
import { reaches } from "./directory.ts"
import { type Item, itemsInView, processed } from "./items.ts"
import { freeBusyOf } from "./property-parts.ts"
import { EwsError, errorParts, operationAnswer } from "./soap.ts"
import type { EwsCall, Operation, World } from "./world.ts"
import { allOf, element, find, leaf, type Markup, textAt } from "./xml.ts"

/** Limits of GetUserAvailability (timewindow.md; getuseravailability-operation.md). */
const mailboxesMost = 100
const windowDaysMost = 42

type Question = {
  readonly clock: WallClock
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
  readonly view: string
  readonly stepMinutes: number
}

/** GetUserAvailability: busy times, merged and one by one, in the zone of the request; details by permission. */
export const getUserAvailabilityOperation: Operation = (world, call) => {
  const question = readQuestion(world, call)
  const data = allOf(find(call.node, "MailboxDataArray"), "MailboxData")
  if (data.length > mailboxesMost)
    throw new EwsError("ErrorInvalidRequest", "There are too many target users in the array.", { isFault: true })
  const answers = data.map((node) => {
    const person = world.directory.findPerson(textAt(node, "Email", "Address") ?? "")
    if (person !== null) return found(world, call, person, question)
    const error = new EwsError(
      "ErrorMailRecipientNotFound",
      "Unable to resolve e-mail address to an Active Directory object.",
    )
    return element("m:FreeBusyResponse", [
      element("m:ResponseMessage", errorParts(error), { ResponseClass: "Error" }),
      element("m:FreeBusyView", leaf("t:FreeBusyViewType", "None")),
    ])
  })
  return operationAnswer("GetUserAvailability", element("m:FreeBusyResponseArray", answers))
}

function readQuestion(world: World, { node, zone }: EwsCall): Question {
  const { year } = world.platform.now().toZonedDateTimeISO("UTC")
  const clock = wallClock(find(node, "TimeZone"), zone, year)
  const options = find(node, "FreeBusyViewOptions")
  if (clock === null || options === null)
    throw new EwsError("ErrorInvalidRequest", "The request is invalid.", { isFault: true })
  const from = clock.read(textAt(options, "TimeWindow", "StartTime") ?? "")
  const to = clock.read(textAt(options, "TimeWindow", "EndTime") ?? "")
  if (from === null || to === null || Temporal.Instant.compare(from, to) >= 0)
    throw new EwsError("ErrorInvalidTimeInterval", "The time interval is invalid.", { isFault: true })
  if (from.until(to).total("hours") > windowDaysMost * 24)
    throw new EwsError("ErrorTimeIntervalTooBig", "The requested time window is too big.", { isFault: true })
  const stepMinutes = Number(textAt(options, "MergedFreeBusyIntervalInMinutes") ?? "30")
  if (!(stepMinutes >= 5 && stepMinutes <= 1_440))
    throw new EwsError("ErrorInvalidMergedFreeBusyInterval", "The interval is out of range.", { isFault: true })
  return { clock, from, to, view: textAt(options, "RequestedView") ?? "FreeBusy", stepMinutes }
}

function found(world: World, call: EwsCall, person: Person, question: Question): Markup {
  const folder = world.mailboxes.calendarFolders(person)[0]
  const items = folder === undefined ? [] : itemsInView(folder, question, world.mailboxZone())
  const level = folder === undefined ? "None" : world.mailboxes.levelFor(call.actor, folder)
  const isDetailed = question.view.startsWith("Detailed") && reaches(level, "FreeBusyTimeAndSubjectAndLocation")
  const isMerged = question.view.includes("Merged")
  const type =
    !isDetailed && question.view.startsWith("Detailed") ? question.view.replace("Detailed", "FreeBusy") : question.view
  const busy = items.filter(({ details }) => freeBusyOf(details) !== "Free" || isDetailed)
  return element("m:FreeBusyResponse", [
    element("m:ResponseMessage", leaf("m:ResponseCode", "NoError"), { ResponseClass: "Success" }),
    element("m:FreeBusyView", [
      leaf("t:FreeBusyViewType", type),
      isMerged ? leaf("t:MergedFreeBusy", merged(items, question)) : "",
      question.view === "MergedOnly"
        ? ""
        : element(
            "t:CalendarEventArray",
            busy.map((item) => calendarEvent(world, item, { question, isDetailed })),
          ),
      element("t:WorkingHours", [question.clock.markup, workingPeriods]),
    ]),
  ])
}

const workingPeriods = element(
  "t:WorkingPeriodArray",
  element("t:WorkingPeriod", [
    leaf("t:DayOfWeek", "Monday Tuesday Wednesday Thursday Friday"),
    leaf("t:StartTimeInMinutes", 480),
    leaf("t:EndTimeInMinutes", 1_020),
  ]),
)

const digits: Readonly<Record<string, number>> = { Free: 0, Tentative: 1, Busy: 2, OOF: 3, WorkingElsewhere: 4 }

/** One digit for each step: the busiest of what touches it. */
function merged(items: readonly Item[], { from, to, stepMinutes }: Question): string {
  const steps = Math.ceil(from.until(to).total("minutes") / stepMinutes)
  const digitAt = (index: number): number => {
    const begin = from.add({ minutes: index * stepMinutes })
    const end = begin.add({ minutes: stepMinutes })
    const touching = items.filter(
      ({ startsAt, endsAt }) =>
        Temporal.Instant.compare(startsAt, end) < 0 && Temporal.Instant.compare(endsAt, begin) > 0,
    )
    const states = touching.map(({ details }) => digits[freeBusyOf(details)] ?? 2)
    return states.includes(4) && Math.max(...states) === 4 ? 4 : Math.max(0, ...states.filter((state) => state < 4))
  }
  return Array.from({ length: steps }, (_, index) => digitAt(index)).join("")
}

type Telling = { readonly question: Question; readonly isDetailed: boolean }

function calendarEvent(world: World, item: Item, { question, isDetailed }: Telling): Markup {
  const { startsAt, endsAt, original, type } = item
  const details = processed(item, world.directory)
  const isPrivate = details.isPrivate === true
  return element("t:CalendarEvent", [
    leaf("t:StartTime", question.clock.write(startsAt)),
    leaf("t:EndTime", question.clock.write(endsAt)),
    leaf("t:BusyType", freeBusyOf(details)),
    isDetailed
      ? element("t:CalendarEventDetails", [
          leaf("t:ID", Buffer.from(item.event.id).toString("hex").toUpperCase()),
          isPrivate ? "" : leaf("t:Subject", details.subject),
          isPrivate ? "" : leaf("t:Location", details.location ?? ""),
          leaf("t:IsMeeting", (details.attendees ?? []).length > 0),
          leaf("t:IsRecurring", original !== null),
          leaf("t:IsException", type === "Exception"),
          leaf("t:IsReminderSet", true),
          leaf("t:IsPrivate", isPrivate),
        ])
      : "",
  ])
}
