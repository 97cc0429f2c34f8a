import { withBlock } from "@kalends/domain/body-block"
import { escapeMarkup } from "@kalends/domain/markup"
import type { WrittenMeeting } from "./event.ts"
import { asked, type Office, type OfficeCallback, type OfficeItem } from "./office.ts"
import { can } from "./requirements.ts"

/**
 * How the lines get into the description. None of these reads it.
 * - "at-cursor": where the person is writing, at once (setSelectedDataAsync, set 1.2).
 * - "on-top": above what is there, for handlers that have no cursor (prependAsync, set 1.1).
 * - "at-send": once the invitation goes out, and taken back without a trace until then (prependOnSendAsync, set 1.13).
 */
export type TextPlace = "at-cursor" | "on-top" | "at-send"

/** `isByHand`: the person asked for it, with the event before them. */
export function textPlace(office: Pick<Office, "context">, isByHand: boolean): TextPlace {
  if (isByHand) return "at-cursor"
  return can(office, "text-at-send") ? "at-send" : "on-top"
}

/** Our lines between the marks by which the service finds them again (domain/body-block). */
export function markedBlock(block: WrittenMeeting["block"], kind: "html" | "text"): string {
  if (kind === "text") return `\n${withBlock("", block.text)}\n`
  const [first = "", , last = ""] = withBlock("", "lines").split("\n")
  return `<div><br>${escapeMarkup(first)}<br>\n${block.html}<br>\n${escapeMarkup(last)}<br></div>`
}

/** Writes the link into the location, beside what stands there, and our lines into the description. */
export async function writeMeeting(item: OfficeItem, meeting: WrittenMeeting, place: TextPlace): Promise<void> {
  const before = await asked<string>((callback) => item.location.getAsync(callback))
  if (!before.includes(meeting.location)) {
    const location = before.trim() === "" ? meeting.location : `${before.trim()}; ${meeting.location}`
    await asked<unknown>((callback) => item.location.setAsync(location, callback))
  }
  await writeLines(item.body, meeting.block, place)
}

/**
 * Phones offer less of a description's functions than their set says, and one that fails on them is no reason to give the
 * meeting up: its link stands in the location already.
 */
async function writeLines(body: OfficeItem["body"], block: WrittenMeeting["block"], place: TextPlace): Promise<void> {
  const known = await asked<string>((callback) => body.getTypeAsync(callback)).catch(() => "html")
  const kind = known === "html" ? "html" : "text"
  const text = markedBlock(block, kind)
  const options = { coercionType: kind } as const
  const ways: Readonly<Record<TextPlace, (callback: OfficeCallback<unknown>) => void>> = {
    "at-send": (callback) => body.prependOnSendAsync?.(text, options, callback),
    "at-cursor": (callback) => body.setSelectedDataAsync(text, options, callback),
    "on-top": (callback) => body.prependAsync(text, options, callback),
  }
  const write = (at: TextPlace) =>
    asked<unknown>(ways[at]).then(
      () => true,
      () => false,
    )
  if (!(await write(place)) && place === "at-cursor") await write("on-top")
}

/**
 * Takes the link out of the location, and lines that wait for sending back. Lines that stand in the description stay until
 * the event is saved: the service then takes them out, because the add-in does not read descriptions.
 */
export async function clearMeeting(office: Office, item: OfficeItem, location: string): Promise<void> {
  const before = await asked<string>((callback) => item.location.getAsync(callback))
  if (before.includes(location))
    await asked<unknown>((callback) => item.location.setAsync(withoutPlace(before, location), callback))
  const { body } = item
  if (can(office, "text-at-send") && body.prependOnSendAsync !== undefined)
    await asked<unknown>((callback) => body.prependOnSendAsync?.(null, { coercionType: "html" }, callback))
}

const withoutPlace = (text: string, place: string) =>
  text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== place)
    .join("; ")
