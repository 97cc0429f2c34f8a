import type { SimDetails } from "../org.ts"

/** What an item of Exchange has beyond what every simulated calendar keeps; lives in `extra.ews`. */
export type ItemExtra = {
  readonly uid: string | null
  /** The HTML that was written; good as long as the description is its text. */
  readonly html: string | null
  readonly sensitivity: string | null
  readonly freeBusy: string | null
  readonly importance: string
  readonly categories: readonly string[]
  readonly reminderMinutes: number | null
  readonly optional: readonly string[]
  readonly isResponseRequested: boolean
  readonly allowNewTimeProposal: boolean
  /** The zone of an all-day item, and of an end that has one of its own. */
  readonly zone: string | null
  readonly isMeetingSent: boolean
  /** Extended properties: the ExtendedFieldURI's attributes and the values. */
  readonly extended: readonly ExtendedProperty[]
}
export type ExtendedProperty = {
  readonly field: Readonly<Record<string, string>>
  readonly values: readonly string[]
  readonly isArray: boolean
}

const fresh: ItemExtra = {
  uid: null,
  html: null,
  sensitivity: null,
  freeBusy: null,
  importance: "Normal",
  categories: [],
  reminderMinutes: 15,
  optional: [],
  isResponseRequested: true,
  allowNewTimeProposal: true,
  zone: null,
  isMeetingSent: false,
  extended: [],
}

/** Reads what was written under `ews`; nothing but this simulator writes there. */
export function parseExtra(details: Pick<SimDetails, "extra">): ItemExtra {
  return { ...fresh, ...(details.extra?.ews as Partial<ItemExtra> | undefined) }
}

export const withExtra = (details: SimDetails, changes: Partial<ItemExtra>): SimDetails => ({
  ...details,
  extra: { ...details.extra, ews: { ...parseExtra(details), ...changes } },
})

/** Whether two ExtendedFieldURIs mean the same property. */
export function isSameField(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  return fieldKey(one) === fieldKey(other)
}

function fieldKey(field: Readonly<Record<string, string>>): string {
  const set = (field.PropertySetId ?? field.DistinguishedPropertySetId ?? "").toLowerCase()
  const tag = field.PropertyTag === undefined ? "" : String(Number(field.PropertyTag))
  return [set, field.PropertyName ?? "", field.PropertyId ?? "", tag, field.PropertyType ?? ""].join("|")
}

/** The text of HTML, roughly as a text body of Exchange has it. */
export function textOfHtml(html: string): string {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", "#39": "'" }
  return html
    .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, "")
    .replaceAll(/<br\s*\/?>|<\/(p|div|tr|li|h\d)>/gi, "\r\n")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(amp|lt|gt|quot|nbsp|#39);/g, (whole, name: string) => entities[name] ?? whole)
    .trim()
}
