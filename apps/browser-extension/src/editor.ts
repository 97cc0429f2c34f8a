import { withBlock, withoutBlock } from "@kalends/domain/body-block"
import { type FieldName, type PageSelectors, pages } from "./selectors.ts"
import type { EventFace } from "./talk.ts"
import { readDate, readTime } from "./written-time.ts"

export const pageFor = (host: string): PageSelectors | null => pages.find(({ hosts }) => hosts.includes(host)) ?? null

/** The first element that one of the ways finds; the ways are tried in their order. */
function findFirst(root: ParentNode, ways: readonly string[]): Element | null {
  for (const way of ways) {
    const found = root.querySelector(way)
    if (found !== null) return found
  }
  return null
}

/** An event that is being written, and beside which of its elements a button may stand. */
export type Editor = { readonly root: Element; readonly beside: Element }

/**
 * Where an event is written whose fields are all found; else which are not, in that part of the page where most are. Pages
 * show several dialogs at once, of which one is the event's.
 */
export function findEditor(page: PageSelectors, document: ParentNode): Editor | readonly FieldName[] {
  let missing: readonly FieldName[] = ["title", "startDate", "location"]
  for (const root of page.editor.flatMap((way) => [...document.querySelectorAll(way)])) {
    const lacking = missingFields(root, page)
    const beside = findFirst(root, page.beside) ?? findFirst(root, page.fields.title)
    if (lacking.length === 0 && beside !== null) return { root, beside }
    if (lacking.length < missing.length) missing = lacking
  }
  return missing
}

export function missingFields(editor: ParentNode, { fields }: PageSelectors): readonly FieldName[] {
  const needed: readonly FieldName[] = ["title", "startDate", "location"]
  const missing = needed.filter((name) => findFirst(editor, fields[name]) === null)
  // An event of a whole day has no time to be found.
  const hasTime = findFirst(editor, fields.startTime) !== null || isOn(findFirst(editor, fields.allDay))
  return hasTime ? missing : [...missing, "startTime"]
}

export type Surroundings = { readonly language: string; readonly zone: string; readonly untitled: string }

export type ReadEvent =
  | { readonly kind: "read"; readonly face: EventFace }
  /** Fields that were not found, or in which nothing stands that is understood. */
  | { readonly kind: "not-understood"; readonly missing: readonly FieldName[] }

/** What is said of the event that is being written. Nothing is guessed: a field that is not understood is named. */
export function readEvent(editor: ParentNode, page: PageSelectors, around: Surroundings): ReadEvent {
  const { fields, once } = page
  const title = textOf(findFirst(editor, fields.title)) ?? ""
  const date = readDate(textOf(findFirst(editor, fields.startDate)) ?? "", around.language)
  const isAllDay = isOn(findFirst(editor, fields.allDay))
  const time = isAllDay ? null : readTime(textOf(findFirst(editor, fields.startTime)) ?? "")
  const lacking = missingFields(editor, page)
  if (date === null || lacking.length > 0 || (time === null && !isAllDay)) {
    const unread = [
      ...(date === null ? ["startDate" as const] : []),
      ...(time || isAllDay ? [] : ["startTime" as const]),
    ]
    return { kind: "not-understood", missing: [...new Set([...lacking, ...unread])] }
  }
  const recurrence = textOf(findFirst(editor, fields.recurrence)) ?? ""
  const isRecurring = recurrence !== "" && !once.some((words) => recurrence.includes(words))
  const subject = title.trim() === "" ? around.untitled : title.trim().slice(0, 255).trim()
  return { kind: "read", face: { subject, date, time, zone: around.zone, isRecurring } }
}

function textOf(element: Element | null): string | null {
  if (element === null) return null
  // Buttons have a value, too, and show something else.
  return element instanceof HTMLInputElement ? element.value : (element.textContent ?? "").trim()
}

const isOn = (element: Element | null) =>
  element !== null &&
  (element.getAttribute("aria-checked") === "true" || ("checked" in element && element.checked === true))

/** Whether our block stands in the event's description: it has a meeting. */
export function hasMeeting(editor: ParentNode, { fields }: PageSelectors): boolean {
  const description = findFirst(editor, fields.description)?.textContent ?? ""
  return withoutBlock(description) !== description.trim()
}

export type WrittenMeeting = { readonly location: string; readonly text: string }

/** Puts the link into the event's location, where no other place stands, and the block at the end of its description. */
export function writeMeeting(editor: ParentNode, { fields }: PageSelectors, { location, text }: WrittenMeeting): void {
  const place = findFirst(editor, fields.location)
  if (place instanceof HTMLInputElement && place.value.trim() === "") type(place, location)
  writeBlock(editor, fields.description, text)
}

/** Takes both out again; whatever else the person wrote stays. */
export function removeMeeting(editor: ParentNode, { fields }: PageSelectors, { location }: WrittenMeeting): void {
  const place = findFirst(editor, fields.location)
  if (place instanceof HTMLInputElement && place.value.trim() === location) type(place, "")
  writeBlock(editor, fields.description, null)
}

const blockMark = "data-kalends-block"

/**
 * Our block at the end, everything else as the person formatted it. Where the page has drawn the block anew as a part of the
 * person's own text it is left alone; the link in it stays the same.
 */
function writeBlock(editor: ParentNode, ways: readonly string[], text: string | null): void {
  const description = findFirst(editor, ways)
  if (!(description instanceof HTMLElement)) return
  const ours = description.querySelector(`[${blockMark}]`)
  const isTheirs = ours === null && withoutBlock(description.textContent) !== description.textContent.trim()
  if (isTheirs) return
  ours?.remove()
  if (text !== null) {
    const block = document.createElement("div")
    block.setAttribute(blockMark, "")
    const lines = withBlock("", text).split("\n")
    block.append(...lines.flatMap((line, index) => [...(index === 0 ? [] : [document.createElement("br")]), line]))
    description.append(block)
  }
  description.dispatchEvent(new InputEvent("input", { bubbles: true }))
}

/** As if a person typed it: pages that draw themselves take a value only through the element's own setter. */
function type(input: HTMLInputElement, value: string): void {
  const before = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement
  input.focus()
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, value)
  input.dispatchEvent(new InputEvent("input", { bubbles: true }))
  input.dispatchEvent(new Event("change", { bubbles: true }))
  input.blur()
  if (before instanceof HTMLElement) before.focus()
}
