import type { ToolCode, ToolMeeting, ToolSettings } from "@kalends/protocol/tools"

// The service's answers, parsed by hand: the parser that the other apps use is ten times the size of this whole add-on, and
// Apps Script reads the script anew for every card.

type Fields = Readonly<Record<string, unknown>>

function fieldsOf(value: unknown): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("The service answered otherwise.")
  return value as Fields
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== "string") throw new Error(`The service answered without ${name}.`)
  return value
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

export function parseCode(body: unknown): Pick<ToolCode, "code" | "token"> {
  const fields = fieldsOf(body)
  return { code: textOf(fields, "code"), token: textOf(fields, "token") }
}

export const parseCodeState = (body: unknown): string => textOf(fieldsOf(body), "state")

export type Made = Pick<ToolMeeting, "meetingId" | "joinUrl"> & { readonly html: string }
export function parseMeeting(body: unknown): Made {
  const fields = fieldsOf(body)
  const html = textOf(fieldsOf(fields.block), "html")
  return { meetingId: textOf(fields, "meetingId"), joinUrl: textOf(fields, "joinUrl"), html }
}

/** Why the service refused, by its word for it; null where it does not say. */
export function parseRefusal(body: unknown): string | null {
  const code = typeof body === "object" && body !== null && "code" in body ? body.code : null
  return typeof code === "string" ? code : null
}

export type Settings = Pick<ToolSettings, "person" | "isOn"> & {
  readonly hosts: readonly { readonly displayName: string; readonly email: string }[]
  readonly templates: readonly { readonly templateId: string; readonly name: string }[]
  readonly templateId: string | null
  readonly addsToEveryEvent: boolean
}
export function parseSettings(body: unknown): Settings {
  const fields = fieldsOf(body)
  const person = fieldsOf(fields.person)
  const defaults = fieldsOf(fields.defaults)
  return {
    person: { displayName: textOf(person, "displayName"), email: textOf(person, "email") },
    isOn: fields.isOn === true,
    hosts: list(fields.mayScheduleFor).map((one) => {
      const host = fieldsOf(one)
      return { displayName: textOf(host, "displayName"), email: textOf(host, "email") }
    }),
    templates: list(fields.templates).map((one) => {
      const template = fieldsOf(one)
      return { templateId: textOf(template, "templateId"), name: textOf(template, "name") }
    }),
    templateId: typeof defaults.templateId === "string" ? defaults.templateId : null,
    addsToEveryEvent: defaults.addsToEveryEvent === true,
  }
}

/** Texts, as the add-on kept them. */
export const parseList = (text: string | null): readonly string[] =>
  list(JSON.parse(text ?? "[]")).filter((one) => typeof one === "string")

/** Which meetings the add-on made for which events, as it kept them. */
export type Known = {
  readonly eventId: string
  readonly key: string
  readonly meetingId: string
  /** The link is in the event's location, and not its conference. */
  readonly isLocation?: boolean
}
export function parseKnown(text: string | null): readonly Known[] {
  return list(JSON.parse(text ?? "[]")).map((one) => {
    const fields = fieldsOf(one)
    const [eventId, key, meetingId] = ["eventId", "key", "meetingId"].map((name) => textOf(fields, name))
    const known = { eventId: eventId ?? "", key: key ?? "", meetingId: meetingId ?? "" }
    return fields.isLocation === true ? { ...known, isLocation: true } : known
  })
}
