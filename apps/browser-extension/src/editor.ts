import { withBlock, withoutBlock } from "@kalends/domain/body-block"
import { type FieldName, type PageSelectors, pages } from "./selectors.ts"
import type { EventFace } from "./talk.ts"
import { readDate, readTime } from "./written-time.ts"

export const pageFor = (host: string): PageSelectors | null => pages.find(({ hosts }) => hosts.includes(host)) ?? null

/** The first element that one of the ways finds; the ways are tried in their order. */
export function findFirst(root: ParentNode, ways: readonly string[]): Element | null {
  for (const way of ways) {
    const found = root.querySelector(way)
    if (found !== null) return found
  }
  return null
}

export type Surroundings = { readonly language: string; readonly zone: string; readonly untitled: string }

export type ReadEvent =
  | { readonly kind: "read"; readonly face: EventFace }
  /** Fields that were not found, or in which nothing stands that is understood. */
  | { readonly kind: "not-understood"; readonly missing: readonly FieldName[] }

/** What is said of the event that is being written. Nothing is guessed: a field that is not understood is named. */
export function readEvent(editor: ParentNode, { fields, once }: PageSelectors, around: Surroundings): ReadEvent {
  const title = textOf(findFirst(editor, fields.title))
  const date = readDate(textOf(findFirst(editor, fields.startDate)) ?? "", around.language)
  const isAllDay = isOn(findFirst(editor, fields.allDay))
  const time = isAllDay ? null : readTime(textOf(findFirst(editor, fields.startTime)) ?? "")
  const missing: readonly FieldName[] = [
    ...(title === null ? (["title"] as const) : []),
    ...(date === null ? (["startDate"] as const) : []),
    ...(time === null && !isAllDay ? (["startTime"] as const) : []),
    ...(findFirst(editor, fields.location) === null ? (["location"] as const) : []),
  ]
  if (title === null || date === null || missing.length > 0) return { kind: "not-understood", missing }
  const recurrence = textOf(findFirst(editor, fields.recurrence))
  const isRecurring = recurrence !== null && recurrence !== "" && !once.some((words) => recurrence.includes(words))
  const subject = title.trim() === "" ? around.untitled : title.trim().slice(0, 255).trim()
  return { kind: "read", face: { subject, date, time, zone: around.zone, isRecurring } }
}

function textOf(element: Element | null): string | null {
  if (element === null) return null
  return "value" in element && typeof element.value === "string" ? element.value : (element.textContent ?? "").trim()
}

const isOn = (element: Element | null) =>
  element !== null &&
  (element.getAttribute("aria-checked") === "true" || ("checked" in element && element.checked === true))

/** Puts the link into the event's location and the block at the end of its description; null takes both away. */
export function writeEvent(
  editor: ParentNode,
  { fields }: PageSelectors,
  meeting: { readonly location: string; readonly text: string } | null,
): void {
  const location = findFirst(editor, fields.location)
  if (location instanceof HTMLInputElement) type(location, meeting?.location ?? "")
  const description = findFirst(editor, fields.description)
  if (!(description instanceof HTMLElement)) return
  if (!writeBlock(description, meeting?.text ?? null)) return
  description.dispatchEvent(new InputEvent("input", { bubbles: true }))
}

const blockMark = "data-kalends-block"

/**
 * Our block at the end, everything else as the person formatted it. False where nothing was to be written: the page has drawn
 * the block anew as a part of the person's own text, which is left alone; the link in it stays the same.
 */
function writeBlock(description: HTMLElement, text: string | null): boolean {
  const ours = description.querySelector(`[${blockMark}]`)
  const isTheirs = ours === null && withoutBlock(description.textContent) !== description.textContent.trim()
  if (isTheirs) return false
  ours?.remove()
  if (text === null) return true
  const block = document.createElement("div")
  block.setAttribute(blockMark, "")
  const lines = withBlock("", text).split("\n")
  block.append(...lines.flatMap((line, index) => [...(index === 0 ? [] : [document.createElement("br")]), line]))
  description.append(block)
  return true
}

/** As if a person typed it: pages that draw themselves take a value only through the element's own setter. */
function type(input: HTMLInputElement, value: string): void {
  input.focus()
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, value)
  input.dispatchEvent(new InputEvent("input", { bubbles: true }))
  input.dispatchEvent(new Event("change", { bubbles: true }))
}
