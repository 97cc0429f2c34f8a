import type { Attendee, CalendarEvent } from "@kalends/domain/event"
import { findJoinLink } from "@kalends/domain/join-link"
import type ICAL from "ical.js"
import { plainText } from "../plain-text.ts"

export type Attributes = Omit<CalendarEvent, "id" | "series" | "version" | "time">
const responses: Readonly<Record<string, Attendee["response"]>> = {
  ACCEPTED: "accepted",
  DECLINED: "declined",
  TENTATIVE: "tentative",
}
const meetingFields = [
  "conference",
  "x-google-conference",
  "x-microsoft-skypeteamsmeetingurl",
  "x-microsoft-onlinemeetingconflink",
] as const

/** The used attributes of an event; everything else it holds is dropped. */
export function attributes(component: ICAL.Component): Attributes {
  const value = (name: string): string | null => {
    const found = component.getFirstPropertyValue(name)
    return found === null || found === undefined || String(found).trim() === "" ? null : String(found)
  }
  const status = value("status")?.toUpperCase()
  const organizer = component.getFirstProperty("organizer")
  const organizerEmail = organizer === null ? null : mailOf(organizer)
  return {
    isCancelled: status === "CANCELLED",
    showsAs: showsAs(value("x-microsoft-cdo-busystatus"), value("transp"), status),
    isPrivate: /^(PRIVATE|CONFIDENTIAL)$/i.test(value("class") ?? ""),
    subject: value("summary") ?? "",
    location: value("location"),
    description: plainText(value("description")),
    organizer: organizer === null ? null : { name: parameter(organizer, "cn"), email: organizerEmail },
    attendees: component.getAllProperties("attendee").map(attendee),
    onlineMeetingUrl: meetingUrl(component, value("url")),
    myResponse: "none",
  }
}

const busyStatuses: ReadonlyMap<string, Attributes["showsAs"]> = new Map([
  ["FREE", "free"],
  ["TENTATIVE", "tentative"],
  ["BUSY", "busy"],
  ["OOF", "out-of-office"],
  ["WORKINGELSEWHERE", "working-elsewhere"],
] as const)

function showsAs(busy: string | null, transparency: string | null, status: string | undefined): Attributes["showsAs"] {
  const told = busyStatuses.get(busy?.toUpperCase() ?? "")
  if (told !== undefined) return told
  if (transparency?.toUpperCase() === "TRANSPARENT") return "free"
  return status === "TENTATIVE" ? "tentative" : "busy"
}

/** From the fields that exist for it. URL may be any page about the event, so it counts where it is a known vendor's meeting. */
function meetingUrl(component: ICAL.Component, url: string | null): string | null {
  const told = meetingFields
    .flatMap((name) => component.getAllProperties(name))
    .map((property) => String(property.getFirstValue() ?? ""))
    .find((address) => /^https:\/\//i.test(address))
  return told ?? findJoinLink({ onlineMeetingUrl: null, location: url, description: null })?.url ?? null
}

function attendee(property: ICAL.Property): Attendee {
  const kind = parameter(property, "cutype")?.toUpperCase()
  return {
    name: parameter(property, "cn"),
    email: mailOf(property),
    response: responses[parameter(property, "partstat")?.toUpperCase() ?? ""] ?? "none",
    isResource: kind === "ROOM" || kind === "RESOURCE",
  }
}

function parameter(property: ICAL.Property, name: string): string | null {
  const value = property.getFirstParameter(name)
  return value === undefined || value === "" ? null : String(value)
}

function mailOf(property: ICAL.Property): string | null {
  const address = /^mailto:(.+)$/i.exec(String(property.getFirstValue() ?? ""))?.[1]
  return address === undefined ? null : address.toLowerCase()
}
