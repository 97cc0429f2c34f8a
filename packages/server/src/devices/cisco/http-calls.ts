import { isProblem } from "@kalends/domain/problem"
import { attributeOf, child, escapeXml, find, parseXml, textAt, type XmlNode } from "@kalends/readers/xml"
import type { DeviceLogin } from "../../ports/device-family.ts"
import type { DeviceWire } from "../../ports/device-wire.ts"
import { lost, problemOfReason, problemOfStatus, unreadable } from "./problems.ts"

export type HttpCalls = ReturnType<typeof createHttpCalls>

/**
 * xAPI over HTTP: getxml and putxml with Basic, and bookingsputxml (cisco-ce/roomos.cisco.com, doc/TechDocs/HttpApi.md, seen
 * 2026-11-29). Answers are XML; a 200 may carry status="Error".
 */
export function createHttpCalls(wire: DeviceWire, login: DeviceLogin) {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`

  /** Null where the answer is no XML. */
  async function ask(
    method: "GET" | "POST",
    path: string,
    body: string | null,
    signal: AbortSignal,
  ): Promise<XmlNode | null> {
    const type = path === "/bookingsputxml" ? "application/xml" : "text/xml"
    const headers = { authorization, ...(body === null ? {} : { "content-type": type }) }
    if (signal.aborted) throw lost()
    const answer = await wire.request(login, { method, path, headers, body }, signal)
    const problem = problemOfStatus(answer.status)
    if (problem !== null) throw problem
    const root = readXml(answer.body)
    const refused = root === null ? undefined : [root, ...root.children].find(isError)
    if (refused !== undefined)
      throw problemOfReason(textAt(refused, "Reason") ?? textAt(refused, "Error") ?? refused.text)
    return root
  }

  return {
    /** Model and software. */
    async facts(signal: AbortSignal) {
      const unit = child(await ask("GET", "/getxml?location=/Status/SystemUnit", null, signal), "SystemUnit")
      if (unit === null) throw unreadable()
      return { model: textAt(unit, "ProductId"), software: textAt(unit, "Software", "Version") }
    },
    /** `command` as ["Bookings", "Put"]; the body of several lines goes in as one element of that name. */
    async command([area, name]: readonly [string, string], body: string | null, signal: AbortSignal): Promise<XmlNode> {
      const inner = body === null ? "" : `<body>${escapeXml(body)}</body>`
      const asked = `<Command><${area}><${name} command="True">${inner}</${name}></${area}></Command>`
      const answer = await ask("POST", "/putxml", asked, signal)
      if (answer?.name !== "Command") throw unreadable()
      return answer
    },
    /** What it answers is documented nowhere: whatever is no error is taken for well. */
    async oldPut(list: string, signal: AbortSignal): Promise<void> {
      await ask("POST", "/bookingsputxml", list, signal)
    },
  }
}

function readXml(body: string): XmlNode | null {
  try {
    return parseXml(body)
  } catch (error) {
    if (isProblem(error, "malformed")) return null
    throw error
  }
}

const isError = (node: XmlNode) => /^(?:Parameter)?Error$/.test(attributeOf(node, "status") ?? "")

/** What an answer of `Bookings List` has, in the shape in which it comes over a web socket. */
export function listIn(answer: XmlNode): object {
  const list = child(answer, "BookingsListResult")
  if (list === null) throw unreadable()
  return { Booking: list.children.filter(({ name }) => name === "Booking").map(bookingIn) }
}

const given = (node: XmlNode | null, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (textAt(node, name) === null ? [] : [[name, textAt(node, name)]])))

function bookingIn(booking: XmlNode): object {
  return {
    ...given(booking, ["Id", "MeetingId", "Title", "Agenda", "Privacy", "MeetingPlatform"]),
    Organizer: given(child(booking, "Organizer"), ["FirstName", "LastName", "Email"]),
    Time: given(child(booking, "Time"), ["StartTime", "EndTime", "StartTimeBuffer", "EndTimeBuffer"]),
    DialInfo: {
      Calls: { Call: [given(find(booking, "DialInfo", "Calls", "Call"), ["Number", "Protocol", "CallType"])] },
    },
  }
}
