import { parseXml, type XmlNode } from "../exchange/xml.ts"
import { readOldBookings } from "./bookings.ts"
import type { Codec, CodecRole } from "./codec.ts"

export type HttpAnswer = { readonly status: number; readonly type: string; readonly body: string }

const xml = (body: string, status = 200): HttpAnswer => ({
  ...{ status, type: "text/xml", body: `<?xml version="1.0"?>\n${body}\n` },
})

/**
 * xAPI over plain HTTP, the "putxml" API (cisco-ce/roomos.cisco.com, doc/TechDocs/HttpApi.md): answers are XML, and a 200 may
 * carry status="Error". Null for a path that it has not.
 */
export function httpAnswer(
  codec: Codec,
  { method, url, body }: { readonly method: string; readonly url: URL; readonly body: string },
  role: CodecRole,
): HttpAnswer | null {
  if (method === "GET" && url.pathname === "/getxml") return gotXml(codec, url.searchParams.get("location") ?? "")
  if (method !== "POST") return null
  if (url.pathname === "/putxml") return putXml(codec, parseXml(body), role)
  if (url.pathname === "/bookingsputxml") return oldPut(codec, parseXml(body), role)
  return null
}

function gotXml(codec: Codec, location: string): HttpAnswer {
  const [root, ...path] = location.split("/").filter((part) => part !== "")
  let found: unknown = root === "Status" ? codec.status : undefined
  for (const name of path) found = typeof found === "object" && found !== null ? Reflect.get(found, name) : undefined
  if (found === undefined)
    return xml('<Status status="Error"><Reason>No match on address expression.</Reason></Status>')
  const inner = path.reduceRight((content, name) => `<${name}>${content}</${name}>`, xmlOf(found))
  return xml(`<Status product="Cisco Codec" version="${codec.software}" apiVersion="4">${inner}</Status>`)
}

function putXml(codec: Codec, root: XmlNode | null, role: CodecRole): HttpAnswer {
  if (root === null || root.name !== "Command")
    return xml('<Command status="Error"><Reason>Unreadable</Reason></Command>')
  const path: string[] = []
  let node = root
  for (;;) {
    const child = node.children.find(({ name }) => /^[A-Z]/.test(name))
    if (child === undefined || child.children.length === 0) {
      // The last element is the command itself, where it takes no parameters.
      if (child !== undefined && path.length < 2) path.push(child.name)
      break
    }
    path.push(child.name)
    node = child
    if (path.length === 2) break
  }
  const given = Object.fromEntries(node.children.map(({ name, text }) => [name, text]))
  const { body = "", ...params } = given
  const outcome = codec.command(path.join("/"), params, body, role)
  const name = `${path.join("")}Result`
  if ("unknown" in outcome)
    return xml('<Command><Result status="Error"><Reason>Unknown command</Reason></Result></Command>')
  if ("refused" in outcome)
    return xml(`<Command><${name} status="Error"><Reason>${escaped(outcome.refused)}</Reason></${name}></Command>`)
  return xml(`<Command><${name} status="OK">${xmlOf(outcome.result)}</${name}></Command>`)
}

/** The private one before `Bookings Put`; the codec's user must be an administrator. */
function oldPut(codec: Codec, root: XmlNode | null, role: CodecRole): HttpAnswer {
  if (role !== "Admin") return { status: 403, type: "text/plain", body: "" }
  if (codec.knobs.refuseNext > 0) {
    codec.knobs.refuseNext--
    return xml('<BookingsPutResult status="Error"/>')
  }
  const read = root === null ? { refused: "Unreadable" } : readOldBookings(root)
  if ("refused" in read)
    return xml(`<BookingsPutResult status="Error"><Reason>${escaped(read.refused)}</Reason></BookingsPutResult>`)
  codec.put(read)
  return xml('<BookingsPutResult status="OK"/>')
}

/** Fields as elements; what is in a list is numbered, as in recorded answers (`<User item="1" maxOccurrence="n">`). */
function xmlOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return escaped(String(value))
  return Object.entries(value)
    .filter(([name]) => name !== "id")
    .map(([name, content]: [string, unknown]) =>
      Array.isArray(content)
        ? content
            .map((one: unknown, index) => `<${name} item="${index + 1}" maxOccurrence="n">${xmlOf(one)}</${name}>`)
            .join("")
        : `<${name}>${xmlOf(content)}</${name}>`,
    )
    .join("")
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;")
