import type { DeviceLogin } from "../../ports/device-family.ts"
import type { DeviceWire } from "../../ports/device-wire.ts"
import { xml } from "./booking-list.ts"
import { lost, problemOfReason, problemOfStatus, unreadable } from "./problems.ts"

export type HttpCalls = ReturnType<typeof createHttpCalls>

/**
 * xAPI over HTTP: getxml and putxml with Basic, and bookingsputxml (cisco-ce/roomos.cisco.com, doc/TechDocs/HttpApi.md, seen
 * 2026-11-29). Answers are XML, of which three things alone are looked for; a 200 may carry status="Error".
 */
export function createHttpCalls(wire: DeviceWire, login: DeviceLogin) {
  const authorization = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`

  async function ask(method: "GET" | "POST", path: string, body: string | null, signal: AbortSignal): Promise<string> {
    const type = path === "/bookingsputxml" ? "application/xml" : "text/xml"
    const headers = { authorization, ...(body === null ? {} : { "content-type": type }) }
    if (signal.aborted) throw lost()
    const answer = await wire.request(login, { method, path, headers, body }, signal)
    const problem = problemOfStatus(answer.status)
    if (problem !== null) throw problem
    if (/\sstatus="(?:Error|ParameterError)"/.test(answer.body))
      throw problemOfReason(textOf(answer.body, "Reason") ?? textOf(answer.body, "Error") ?? "")
    return answer.body
  }

  return {
    /** Model and software. */
    async facts(signal: AbortSignal) {
      const body = await ask("GET", "/getxml?location=/Status/SystemUnit", null, signal)
      return { model: textOf(body, "ProductId"), software: textOf(body, "Version") }
    },
    /** `command` as ["Bookings", "Put"]; the body of several lines goes in as one element of that name. */
    async command([area, name]: readonly [string, string], body: string | null, signal: AbortSignal): Promise<string> {
      const inner = body === null ? "" : `<body>${xml(body)}</body>`
      return ask(
        "POST",
        "/putxml",
        `<Command><${area}><${name} command="True">${inner}</${name}></${area}></Command>`,
        signal,
      )
    },
    async oldPut(list: string, signal: AbortSignal): Promise<void> {
      await ask("POST", "/bookingsputxml", list, signal)
    },
  }
}

/** The text of the first element of this name, which has no other in it. */
export function textOf(body: string, name: string): string | null {
  const starts = [`<${name}>`, `<${name} `].map((start) => body.indexOf(start)).filter((at) => at !== -1)
  const start = starts.length === 0 ? -1 : body.indexOf(">", Math.min(...starts)) + 1
  const end = start <= 0 ? -1 : body.indexOf("<", start)
  return end === -1 ? null : plainText(body.slice(start, end))
}

/** What an answer of `Bookings List` has, in the shape in which it comes over a web socket. */
export function listIn(body: string): object {
  if (!body.includes("BookingsListResult")) throw unreadable()
  const [, ...blocks] = body.split(/<Booking(?: item="\d{1,5}")?>/)
  return { Booking: blocks.map(bookingIn) }
}

const given = (block: string, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (textOf(block, name) === null ? [] : [[name, textOf(block, name)]])))

function bookingIn(block: string): object {
  return {
    ...given(block, ["Id", "MeetingId", "Title", "Agenda", "Privacy", "MeetingPlatform"]),
    Organizer: given(block, ["FirstName", "LastName", "Email"]),
    Time: given(block, ["StartTime", "EndTime", "StartTimeBuffer", "EndTimeBuffer"]),
    DialInfo: { Calls: { Call: [given(block, ["Number", "Protocol"])] } },
  }
}

const plainText = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&")
