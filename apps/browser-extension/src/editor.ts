import { withBlock, withoutBlock } from "@kalends/domain/body-block"
import { pageTurn } from "./platform.ts"
import { type FieldName, type PageSelectors, pages } from "./selectors.ts"
import type { EventFace } from "./talk.ts"
import { isSummary, readDate, readSummary, readTime } from "./written-time.ts"

export const pageFor = (host: string): PageSelectors | null => pages.find(({ hosts }) => hosts.includes(host)) ?? null

/** Pages have fields for looks beside those that are typed in. */
const isOutOfUse = (element: Element) => element.matches(":disabled, [aria-hidden='true']")

/** The first element that one of the ways finds; the ways are tried in their order. */
function findFirst(root: ParentNode, ways: readonly string[]): Element | null {
  for (const way of ways) {
    const found = [...root.querySelectorAll(way)].find((element) => !isOutOfUse(element))
    if (found !== undefined) return found
  }
  return null
}

/** Date and time where they stand as one text, in what holds nothing else. */
function summariesIn(editor: ParentNode, { summary }: PageSelectors): ReadonlySet<string> {
  const texts = summary.flatMap((way) => [...editor.querySelectorAll(way)].map((one) => one.textContent.trim()))
  return new Set(texts.filter(isSummary))
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

export function missingFields(editor: ParentNode, page: PageSelectors): readonly FieldName[] {
  const { fields } = page
  const needed: readonly FieldName[] = ["title", "startDate", "location"]
  const missing = needed.filter((name) => findFirst(editor, fields[name]) === null)
  if (missing.includes("startDate") && summariesIn(editor, page).size > 0)
    return missing.filter((name) => name !== "startDate")
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
  const isAllDay = isOn(findFirst(editor, fields.allDay))
  const { date, time } = readStart(editor, page, { ...around, isAllDay })
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

type Start = { readonly date: string | null; readonly time: string | null }

/** From the fields; else from the one text that has both, where there are no fields and no two texts that differ. */
function readStart(
  editor: ParentNode,
  page: PageSelectors,
  { language, isAllDay }: Pick<Surroundings, "language"> & { readonly isAllDay: boolean },
): Start {
  const { startDate, startTime } = page.fields
  const field = textOf(findFirst(editor, startDate))
  if (field !== null) {
    const time = isAllDay ? null : readTime(textOf(findFirst(editor, startTime)) ?? "")
    return { date: readDate(field, language), time }
  }
  const [first, ...others] = [...summariesIn(editor, page)].map((text) => readSummary(text, language))
  const isOne = others.every((other) => other?.date === first?.date && other?.time === first?.time)
  return first === undefined || first === null || !isOne ? { date: null, time: null } : first
}

function textOf(element: Element | null): string | null {
  if (element === null) return null
  // Buttons have a value, too, and show something else.
  const isField = element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement
  return isField ? element.value : (element.textContent ?? "").trim()
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
export async function writeMeeting(
  editor: ParentNode,
  { fields }: PageSelectors,
  { location, text }: WrittenMeeting,
): Promise<void> {
  const place = findFirst(editor, fields.location)
  if (place instanceof HTMLInputElement && place.value.trim() === "") await type(place, location)
  await writeBlock(editor, fields.description, text)
}

/** Takes both out again; whatever else the person wrote stays. */
export async function removeMeeting(
  editor: ParentNode,
  { fields }: PageSelectors,
  { location }: WrittenMeeting,
): Promise<void> {
  const place = findFirst(editor, fields.location)
  if (place instanceof HTMLInputElement && place.value.trim() === location) await type(place, "")
  await writeBlock(editor, fields.description, null)
}

const blockMark = "data-kalends-block"

/**
 * Our block at the end, everything else as the person formatted it. Where the page has drawn the block anew as a part of the
 * person's own text it is left alone; the link in it stays the same.
 */
async function writeBlock(editor: ParentNode, ways: readonly string[], text: string | null): Promise<void> {
  const description = findFirst(editor, ways)
  if (!(description instanceof HTMLElement)) return
  const ours = description.querySelector(`[${blockMark}]`)
  const isTheirs = ours === null && withoutBlock(description.textContent) !== description.textContent.trim()
  if (isTheirs || (ours === null && text === null)) return
  await inFocus(description, () => {
    description.querySelector(`[${blockMark}]`)?.remove()
    if (text !== null) {
      const block = document.createElement("div")
      block.setAttribute(blockMark, "")
      const lines = withBlock("", text).split("\n")
      block.append(...lines.flatMap((line, index) => [...(index === 0 ? [] : [document.createElement("br")]), line]))
      description.append(block)
    }
    description.dispatchEvent(new InputEvent("input", { bubbles: true }))
  })
}

/** As if a person typed it. What the browser itself inserts, pages take for typed; some refuse, and get it set. */
async function type(input: HTMLInputElement, value: string): Promise<void> {
  await inFocus(input, () => {
    input.select()
    document.execCommand(value === "" ? "delete" : "insertText", false, value)
    if (input.value !== value) {
      // Pages that draw themselves take a value only through the element's own setter.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(input, value)
      input.dispatchEvent(new InputEvent("input", { bubbles: true }))
    }
    input.dispatchEvent(new Event("change", { bubbles: true }))
  })
}

/** Calendar pages make a field ready once it has the focus, and look at what it holds after a key. */
async function inFocus(field: HTMLElement, write: () => void): Promise<void> {
  const before = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement
  field.focus()
  await pageTurn()
  write()
  field.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }))
  field.blur()
  if (before instanceof HTMLElement) before.focus()
}
